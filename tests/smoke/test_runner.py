from collections.abc import Callable

import pytest

from gme_recording.api import ApiError
from gme_recording.errors import UserError
from gme_recording.smoke import Mode, Result, Verdict
from gme_recording.smoke.model import Check, Failed, Run, Skipped, Undo
from gme_recording.smoke.runner import conduct
from gme_recording.smoke.table import CHECKS, CLEAN_UP
from tests.smoke.make import STARTED, Time, a_run

PASS, FAIL, SKIP = Verdict.PASS, Verdict.FAIL, Verdict.SKIP


def passes(_: Run) -> str:
    return "well"


def fails(_: Run) -> str:
    raise Failed("found wrong", hint="put it right")


def skips(_: Run) -> str:
    raise Skipped("not here")


def undoing(done: list[str], name: str, then: Callable[[], None] = lambda: None) -> Undo:
    def act() -> str:
        done.append(name)
        then()
        return name

    return Undo(name, act)


def test_results_are_in_order_and_reported_one_by_one() -> None:
    time = Time()
    seen: list[Result] = []

    def slow(_: Run) -> str:
        time.sleep(0.5)
        return "after a while"

    report = conduct(a_run(time), [Check("one", passes), Check("two", slow)], seen.append)
    assert report.results == (
        Result(id="one", verdict=PASS, found="well"),
        Result(id="two", verdict=PASS, found="after a while", took=0.5),
        Result(id=CLEAN_UP, verdict=PASS, found="nothing to do"),
    )
    assert tuple(seen) == report.results
    assert (report.passed, report.started, report.took) == (True, STARTED, 0.5)
    assert (report.stack, report.app, report.biz_id) == ("local", "demo", 1400000001)


def test_failure_carries_what_was_found_and_what_to_do() -> None:
    report = conduct(a_run(), [Check("one", fails)])
    assert report.failure == Result(id="one", verdict=FAIL, found="found wrong", hint="put it right")
    assert not report.passed
    assert report.hint == "put it right"


def test_refusal_carries_code_and_request() -> None:
    def refused(_: Run) -> str:
        raise ApiError("ResourceInUse.TaskInUse", "busy", action="StartRecord", request_id="r-1")

    failure = conduct(a_run(), [Check("one", refused)]).failure
    assert failure is not None
    assert (failure.code, failure.request_id) == ("ResourceInUse.TaskInUse", "r-1")
    assert "busy" in failure.found
    assert failure.hint


def test_what_needs_a_failed_check_is_skipped_and_the_rest_is_made() -> None:
    checks = [
        Check("one", fails),
        Check("two", passes, needs="one"),
        Check("three", passes, needs="two"),
        Check("four", skips),
        Check("five", passes, needs="four"),
        Check("six", passes),
    ]
    report = conduct(a_run(), checks)
    assert [(r.id, r.verdict, r.found) for r in report.results[:-1]] == [
        ("one", FAIL, "found wrong"),
        ("two", SKIP, "one did not pass"),
        ("three", SKIP, "two did not pass"),
        ("four", SKIP, "not here"),
        ("five", SKIP, "four did not pass"),
        ("six", PASS, "well"),
    ]


def test_probe_makes_only_its_checks_and_changes_nothing() -> None:
    report = conduct(a_run(mode=Mode.PROBE), [Check("one", passes, full=False), Check("two", fails)])
    assert [result.id for result in report.results] == ["one"]
    assert report.passed


def test_probe_of_the_real_table_ends_before_anything_is_recorded() -> None:
    before = [check.id for check in CHECKS[: [check.id for check in CHECKS].index("start")]]
    assert [check.id for check in CHECKS if not check.full] == before


def test_off_checks_nothing_and_passes() -> None:
    report = conduct(a_run(mode=Mode.OFF), [Check("one", fails, full=False)])
    assert (report.results, report.passed) == ((), True)


def test_deadline_is_the_nearer_of_checks_and_tests() -> None:
    time = Time()
    deadlines = []

    def note(run: Run) -> str:
        deadlines.append(run.deadline)
        time.sleep(50)
        return ""

    conduct(a_run(time, timeout=60), [Check("one", note, timeout=15), Check("two", note, timeout=15)])
    assert deadlines == [1015.0, 1060.0]


def test_no_check_begins_after_the_tests_time() -> None:
    time = Time()

    def slow(_: Run) -> str:
        time.sleep(61)
        return ""

    report = conduct(a_run(time), [Check("one", slow), Check("two", passes)])
    assert report.failure is not None
    assert (report.failure.id, report.failure.found) == ("two", "the test's 60 s are over")
    assert report.failure.hint == "raise smoke.timeout"


def test_everything_is_taken_back_in_reverse_order() -> None:
    done: list[str] = []

    def does(run: Run) -> str:
        run.undo += [undoing(done, "first"), undoing(done, "second")]
        raise Failed("too bad")

    report = conduct(a_run(), [Check("one", does)])
    assert done == ["second", "first"]
    assert report.results[-1] == Result(id=CLEAN_UP, verdict=PASS, found="second, first")


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_interruption_and_surprise_take_everything_back_and_go_on(error: type[BaseException]) -> None:
    done: list[str] = []

    def breaks(run: Run) -> str:
        run.undo.append(undoing(done, "stop"))
        raise error

    with pytest.raises(error):
        conduct(a_run(), [Check("one", breaks)])
    assert done == ["stop"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_interrupted_clean_up_still_tries_the_rest(error: type[BaseException]) -> None:
    done: list[str] = []

    def interrupted() -> None:
        raise error

    def does(run: Run) -> str:
        run.undo += [undoing(done, "last"), undoing(done, "first", interrupted)]
        return ""

    with pytest.raises(error):
        conduct(a_run(), [Check("one", does)])
    assert done == ["first", "last"]


def test_failed_clean_up_is_a_failure_with_its_hint() -> None:
    done: list[str] = []

    def refuse() -> None:
        raise UserError("no right", hint="ask")

    def does(run: Run) -> str:
        run.undo += [undoing(done, "second"), undoing(done, "stop the recording", refuse)]
        return ""

    report = conduct(a_run(), [Check("one", does)])
    found = "could not stop the recording: no right, second"
    assert report.failure == Result(id=CLEAN_UP, verdict=FAIL, found=found, hint="ask")
    assert done == ["stop the recording", "second"]


def test_clean_up_has_time_of_its_own() -> None:
    time = Time()
    deadlines = []

    def does(run: Run) -> str:
        run.undo.append(undoing([], "x", lambda: deadlines.append(run.deadline)))
        time.sleep(70)
        return ""

    conduct(a_run(time), [Check("one", does)])
    assert deadlines == [1085.0]


def test_table_needs_only_what_comes_before() -> None:
    before: set[str] = set()
    for check in CHECKS:
        assert check.id not in before
        assert check.needs == "" or check.needs in before
        before.add(check.id)


def test_probe_needs_nothing_that_it_leaves_out() -> None:
    probed = {check.id for check in CHECKS if not check.full}
    assert {check.needs for check in CHECKS if not check.full} <= probed | {""}
