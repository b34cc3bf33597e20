"""Several applications of one stack at once, against a local cloud."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from gme_recording import smoke
from gme_recording.api import Cloud, RecordMode
from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.smoke import Report, Result, Target, Verdict
from tests.smoke.environment import APP, NOTHING, SETTINGS, Environment

SECOND = APP + 1


@pytest.fixture
def environment(local_cloud: RunningCloud) -> Environment:
    made = Environment(local_cloud)
    made.local.create_application(SECOND, "second")
    settings = {name: value for name, value in SETTINGS.data().items() if name != "bizId"}
    made.local.put_recording(SECOND, settings)
    return made


def targets(environment: Environment, **changes: object) -> tuple[Target, Target]:
    first = environment.target(timeout_seconds=20.0, **changes)
    return first, replace(first, app="second", biz_id=SECOND)


def test_applications_are_tested_at_once_and_reported_in_order(environment: Environment) -> None:
    seen: list[tuple[str, str]] = []
    wanted = targets(environment, record_seconds=1.0)
    began = time.monotonic()
    reports = smoke.run_all(
        wanted,
        {"ap-guangzhou": environment.cloud},
        lambda target, result: seen.append((target.app, result.id)),
    )
    took = time.monotonic() - began
    assert [report.app for report in reports] == ["demo", "second"]
    assert all(report.passed for report in reports), smoke.render_text(reports)
    assert took < sum(report.took for report in reports) * 0.75
    for report in reports:
        assert [id_ for app, id_ in seen if app == report.app] == [result.id for result in report.results]


def test_one_failure_leaves_the_others_alone(environment: Environment) -> None:
    first, second = targets(environment)
    broken = replace(second, encryption="SM4")
    reports = smoke.run_all((first, broken), {"ap-guangzhou": environment.cloud})
    assert [report.passed for report in reports] == [True, False]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_interruption_ends_all_tests_and_leaves_nothing(
    environment: Environment, error: type[BaseException]
) -> None:
    """Raised where progress is told, which is in one of the tests' threads."""
    kept = threading.local()

    def interrupt(target: Target, result: Result) -> None:
        if result.id == "recording" and not getattr(kept, "told", False):
            kept.told = True
            if target.app == "demo":
                raise error

    began = time.monotonic()
    wanted = targets(environment, record_seconds=15.0)
    with pytest.raises(error):
        smoke.run_all(wanted, {"ap-guangzhou": environment.cloud}, interrupt)
    assert time.monotonic() - began < 10
    room = wanted[0].room
    assert [environment.gme.find_task(biz_id, room) for biz_id in (APP, SECOND)] == [None, None]
    assert environment.local._send("GET", f"/admin/rooms?bizId={SECOND}") == []


def test_interruption_by_another_thread_ends_one_test_too_and_leaves_nothing(
    environment: Environment,
) -> None:
    alone = environment.target(record_seconds=30.0)

    def interrupt(_: Target, result: Result) -> None:
        if result.id == "recording":
            threading.Timer(0.05, smoke.interrupt).start()

    began = time.monotonic()
    with pytest.raises(smoke.Interrupted):
        smoke.run_all((alone,), {"ap-guangzhou": environment.cloud}, interrupt)
    assert time.monotonic() - began < 10
    assert environment.leftovers()[:2] == NOTHING[:2]


def test_way_to_every_region_is_used(environment: Environment) -> None:
    away = replace(environment.cloud, region="ap-beijing")
    clouds: dict[str, Cloud] = {"ap-guangzhou": environment.cloud, "ap-beijing": away}
    first, second = targets(environment)
    reports = smoke.run_all((first, replace(second, region="ap-beijing")), clouds)
    failures = [report.failure for report in reports]
    assert failures[0] is None
    assert failures[1] is not None
    assert (failures[1].id, failures[1].code) == ("bucket", "NoSuchBucket")


def test_no_application_is_no_report() -> None:
    assert smoke.run_all((), {}) == ()


def test_task_left_over_by_a_crash_is_stopped_beside_another_test(environment: Environment) -> None:
    first, second = targets(environment)
    environment.local.join(SECOND, second.room, "90001")
    task = environment.gme.start_record(SECOND, second.room, RecordMode.MIXED)
    reports: tuple[Report, ...] = smoke.run_all((first, second), {"ap-guangzhou": environment.cloud})
    started = next(result for result in reports[1].results if result.id == "start")
    assert started.verdict is Verdict.PASS
    assert f"after stopping task {task}" in started.found
