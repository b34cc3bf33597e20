"""Killed at any moment, the next run finishes the work: no duplicate, nothing lost, nothing done by hand."""

import os
import signal

import pytest

from gme_recording.deploy.attach import state_folder
from gme_recording.errors import ExitCode
from tests.support.engine import NAMES, Project

pytestmark = pytest.mark.engine

EVERY = os.environ.get("GME_RECORDING_EVERY_MOMENT", "")
"""Set to a range such as `1-80` to kill at each of these requests instead of at a few."""
VICTIMS = ("driver", "both")
"""The engine outlives its driver for a moment, or dies with it."""


def moments(*few: tuple[int, str]) -> list[tuple[int, str]]:
    first, _, last = EVERY.partition("-")
    return [(n, who) for n in range(int(first), int(last) + 1) for who in VICTIMS] if EVERY else list(few)


def killed(project: Project, verb: str, moment: str) -> None:
    ran = project.run(verb, program="tests.support.mortal", MORTAL=moment)
    if EVERY and ran.code == ExitCode.OK:
        pytest.skip("it was done before it came to that request")
    assert ran.code == -signal.SIGKILL, ran


def finishes(project: Project) -> None:
    project.done("up")
    project.done("preview", "--refresh", "--expect-no-changes")
    assert None not in project.existing().values()


@pytest.mark.parametrize(
    ("request_number", "victims"),
    moments((9, "both"), (14, "driver"), (40, "both")),
)
def test_up_killed_at_a_request_is_finished_by_the_next_up(project, request_number, victims):
    killed(project, "up", f"{request_number}:after:{victims}")

    finishes(project)


@pytest.mark.parametrize(("request_number", "victims"), moments((3, "driver"), (5, "both")))
def test_destroy_killed_at_a_request_is_finished_by_the_next_destroy(deployed, request_number, victims):
    killed(deployed, "destroy", f"{request_number}:after:{victims}")

    deployed.done("destroy")

    assert deployed.existing() == dict.fromkeys(NAMES)


def test_destroy_after_a_killed_up_leaves_nothing_behind(project):
    killed(project, "up", "4:after:driver")

    project.done("destroy")

    assert project.existing() == dict.fromkeys(NAMES)


def test_what_a_killed_plain_pulumi_has_left_half_written_stops_not_even_a_preview(deployed):
    (state,) = state_folder(deployed.root).rglob("stacks/*/local.json")
    state.with_name("local.json.attrs").write_text("")

    deployed.done("preview", "--expect-no-changes")


def test_destroy_killed_is_undone_by_the_next_up(deployed):
    killed(deployed, "destroy", "4:after:both")

    finishes(deployed)

    deployed.done("destroy")
    assert deployed.existing() == dict.fromkeys(NAMES)
