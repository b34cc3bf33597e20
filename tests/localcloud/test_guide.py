"""The page that tells of the local cloud: its commands work, in their order."""

import json
import re
import shlex
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

from gme_recording.localcloud.pytest_plugin import RunningCloud

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "local-cloud.md").read_text()
MAX_PICTURE_BYTES = 150_000


def test_every_request_of_the_guide_is_answered(local_cloud: RunningCloud) -> None:
    commands = [shlex.split(line) for line in GUIDE.splitlines() if line.startswith("curl ")]
    assert len(commands) == 9
    direct = build_opener(ProxyHandler({}))
    for _, address, *rest in commands:
        body = rest[1].encode() if rest else None
        url = address.replace("$GME_RECORDING_CLOUD", local_cloud.url)
        with direct.open(Request(url, body, {"Content-Type": "application/json"}), timeout=5) as answer:
            assert json.loads(answer.read()) is not None, address


def test_what_the_guide_shows_is_there() -> None:
    linked = re.findall(r"\]\(([\w.-]+)\)", GUIDE)
    assert {"served.md", "pytest.md", "console.png"} == set(linked)
    assert all((DOCS / name).exists() for name in linked)
    assert (DOCS / "console.png").stat().st_size < MAX_PICTURE_BYTES
