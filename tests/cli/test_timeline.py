from __future__ import annotations

import json
from itertools import pairwise

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.retention import Stage, Timeline
from gme_recording.cli import app, timeline
from gme_recording.errors import ExitCode
from tests.components.stacks import ROOT


def a_timeline(*stages: Stage, recoverable: int = 0) -> Timeline:
    return Timeline(
        bucket="voice-1250000000",
        region="ap-guangzhou",
        prefix="7_",
        holds="recordings of arena",
        stages=stages,
        recoverable_days=recoverable,
    )


def drawn(*timelines: Timeline) -> list[str]:
    return click.unstyle(timeline.render(timelines)).splitlines()


def test_a_bar_names_days_and_classes_and_what_is_billed() -> None:
    shown = a_timeline(Stage("STANDARD", 0, 30), Stage("ARCHIVE", 30, 60), recoverable=14)
    assert drawn(shown) == [
        "voice-1250000000, ap-guangzhou",
        "",
        "  recordings of arena: 7_*",
        "    0                         30                        60          74",
        "    ├─ STANDARD ──────────────┼─ ARCHIVE ───────────────┼─ deleted ─┤",
        "    gone after 60 days; what is deleted can be brought back for 14 days",
        "    billed at least: STANDARD 30 days, ARCHIVE 90 days (it stays 30 days)",
    ]


def test_what_is_kept_for_ever_has_an_arrow() -> None:
    *_, days, bar, end, billed = drawn(a_timeline(Stage("STANDARD", 0, 90), Stage("ARCHIVE", 90, None)))
    assert days.split() == ["0", "90", "for", "ever"]
    assert bar.endswith("→")
    assert (end.strip(), billed.strip()) == (
        "kept for ever",
        "billed at least: STANDARD 90 days, ARCHIVE for ever",
    )


def test_a_bucket_is_named_once() -> None:
    one = a_timeline(Stage("STANDARD", 0, 1))
    assert [line for line in drawn(one, one) if line.startswith("voice")] == [
        "voice-1250000000, ap-guangzhou"
    ]


@given(st.lists(st.integers(1, 3650), min_size=1, max_size=3, unique=True))
def test_days_stand_above_the_beginning_of_their_class(ends: list[int]) -> None:
    bounds = [0, *sorted(ends)]
    names = ["STANDARD", "ARCHIVE", "DEEP_ARCHIVE"]
    stages = [Stage(name, *span) for name, span in zip(names, pairwise(bounds), strict=False)]
    *_, days, bar, _, _ = drawn(a_timeline(*stages))
    for at, char in enumerate(bar):
        if char in "├┼┤":
            assert days[at:].split()[0] in {str(day) for day in bounds}
    assert days.split() == [str(day) for day in bounds]


def test_the_verb_draws_and_prints_data(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert app.run(["retention", "--stack", "prod"]) == ExitCode.OK
    assert "\x1b" not in capsys.readouterr().out
    assert app.run(["retention", "--stack", "prod", "--json"]) == ExitCode.OK
    shown = json.loads(capsys.readouterr().out)
    assert {each["prefix"]: each["goneAfterDays"] for each in shown} == {
        "1400200001_": 180,
        "1400200002_": 730,
        "": 730,
    }


def test_the_verb_of_no_stack_says_which_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert app.run(["retention", "--stack", "nowhere"]) == ExitCode.NO_STACK
    assert "prod" in capsys.readouterr().err
