from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components import documents, lifecycle, smoke
from components.config.model import Replica, Retention, SmokeWhen, Storage
from gme_recording import smoke as smoke_test
from gme_recording.api import Cloud
from gme_recording.errors import UserError
from gme_recording.smoke import Mode, Report, Result, Target, Verdict
from tests.components.stacks import a_place, a_stack
from tests.support import wire

TARGETS = smoke.targets(a_stack(apps=2))


def run(
    mode: Mode = Mode.FULL, when: SmokeWhen = SmokeWhen.CHANGE, role: str = "role-1", root: Path = Path()
) -> wire.Wire:
    def program() -> None:
        needed = pulumi.Stash("needed", input="made first")
        args: smoke.SmokeTestArgs = {
            "targets": smoke.targets(a_stack(apps=2, smoke=mode)),
            "when": when,
            "evidence": {"role": pulumi.Output.from_input(role)},
            "requires": [needed],
            "root": root,
        }
        smoke.SmokeTest("t", args)

    return wire.run(program)


def marker(**parts: Any) -> dict[str, Any]:
    found: dict[str, Any] = run(**parts).named("t-marker").props["input"]
    return found


def report(target: Target, *results: Result) -> Report:
    return Report(
        stack=target.stack,
        app=target.app,
        biz_id=target.biz_id,
        mode=target.mode,
        results=results,
        started=datetime(2026, 3, 31, tzinfo=UTC),
        took=1.5,
        hint=results[-1].hint,
    )


PASSED = Result(id="identity", verdict=Verdict.PASS, found="account 100000000001")
FAILED = Result(
    id="start", verdict=Verdict.FAIL, found="service is off", hint="switch it on", request_id="req-1"
)


@pytest.fixture
def outcome(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Target], Report]], None]:
    """Puts a result in the place of the real test, which needs a cloud."""

    def put(run_target: Callable[[Target], Report]) -> None:
        monkeypatch.setattr(Cloud, "connect", lambda *_: None)
        monkeypatch.setattr(smoke_test, "run_all", lambda targets, _clouds: tuple(map(run_target, targets)))

    return put


def fire(root: Path) -> None:
    """Run the hook as the engine does before it records the marker."""
    args = pulumi.ResourceHookArgs(urn="urn", id="", name="t-marker", type="pulumi:index:Stash")
    hook = run(root=root).hooks["t-test"]
    awaitable: Any = hook(args)
    asyncio.run(awaitable)


def test_interrupted_test_fails_its_hook(
    tmp_path: Path, outcome: Callable[[Callable[[Target], Report]], None]
) -> None:
    def interrupted(_: Target) -> Report:
        raise smoke_test.Interrupted

    outcome(interrupted)
    with pytest.raises(smoke.SmokeTestFailed, match="interrupted"):
        fire(tmp_path)


