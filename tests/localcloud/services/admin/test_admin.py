import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from gme_recording.localcloud.assemble import SECRET_ID
from gme_recording.localcloud.messages import Response
from tests.localcloud.services.gme.world import BIZ_ID, START, World
from tests.localcloud.signing import ask

SEAT = {"bizId": BIZ_ID, "roomId": "room", "userId": "7"}


def ok(response: Response) -> Any:
    assert response.status == 200, response.body
    return json.loads(response.body)


def problem(response: Response) -> tuple[int, str]:
    return response.status, json.loads(response.body)["error"]


def test_health_tells_the_process_the_version_and_virtual_time() -> None:
    project = tomllib.loads((Path(__file__).parents[4] / "pyproject.toml").read_text("utf-8"))["project"]
    found = ok(World(ready=False).web("GET", "/healthz"))
    told = {"ok": True, "pid": os.getpid(), "version": project["version"], "now": START.isoformat()}
    assert found == told


def test_fresh_cloud_has_the_demo_application() -> None:
    (found,) = ok(World(ready=False).web("GET", "/admin/applications"))
    assert found == {
        "bizId": 1400000001,
        "name": "demo",
        "secretKey": "localdemoappkey1",
        "status": "normal",
        "voiceChat": True,
        "allowListed": True,
        "recording": False,
    }


def test_application_is_made_once() -> None:
    world = World(ready=False)
    wanted = {"bizId": 1400000777, "name": "arena"}
    first = ok(world.web("POST", "/admin/applications", wanted))
    assert (first["bizId"], first["name"], len(first["secretKey"])) == (1400000777, "arena", 16)
    assert ok(world.web("POST", "/admin/applications", {**wanted, "name": "other"})) == first


def test_application_ids_are_positive() -> None:
    found = World(ready=False).web("POST", "/admin/applications", {"bizId": 0, "name": "x"})
    assert problem(found) == (400, "InvalidValue")


def test_room_lives_as_long_as_it_has_members() -> None:
    world = World(ready=False)
    ok(world.web("POST", "/admin/rooms/join", SEAT))
    ok(world.web("POST", "/admin/rooms/join", {**SEAT, "userId": "8", "microphone": False}))
    ok(world.web("POST", "/admin/rooms/microphone", {**SEAT, "on": False}))
    (room,) = ok(world.web("GET", f"/admin/rooms?bizId={BIZ_ID}"))
    assert [(m["userId"], m["microphone"]) for m in room["members"]] == [("7", False), ("8", False)]
    ok(world.web("POST", "/admin/rooms/leave", SEAT))
    ok(world.web("POST", "/admin/rooms/leave", {**SEAT, "userId": "8"}))
    assert ok(world.web("GET", "/admin/rooms")) == []


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("join", {**SEAT, "bizId": 7}, (404, "UnknownApplication")),
        ("join", {**SEAT, "userId": ""}, (400, "InvalidValue")),
        ("join", {**SEAT, "roomId": "r" * 128}, (400, "InvalidValue")),
        ("leave", SEAT, (404, "NotInRoom")),
        ("microphone", {**SEAT, "on": True}, (404, "NotInRoom")),
    ],
)
def test_impossible_moves_are_refused(path: str, body: dict[str, Any], expected: tuple[int, str]) -> None:
    assert problem(World(ready=False).web("POST", f"/admin/rooms/{path}", body)) == expected


def test_players_drive_the_recording() -> None:
    world = World()
    ok(world.web("POST", "/admin/rooms/join", SEAT))
    task_id = world.start(mode=1)
    ok(world.web("POST", "/admin/clock", {"advance": 60}))
    ok(world.web("POST", "/admin/rooms/microphone", {**SEAT, "on": False}))
    assert world.spans(task_id) == [("7", 0, 1)]


def test_clock_advances_and_what_is_due_has_happened() -> None:
    world = World()
    world.join("7")
    task_id = world.start()
    found = ok(world.web("POST", "/admin/clock", {"advance": 3 * 3600}))
    assert found["now"] == ok(world.web("GET", "/admin/clock"))["now"] == "2024-01-18T11:00:00+00:00"
    assert world.spans(task_id) == [("", 0, 120), ("", 120, None)]


def test_clock_advances_a_hundred_years_and_no_more_until_a_reset() -> None:
    world, years = World(ready=False), {"advance": 60 * 366 * 86_400}
    ok(world.web("POST", "/admin/clock", years))
    assert problem(world.web("POST", "/admin/clock", years)) == (400, "InvalidValue")
    ok(world.web("GET", "/healthz"))
    ok(world.web("POST", "/admin/reset", {}))
    ok(world.web("POST", "/admin/clock", years))


@pytest.mark.parametrize("seconds", [-1, 1e12, float("nan"), float("inf")])
def test_clock_only_moves_forward(seconds: float) -> None:
    found = World(ready=False).web("POST", "/admin/clock", {"advance": seconds})
    assert problem(found) == (400, "InvalidValue")


def test_callbacks_are_listed_by_application_and_task() -> None:
    world = World()
    world.change_app(callback_url="https://voice.example.com/")
    world.join("7")
    first = world.start()
    world.stop(first)
    second = world.start()
    found = ok(world.web("GET", f"/admin/callbacks?bizId={BIZ_ID}&taskId={first}"))
    assert [(one["event"], one["taskId"]) for one in found] == [(1, str(first)), (2, str(first))]
    assert found[0]["url"] == "https://voice.example.com/"
    assert json.loads(found[0]["body"])["TaskID"] == first
    assert (found[0]["outcome"], found[0]["attempts"], found[0]["sentAt"]) == ("pending", 0, None)
    assert len(ok(world.web("GET", f"/admin/callbacks?taskId={second}"))) == 1
    assert ok(world.web("GET", "/admin/callbacks?bizId=7")) == []


