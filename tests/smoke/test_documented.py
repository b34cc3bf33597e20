"""docs/smoke-test.md lists what there is: every check, every cause."""

from __future__ import annotations

import re
from pathlib import Path

from gme_recording.smoke import Cause, stranger
from gme_recording.smoke.table import CHECKS, CLEAN_UP

TEXT = (Path(__file__).parents[2] / "docs" / "smoke-test.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[str]:
    """The first column of the table in a section."""
    section = TEXT.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE)


def test_checks_are_listed_in_their_order() -> None:
    assert rows("Checks") == [*(check.id for check in CHECKS), CLEAN_UP]


def test_causes_are_listed() -> None:
    assert sorted(rows("What a failure means")) == sorted(Cause)


def test_variables_are_named_as_they_are() -> None:
    assert stranger.ID in TEXT
    assert stranger.KEY in TEXT