def test_hook_whose_engine_is_gone_ends_the_test(
    tmp_path: Path, outcome: Callable[[Callable[[Target], Report]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, interrupted = threading.Event(), threading.Event()

    def waiting(_: Target) -> Report:
        begun.set()
        assert interrupted.wait(10)
        raise smoke_test.Interrupted

    outcome(waiting)
    monkeypatch.setattr(smoke_test, "interrupt", interrupted.set)
    monkeypatch.setattr(smoke, "_GOING_SECONDS", 0.0)
    args = pulumi.ResourceHookArgs(urn="urn", id="", name="t-marker", type="pulumi:index:Stash")
    hook = smoke.proving(TARGETS, tmp_path)

    async def stopped() -> None:
        answer = asyncio.ensure_future(hook(args))
        await asyncio.to_thread(begun.wait, 10)
        answer.cancel()
        await answer

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(stopped())
    assert interrupted.is_set()


def test_each_application_is_a_target_with_all_that_was_declared() -> None:
    stack = a_stack(apps=2)
    first, second = smoke.targets(stack)
    assert first == Target(
        stack="test",
        app="app0",
        cloud=stack.cloud,
        appid="1250000000",
        region="ap-guangzhou",
        bucket="voice-1250000000",
        biz_id=1400000001,
        room="gme-recording-smoke",
        mode=Mode.FULL,
        record_seconds=5,
        timeout_seconds=600,
        lifecycle=lifecycle.rules(a_place(stack), stack.smoke),
        encryption="AES256",
        callback_url="",
        policy=documents.tls_only("ap-guangzhou", "1250000000", "voice-1250000000"),
        versioning=False,
        tags=(("environment", "test"),),
        log_bucket="",
        replica="",
    )
    assert second == replace(first, app="app1", biz_id=1400000002)


def test_the_receiver_is_asked_where_the_stack_says() -> None:
    url = "https://voice.example.com/gme/recording/relay"
    stack = a_stack(apps=2)
    asking = replace(stack, smoke=replace(stack.smoke, callback_relay=url))
    assert {target.callback_relay for target in smoke.targets(asking)} == {url}


def test_each_application_is_proved_in_its_own_region() -> None:
    stack = a_stack(
        apps=2, storages={"ap-beijing": Storage(name="voice-bj", retention=Retention(keep_days=5))}
    )
    first, second = stack.apps
    away = replace(stack, apps=(first, replace(second, region="ap-beijing")))
    assert [(target.region, target.bucket) for target in smoke.targets(away)] == [
        ("ap-guangzhou", "voice-1250000000"),
        ("ap-beijing", "voice-bj-1250000000"),
    ]
    assert [rule.expire_days for rule in smoke.targets(away)[1].lifecycle] == [5, 5, 1, 1]


def test_a_replica_is_named_with_its_region() -> None:
    copy = Replica(region="ap-hongkong", name="copy")
    storage = Storage(name="v", retention=Retention(keep_days=5), versioning=True, replica=copy)
    assert [target.replica for target in smoke.targets(a_stack(storage=storage))] == [
        "ap-hongkong/copy-1250000000"
    ]


def test_a_policy_that_cannot_be_worded_is_not_compared() -> None:
    storage = Storage(name="v", retention=Retention(keep_days=5), allowed_networks=("203.0.113.0/24",))
    stack = a_stack(storage=storage)
    assert [target.policy for target in smoke.targets(stack)] == [""]
    assert "203.0.113.0/24" in smoke.targets(stack, "100000000001")[0].policy


def test_the_marker_comes_after_everything_and_is_tested_before_it_is_recorded() -> None:
    sent = run()
    assert sent.named("t-marker").dependencies == {sent.named("needed").urn}
    assert sent.named("t-marker").hooks == {"before_create": ("t-test",), "before_update": ("t-test",)}


def test_nothing_changed_means_nothing_to_test() -> None:
    assert marker() == marker()


def test_what_was_made_anew_is_tested_again() -> None:
    assert marker(role="role-1") != marker(role="role-2")


def test_another_mode_is_tested_again() -> None:
    assert marker(mode=Mode.PROBE) != marker(mode=Mode.FULL)


def test_always_is_a_change_each_time() -> None:
    assert marker(when=SmokeWhen.ALWAYS) != marker(when=SmokeWhen.ALWAYS)


def test_a_marker_that_the_engine_passes_over_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """With `--target` on a fresh stack it answers with the inputs that are known."""
    monkeypatch.setattr(wire._Cloud, "new_resource", lambda *_: ("", {"input": {"mode": "full"}}))
    sent = run()
    assert sent.outputs[sent.only("SmokeTest").urn] == {"proved": ""}


def test_a_test_that_is_off_is_recorded_as_such_and_has_no_hook() -> None:
    sent = run(mode=Mode.OFF)
    assert sent.named("t-marker").props == {"input": {"mode": "off", "fingerprint": "off"}}
    assert sent.named("t-marker").hooks == {}
    assert sent.hooks == {}


def test_a_passed_test_is_logged_and_kept(
    tmp_path: Path, outcome: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", said.append)
    outcome(lambda target: report(target, PASSED))
    fire(tmp_path)
    assert said == [smoke_test.render_text(report(target, PASSED) for target in TARGETS)]
    assert smoke_test.last("test", tmp_path) == tuple(report(target, PASSED) for target in TARGETS)


def test_a_failed_test_fails_the_deployment_with_check_request_and_what_to_do(
    tmp_path: Path, outcome: Callable[[Any], None]
) -> None:
    outcome(lambda target: report(target, PASSED, *([FAILED] if target.app == "app1" else [])))
    with pytest.raises(smoke.SmokeTestFailed) as raised:
        fire(tmp_path)
    message = str(raised.value)
    assert "test/app1 failed at start: service is off" in message
    assert "req-1" in message
    assert "hint: " in message
    assert "app0" not in message
    assert [each.passed for each in smoke_test.last("test", tmp_path)] == [True, False]


@pytest.mark.parametrize("error", [TimeoutError(), AssertionError(), RuntimeError("")])
def test_no_error_is_ever_empty_for_pulumi_would_take_it_for_success(
    tmp_path: Path, outcome: Callable[[Any], None], error: Exception
) -> None:
    def broken(_: Target) -> Report:
        raise error

    outcome(broken)
    with pytest.raises(smoke.SmokeTestFailed, match=f"ended unexpectedly: {type(error).__name__}"):
        fire(tmp_path)


def test_what_a_person_can_put_right_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise UserError("the local cloud is not running", hint="gme-recording cloud start")

    monkeypatch.setattr(Cloud, "connect", missing)
    with pytest.raises(smoke.SmokeTestFailed, match=r"not running\nhint: gme-recording cloud start"):
        fire(tmp_path)


def test_blocking_work_leaves_the_sdks_threads_alone(tmp_path: Path, outcome: Callable[[Any], None]) -> None:
    threads: list[str] = []

    def noted(target: Target) -> Report:
        threads.append(threading.current_thread().name)
        return report(target, PASSED)

    outcome(noted)
    fire(tmp_path)
    assert [name.rpartition("_")[0] for name in threads] == ["smoke-test", "smoke-test"]