def test_mischief_is_planned_by_name() -> None:
    world = World()
    world.change_app(callback_url="https://voice.example.com/")
    ok(world.web("POST", "/admin/callbacks/faults", {"next": ["lost", "none"]}))
    world.join("7")
    world.start()
    assert ok(world.web("GET", "/admin/callbacks"))[0]["outcome"] == "lost on request"
    assert problem(world.web("POST", "/admin/callbacks/faults", {"next": ["evil"]})) == (400, "InvalidValue")


def test_guesses_are_switched_one_by_one() -> None:
    world = World(ready=False)
    before = ok(world.web("GET", "/admin/gme/profile"))
    after = ok(world.web("PUT", "/admin/gme/profile", {"processingSeconds": 180, "dayLimit": True}))
    assert after == {**before, "processingSeconds": 180, "dayLimit": True}
    found = world.web("PUT", "/admin/gme/profile", {"processingSeconds": -1})
    assert problem(found) == (400, "InvalidValue")


def test_interruption_is_asked_for_by_task() -> None:
    world = World()
    world.join("7")
    task_id = world.start()
    ok(world.web("POST", "/admin/tasks/interrupt", {"taskId": task_id}))
    assert world.spans(task_id) == [("", 0, 0), ("", 0, None)]
    assert problem(world.web("POST", "/admin/tasks/interrupt", {"taskId": 1})) == (404, "UnknownTask")


def test_requests_are_logged() -> None:
    world = World(ready=False)
    world.web("GET", "/healthz")
    (found,) = ok(world.web("GET", "/admin/requests"))
    assert (found["service"], found["operation"], found["status"]) == ("admin", "Health", 200)


def test_reset_brings_back_the_fresh_state() -> None:
    world = World()
    world.join("7")
    world.start()
    world.wait(hours=3)
    ok(world.web("POST", "/admin/reset", {}))
    assert ok(world.web("GET", "/healthz"))["now"] == START.isoformat()
    assert ok(world.web("GET", "/admin/rooms")) == []
    assert ok(world.web("GET", "/admin/applications"))[0]["recording"] is False


def test_faults_are_added_counted_and_removed() -> None:
    world = World(ready=False)
    rule = {"effect": "error", "service": "cam", "action": "ListUsers", "code": "InternalError", "nth": 2}
    added = ok(world.web("POST", "/admin/faults", rule))
    assert {**added, **rule} == added
    assert (added["faultId"], added["matched"], added["struck"]) == (1, 0, 0)
    for _ in range(3):
        ask(world.cloud, "cam", "ListUsers")
    (counted,) = ok(world.web("GET", "/admin/faults"))
    assert (counted["matched"], counted["struck"]) == (3, 1)
    assert problem(world.web("DELETE", "/admin/faults?faultId=9")) == (404, "UnknownFault")
    ok(world.web("DELETE", "/admin/faults?faultId=1"))
    assert ok(world.web("GET", "/admin/faults")) == []


def test_all_faults_are_removed_at_once() -> None:
    world = World(ready=False)
    for effect in ("reset", "broken"):
        ok(world.web("POST", "/admin/faults", {"effect": effect}))
    ok(world.web("DELETE", "/admin/faults"))
    assert ok(world.web("GET", "/admin/faults")) == []


@pytest.mark.parametrize(
    "rule",
    [
        {"effect": "magic"},
        {"effect": "error"},
        {"effect": "error", "code": "no code\r\nX: y"},
        {"effect": "reset", "code": "InternalError"},
        {"effect": "reset", "service": "admin"},
        {"effect": "reset", "service": "cam", "action": "StartRecord"},
        {"effect": "reset", "probability": 1.5},
        {"effect": "reset", "nth": -1},
        {"effect": "reset", "seconds": 1},
        {"effect": "latency"},
        {"effect": "latency", "seconds": 3600},
        {"effect": "broken", "status": 200},
        {"effect": "reset", "resource": ""},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(rule: dict[str, Any]) -> None:
    world = World(ready=False)
    assert problem(world.web("POST", "/admin/faults", rule)) == (400, "InvalidValue")
    assert world.cloud.faults.every() == ()


def test_a_second_account_sees_nothing_of_the_first() -> None:
    world = World(ready=False)
    ask(world.cloud, "cam", "AddUser", {"Name": "ann"})
    other = ok(world.web("POST", "/admin/accounts", {}))
    secret = (other["secretId"], other["secretKey"])
    caller = ask(world.cloud, "sts", "GetCallerIdentity", secret=secret)
    assert caller["AccountId"] == other["ownerUin"]
    assert ask(world.cloud, "cam", "ListUsers", secret=secret)["Data"] == []
    main, listed = ok(world.web("GET", "/admin/accounts"))
    assert (main["secretId"], listed) == (SECRET_ID, other)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"ownerUin": "100000000000"}, (400, "InvalidValue")),
        ({"appid": "1"}, (400, "InvalidValue")),
        ({"appid": "1250000000"}, (409, "AccountExists")),
        ({"ownerUin": "200000000002"}, (409, "AccountExists")),
    ],
)
def test_an_account_that_cannot_be_is_refused(wanted: dict[str, str], found: tuple[int, str]) -> None:
    world = World(ready=False)
    ok(world.web("POST", "/admin/accounts", {}))
    assert problem(world.web("POST", "/admin/accounts", wanted)) == found
