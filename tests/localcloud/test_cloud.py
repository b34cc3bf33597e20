"""The life of a request, with a service that exists for these tests alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from gme_recording.localcloud import clock as clock_module
from gme_recording.localcloud import faults as faults_module
from gme_recording.localcloud import identity, networks
from gme_recording.localcloud.clock import JOBS, Clock, job
from gme_recording.localcloud.cloud import Call, Cloud
from gme_recording.localcloud.identity import Account, Kind, Principal
from gme_recording.localcloud.messages import Request, Response
from gme_recording.localcloud.operation import Operation, Service
from gme_recording.localcloud.refusal import CloudError, Refusal
from gme_recording.localcloud.store import Record, Store

NO = Refusal("No", "no {why}")


@dataclass(frozen=True, slots=True)
class Note(Record):
    KEY = ("text",)
    text: str


class Plain:
    """The path names the operation, the query the caller."""

    def find(self, request: Request, service: Service) -> Operation:
        return service.operations[request.path[1:]]

    def authenticate(self, request: Request, call: Call) -> None:
        call.principal = Principal(Kind(request.query or "owner"), "1", "2", uin="1", role="writer")

    def parameters(self, request: Request, operation: Operation) -> dict[str, object]:
        return {}

    def encode(self, result: object, call: Call) -> Response:
        return Response(200, body=str(result).encode())

    def refuse(self, error: CloudError, request: Request, request_id: str) -> Response:
        return Response(error.status, body=error.code.encode())


SERVICE = Service("test", Plain(), lambda request: request.host == "test")


def anything(call: Call) -> list[str]:
    return ["qcs::test::uin/1:anything"]


@SERVICE.operation("Write", on=anything, rate=3)
def write(call: Call) -> str:
    call.store.add(Note(str(len(call.store.select(Note)))))
    return "written"


@SERVICE.operation("WriteAndRefuse", refuses=(NO,))
def write_and_refuse(call: Call) -> str:
    call.store.add(Note("lost"))
    raise NO(why="reason")


@SERVICE.operation("WriteAndBreak")
def write_and_break(call: Call) -> str:
    call.store.add(Note("lost"))
    raise ZeroDivisionError


@SERVICE.operation("WriteLater")
def write_later(call: Call) -> str:
    for name in ("test.breaks", "test.write"):
        call.later(timedelta(hours=1), name, "later")
    return ""


@SERVICE.operation("AsRole")
def as_role(call: Call) -> object:
    return call.perform("test", "Write", as_role="writer", owner_uin="1")


if "test.write" not in JOBS:

    @job("test.write")
    def _write(call: Call, key: str) -> None:
        call.store.add(Note(f"{key} at {call.now:%H:%M}"))

    @job("test.breaks")
    def _breaks(call: Call, key: str) -> None:
        call.store.add(Note("half done"))
        raise ZeroDivisionError


class Hands:
    at = 1_767_600_000.0
    """2026-01-05 08:00 UTC."""


@pytest.fixture
def policies() -> list[str]:
    """Of every principal."""
    return []


@pytest.fixture
def cloud(tmp_path, policies) -> Iterator[Cloud]:
    parts = (clock_module, identity, faults_module, networks)
    store = Store(":memory:", (*(record for part in parts for record in part.RECORDS), Note))

    def seed(store: Store) -> None:
        store.add(Account("1", "2"))

    seed(store)
    yield Cloud(
        services=(SERVICE,),
        store=store,
        clock=Clock(store, lambda: Hands.at),
        files=tmp_path,
        identity_policies=lambda store, principal: policies,
        resource_policies=lambda store, resource: (),
        seed=seed,
        close=store.close,
    )
    store.close()


ALLOW = '{"version": "2.0", "statement": {"effect": "allow", "action": "*", "resource": "*"}}'


def send(cloud: Cloud, operation: str, caller: str = "owner") -> tuple[int, str]:
    response = cloud.handle(Request("POST", "test", f"/{operation}", caller))
    return response.status, response.body.decode()


def notes(cloud: Cloud) -> list[str]:
    return [note.text for note in cloud.store.select(Note)]


def test_a_host_that_nobody_serves_gets_a_clear_answer(cloud):
    response = cloud.handle(Request("GET", "example.com", "/"))
    assert (response.status, response.body) == (502, b"the local cloud does not serve example.com\n")


def test_what_an_operation_wrote_is_kept(cloud):
    assert send(cloud, "Write") == (200, "written")
    assert notes(cloud) == ["0"]


def test_what_a_refused_operation_wrote_is_gone(cloud):
    assert send(cloud, "WriteAndRefuse") == (400, "No")
    assert notes(cloud) == []


def test_a_bug_is_an_internal_error_and_leaves_nothing_behind(cloud, caplog):
    assert send(cloud, "WriteAndBreak") == (500, "InternalError")
    assert notes(cloud) == []
    assert "test:WriteAndBreak failed" in caplog.text


def test_policies_are_asked_before_anything_happens(cloud, policies):
    assert send(cloud, "Write", "user") == (403, "UnauthorizedOperation")
    assert notes(cloud) == []
    policies.append(ALLOW)
    assert send(cloud, "Write", "user") == (200, "written")


def test_a_service_acts_as_the_role_and_needs_its_policies(cloud, policies):
    assert send(cloud, "AsRole") == (403, "UnauthorizedOperation")
    policies.append(ALLOW)
    assert send(cloud, "AsRole") == (200, "written")


def test_the_rate_is_limited_by_real_time(cloud):
    assert [send(cloud, "Write")[1] for _ in range(4)] == ["written"] * 3 + ["RequestLimitExceeded"]
    cloud.clock.advance(timedelta(hours=1))
    assert send(cloud, "Write") == (503, "RequestLimitExceeded")


def test_delayed_effects_happen_at_their_own_moment_and_one_that_fails_stops_nothing(cloud, caplog):
    send(cloud, "WriteLater")
    cloud.run_due()
    assert notes(cloud) == []
    cloud.clock.advance(timedelta(hours=5))
    cloud.run_due()
    assert notes(cloud) == ["later at 09:00"]
    assert "job test.breaks for later failed" in caplog.text
    cloud.run_due()
    assert notes(cloud) == ["later at 09:00"]


def test_an_alarm_is_set_to_the_next_delayed_effect(cloud):
    alarms: list[timedelta | None] = []
    cloud.alarm = alarms.append
    send(cloud, "WriteLater")
    assert alarms == [timedelta(hours=1)]
    cloud.clock.advance(timedelta(hours=1))
    cloud.run_due()
    assert alarms[-1] is None


def test_a_reset_cloud_is_a_new_one(cloud):
    send(cloud, "Write")
    send(cloud, "WriteLater")
    (cloud.files / "objects").mkdir()
    (cloud.files / "object").write_bytes(b"x")
    before = cloud.clock.now()
    cloud.clock.advance(timedelta(days=1))
    cloud.reset()
    assert notes(cloud) == []
    assert cloud.store.select(Account) == [Account("1", "2")]
    assert list(cloud.files.iterdir()) == []
    assert cloud.clock.now() == before
    assert not cloud.seen
    assert [send(cloud, "Write")[0] for _ in range(3)] == [200] * 3


def test_the_request_log_says_what_happened_and_forgets_the_oldest(cloud):
    send(cloud, "Write")
    send(cloud, "WriteAndRefuse")
    first, second = cloud.seen
    assert (first.service, first.operation, first.status, first.code) == ("test", "Write", 200, "")
    assert (second.operation, second.status, second.code) == ("WriteAndRefuse", 400, "No")
    assert first.principal == "qcs::cam::uin/1:uin/1"
    for _ in range(600):
        send(cloud, "WriteAndRefuse")
    assert len(cloud.seen) == 500
