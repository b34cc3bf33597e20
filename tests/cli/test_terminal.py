"""What is asked at a real terminal, and what each answer does."""

from __future__ import annotations

from pathlib import Path

import pytest

from gme_recording.errors import ExitCode
from tests.recordings.world import World
from tests.support.terminal import CTRL_C, CTRL_D, terminal

ERASE = ("recordings", "erase", "--user", "7", "--plan", "p.json")


def test_the_right_word_erases(world: World) -> None:
    world.recorded("lobby", "7", mode=1)
    with terminal(*ERASE) as seen:
        seen.wait_for("Type erase to agree")
        seen.type("erase\n")
        assert seen.code() == ExitCode.OK
    assert "Erase 1 objects of user 7 for good?" in seen.shown
    assert "erased 1 of 1" in seen.shown
    assert world.listed() == []


@pytest.mark.parametrize("keys", ["yes\n", CTRL_C, CTRL_D], ids=["another word", "Ctrl-C", "end of input"])
def test_anything_else_erases_nothing(world: World, keys: str) -> None:
    world.recorded("lobby", "7", mode=1)
    with terminal(*ERASE) as seen:
        seen.wait_for("Type erase to agree")
        seen.type(keys)
        assert seen.code() == ExitCode.CANCELLED
    assert seen.shown.endswith("interrupted\r\n")
    assert "Traceback" not in seen.shown
    assert len(world.listed()) == 1
    assert not Path("p.record.json").exists()


@pytest.mark.parametrize(("keys", "left"), [("y\n", 0), ("\n", 1)])
def test_deletion_is_agreed_to_by_a_key(world: World, keys: str, left: int) -> None:
    world.recorded("lobby", "7", mode=1)
    with terminal("recordings", "delete", *world.listed()) as seen:
        seen.wait_for("delete 1 recordings for good? [y/N]")
        seen.type(keys)
        assert seen.code() == (ExitCode.CANCELLED if left else ExitCode.OK)
    assert len(world.listed()) == left
