"""Event logs of the official engine (tests/golden/engine), played into a recorder."""

import json
from pathlib import Path

from pulumi.automation import EngineEvent

from gme_recording.deploy.events import Recorder
from tests.support.watch import Heard

FOLDER = Path(__file__).parent.parent / "golden" / "engine"


def recorded(scenario: str, *, live: bool = True) -> tuple[Recorder, Heard]:
    """Play a scenario; a clock that ticks once per event stands for time."""
    ticks = iter(range(10_000))
    heard = Heard()
    recorder = Recorder(heard, live, clock=lambda: float(next(ticks)))
    for line in (FOLDER / f"{scenario}.events.jsonl").read_text(encoding="utf-8").splitlines():
        recorder(EngineEvent.from_json(json.loads(line)))
    return recorder, heard
