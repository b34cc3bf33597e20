"""Makes the checks one after the other, keeps their time, and takes everything back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gme_recording.api.cam import Cam
from gme_recording.api.cos import Cos
from gme_recording.api.errors import ApiError
from gme_recording.api.gme import Gme
from gme_recording.api.local import LocalCloud
from gme_recording.errors import UserError
from gme_recording.smoke.clock import Clock
from gme_recording.smoke.diagnosis import diagnose
from gme_recording.smoke.model import Check, Failed, Mode, Report, Result, Run, Skipped, Verdict
from gme_recording.smoke.stranger import stranger
from gme_recording.smoke.table import CHECKS, CLEAN_UP

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gme_recording.api.endpoints import Cloud
    from gme_recording.smoke.model import Target

CLEAN_UP_SECONDS = 15.0


def _ignore(_: Result) -> None:
    pass


def run(
    target: Target,
    cloud: Cloud,
    progress: Callable[[Result], None] = _ignore,
    *,
    clock: Clock | None = None,
) -> Report:
    """Test one application and return what was found; `progress` is told each finished check.

    Whatever happens, Ctrl-C included, a recording that was started is stopped before this returns.
    """
    clock = clock or Clock()
    under_way = Run(
        target=target,
        cam=Cam(cloud),
        cos=Cos(cloud),
        gme=Gme(cloud),
        local=LocalCloud(cloud.url) if cloud.url else None,
        stranger=partial(stranger, cloud),
        clock=clock,
        deadline=clock.now(),
    )
    return conduct(under_way, CHECKS, progress)


def conduct(run: Run, checks: Sequence[Check], progress: Callable[[Result], None] = _ignore) -> Report:
    """Make the checks that the target's mode asks for, then clean up."""
    mode, clock = run.target.mode, run.clock
    started, began = clock.utc(), clock.now()
    ends = began + run.target.timeout_seconds
    results: list[Result] = []

    def finish(result: Result) -> None:
        results.append(result)
        progress(result)

    try:
        for check in checks:
            if mode is Mode.FULL or (mode is Mode.PROBE and not check.full):
                finish(_perform(check, run, ends, results))
    finally:
        if mode is Mode.FULL:
            finish(_clean_up(run))
    diagnosis, cause, hint = diagnose(run.target, tuple(results))
    return Report(
        stack=run.target.stack,
        app=run.target.app,
        biz_id=run.target.biz_id,
        mode=mode,
        results=tuple(results),
        started=started,
        took=clock.now() - began,
        diagnosis=diagnosis,
        cause=cause,
        hint=hint,
    )


def _perform(check: Check, run: Run, ends: float, before: Sequence[Result]) -> Result:
    passed = {result.id for result in before if result.verdict is Verdict.PASS}
    if check.needs and check.needs not in passed:
        return Result(id=check.id, verdict=Verdict.SKIP, found=f"{check.needs} did not pass")
    began = run.clock.now()
    if began >= ends:
        return Result(
            id=check.id,
            verdict=Verdict.FAIL,
            found=f"the test's {run.target.timeout_seconds:g} s are over",
            hint="raise smoke.timeout",
        )
    run.deadline = min(ends, began + check.timeout)
    verdict, found, error = Verdict.PASS, "", None
    try:
        found = check.prove(run)
    except Skipped as reason:
        verdict, found = Verdict.SKIP, str(reason)
    except UserError as failure:
        verdict, found, error = Verdict.FAIL, failure.message, failure
    return _result(check.id, verdict, found, error, run.clock.now() - began)


def _clean_up(run: Run) -> Result:
    """Take back what was done, the last thing first. An interruption waits until all has been tried."""
    began = run.clock.now()
    run.deadline = began + CLEAN_UP_SECONDS
    done: list[str] = []
    failure: UserError | None = None
    interruption: BaseException | None = None
    while run.undo:
        undo = run.undo.pop()
        try:
            done.append(undo.act())
        except UserError as error:
            failure = failure or error
            done.append(f"could not {undo.what}: {error.message}")
        except BaseException as error:  # noqa: BLE001 - raised again once everything has been tried
            interruption = interruption or error
    if interruption is not None:
        raise interruption
    verdict = Verdict.PASS if failure is None else Verdict.FAIL
    found = ", ".join(text for text in done if text) or "nothing to do"
    return _result(CLEAN_UP, verdict, found, failure, run.clock.now() - began)


def _result(id: str, verdict: Verdict, found: str, error: UserError | None, took: float) -> Result:  # noqa: A002
    known = error if isinstance(error, Failed) else None
    refusal = known.refusal if known else error
    return Result(
        id=id,
        verdict=verdict,
        found=found,
        hint=error.hint if error else "",
        request_id=refusal.request_id if isinstance(refusal, ApiError) else "",
        code=refusal.code if isinstance(refusal, ApiError) else "",
        took=took,
        cause=known.cause if known else "",
    )
