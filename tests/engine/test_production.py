"""A stack of Tencent Cloud, as its operator deploys it: https, a plugin, a person at the console.

Nothing is turned to the local cloud here: it stands behind the proxy that the operator's variables name.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gme_recording.api import LocalCloud
from gme_recording.errors import ExitCode
from tests.support import by_hand, rehearsal
from tests.support.engine import Project, Ran

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

STACK, APPID, BIZ_ID = "dev", "1251000001", 1400100001
BUCKET, REGION = "voice-dev-1251000001", "ap-singapore"
SETTINGS = (BIZ_ID, BUCKET, REGION, "https://voice.dev.example.com/gme/recording")
CONSOLE = "recording-console-1400100001-settings"


class Operator:
    """Who deploys to Tencent Cloud, at a shell with the variables of the account."""

    def __init__(self, project: Project, variables: dict[str, str]) -> None:
        self.project = project
        self.variables = variables

    @property
    def console(self) -> LocalCloud:
        return self.project.console

    def run(self, *arguments: str) -> Ran:
        return self.project.run(*arguments, "--stack", STACK, **self.variables)

    def done(self, *arguments: str) -> Ran:
        return self.project.done(*arguments, "--stack", STACK, **self.variables)

    def written(self) -> str:
        """All that lies in the project, but for the local cloud: that has the key, as Tencent Cloud has."""
        files = (self.project.root / name for name in (".local/smoke", "stacks", "operator/state"))
        return "".join(file.read_text() for folder in files for file in folder.rglob("*") if file.is_file())


@pytest.fixture
def operator(project: Project) -> Iterator[Operator]:
    variables = rehearsal.begin(project, APPID) | rehearsal.operator(project)
    ended = rehearsal.pulumi(project, variables, "stack", "init", STACK)
    assert ended.returncode == 0, ended.stderr
    with rehearsal.plain_http(project) as proxy:
        yield Operator(project, variables | proxy)


def test_from_an_account_that_never_recorded_to_proved_recordings_and_back(operator: Operator) -> None:
    planned = operator.done("preview", "--json").data()["steps"]
    assert {step["op"] for step in planned} == {"create"}
    assert operator.run("up").code == ExitCode.INPUT, "Tencent Cloud is not touched unasked"

    stopped = operator.run("up", "--yes")

    assert stopped.code == ExitCode.FAILED
    assert f"choose the existing bucket  {BUCKET} ({REGION})" in stopped.err
    assert f"confirm --stack {STACK} --app {BIZ_ID} --fingerprint" in stopped.err
    by_hand.apply(operator.console, *SETTINGS)
    operator.done("confirm", "--by", "ann")

    up = operator.done("up", "--yes", "--json").data()

    assert [report["passed"] for report in up["smoke"]] == [True]
    assert up["outputs"]["bucketUrl"] == f"https://{BUCKET}.cos.{REGION}.myqcloud.com"
    assert up["console"] == "https://console.tencentcloud.com/gamegme"

    operator.project.edit("mode: probe", "mode: full\n    record: 1 second", stack=STACK)
    operator.console.join(BIZ_ID, "gme-recording-smoke", "player")
    (report,) = operator.done("up", "--yes", "--json").data()["smoke"]

    verdicts = {check["id"]: check["verdict"] for check in report["results"]}
    skipped = {name for name, verdict in verdicts.items() if verdict == "skip"}
    assert skipped == {"callbacks", "signatures"}
    assert report["passed"]
    operator.done("up", "--yes", "--expect-no-changes")

    operator.console.put_recording(BIZ_ID, {"recording": False})
    seen = operator.run("preview", "--refresh", "--expect-no-changes", "--json")

    assert seen.code == ExitCode.DIFFERS
    assert [step["name"] for step in seen.data()["steps"] if step["drift"]] == [CONSOLE]
    (drift,) = operator.run("drift", "--json").data()
    assert "console" in {finding["part"] for finding in drift["findings"]}
    by_hand.apply(operator.console, *SETTINGS)

    operator.console.join(BIZ_ID, "raid", "7")
    operator.done("record", "start", "--room", "raid", "--mode", "both")
    assert "user 7" in operator.done("record", "files", "--room", "raid").out
    operator.done("record", "stop", "--room", "raid")
    operator.done("reconcile")
    operator.done("recordings", "get", "--room", "raid", "--to", "got")
    assert len(list((operator.project.root / "got").rglob("*.mp3"))) == 2

    destroyed = operator.done("destroy", "--yes").out

    assert "a person switches it off in the GME console" in destroyed
    assert rehearsal.SECRET_KEY not in operator.written()


def test_a_plugin_that_does_not_start_is_told_in_its_own_words(operator: Operator) -> None:
    (operator.project.root / rehearsal.PLUGIN).write_text(
        "#!/bin/sh\necho no such architecture >&2\nexit 1\n"
    )
    broken = operator.run("preview")
    assert broken.code == ExitCode.FAILED
    assert "no such architecture" in broken.err
    assert "RpcError" not in broken.err
