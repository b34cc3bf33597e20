"""The page on which a person lets things go wrong."""

from urllib.parse import urlencode

import pytest

from gme_recording.localcloud.faults import Effect, Fault
from gme_recording.localcloud.messages import Request
from tests.localcloud.services.console.test_pages import EVIL, Page, location, show
from tests.localcloud.services.gme.world import World

FORM = {
    "effect": "error",
    "service": "cam",
    "action": "Get*",
    "resource": "*",
    "principal": "*",
    "nth": "0",
    "probability": "1",
    "times": "0",
    "seed": "0",
    "code": "InternalError",
    "status": "400",
    "seconds": "0",
}


def add(world: World, **changes: str) -> Page | str:
    answer = world.form("/console/faults", urlencode({**FORM, **changes}))
    return location(answer) if answer.status == 303 else Page(answer)


def test_a_fault_is_added_shown_and_removed() -> None:
    world = World(ready=False)
    assert "Nothing is made to go wrong." in show(world, "/console/faults").text
    assert (
        add(world, probability="0.5", seed="7", nth="3", times="2", principal="*:uin/7") == "/console/faults"
    )
    shown = show(world, "/console/faults").text
    for text in (
        "error of the vendor: InternalError",
        "cam:Get* by *:uin/7, call 3 only, with probability 0.5 (seed 7), 2 times at most",
        "0 of 0",
    ):
        assert text in shown
    assert location(world.form("/console/faults/1/remove", "")) == "/console/faults"
    assert world.cloud.faults.every() == ()


def test_fields_that_mean_nothing_for_the_effect_are_passed_over() -> None:
    world = World(ready=False)
    add(world, effect="latency", seconds="2")
    add(world, effect="reset", seconds="2")
    assert world.cloud.faults.every() == (
        Fault(fault_id=1, effect=Effect.LATENCY, service="cam", action="Get*", seconds=2.0),
        Fault(fault_id=2, effect=Effect.RESET, service="cam", action="Get*"),
    )


@pytest.mark.parametrize("changes", [{"code": ""}, {"action": "StartRecord"}, {"effect": "magic"}])
def test_a_refusal_keeps_what_was_filled_in(changes: dict[str, str]) -> None:
    world = World(ready=False)
    page = add(world, resource="*/kept", **changes)
    assert isinstance(page, Page)
    assert (page.status, "InvalidValue" in page.text) == (409, True)
    assert page.all("input", name="resource", value="*/kept")
    assert world.cloud.faults.every() == ()


def test_what_people_type_stays_text() -> None:
    world = World(ready=False)
    assert add(world, resource=EVIL) == "/console/faults"
    page = show(world, "/console/faults")
    assert EVIL in page.text
    assert not page.all("script")


def test_the_bare_address_leads_to_the_console() -> None:
    world = World(ready=False)
    assert location(world.web("GET", "/")) == "/console"
    foreign = world.cloud.handle(Request("GET", "example.com", "/"))
    assert foreign.status == 502
