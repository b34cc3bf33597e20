"""What the deployment verbs do between their options and their output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from components.config import parse
from gme_recording import smoke
from gme_recording.api import Cloud
from gme_recording.api.credentials import CloudKind
from gme_recording.api.endpoints import local_address
from gme_recording.cli import render
from gme_recording.cli.options import project_root
from gme_recording.cli.output import Output
from gme_recording.console.runbook import CONSOLE
from gme_recording.deploy import leftovers
from gme_recording.deploy.session import deployment as deployment_of
from gme_recording.deploy.session import prepare
from gme_recording.deploy.step import Outcome
from gme_recording.errors import ExitCode, UserError

if TYPE_CHECKING:
    from gme_recording.deploy.engine import Deployment
    from gme_recording.smoke import Report


def up(name: str, output: Output, *, refresh: bool, repair: bool, expect_no_changes: bool, yes: bool) -> int:
    """Deploy, and show outputs, smoke test and where the console is."""
    deployment = prepare(name, project_root(), output)
    _agreed(deployment, output, "up", yes=yes)
    leftovers.agree_to_up(deployment.stack, deployment.state())
    with tested(deployment, output) as reports:
        outcome = _mended(lambda agreed: deployment.up(refresh=refresh, repair=agreed), output, repair=repair)
    if not reports and _due(deployment, outcome):
        output.say("smoke test: something changed that its marker does not show")
        reports += _proved(deployment, output)
    page = _console_url(deployment)
    parts = [
        f"Outputs:\n{render.table(outcome.outputs)}",
        smoke.render_text(reports).rstrip(),
        f"Console: {page}",
    ]
    data = {**render.outcome_data(outcome), "smoke": smoke.to_json(reports), "console": page}
    output.show(
        "\n\n".join(part for part in (*parts, render.changed(outcome, _told(deployment))) if part), data
    )
    return _differs(outcome, asked=expect_no_changes)


def preview(name: str, output: Output, *, refresh: bool, expect_no_changes: bool) -> int:
    """Show what would change."""
    deployment = prepare(name, project_root(), output)
    outcome = deployment.preview(refresh=refresh)
    output.show(render.planned(outcome, _told(deployment)), render.outcome_data(outcome))
    return _differs(outcome, asked=expect_no_changes)


def refresh(name: str, output: Output, *, repair: bool, expect_no_changes: bool) -> int:
    """Take the cloud into the state."""
    deployment = existing(prepare(name, project_root(), output))
    outcome = _mended(lambda agreed: deployment.refresh(repair=agreed), output, repair=repair)
    output.show(render.changed(outcome), render.outcome_data(outcome))
    return _differs(outcome, asked=expect_no_changes)


def destroy(name: str, output: Output, *, repair: bool, yes: bool) -> int:
    """Delete, and say what stays."""
    deployment = prepare(name, project_root(), output)
    if not deployment.deployed:
        output.show(
            f"stack {name} is not deployed, nothing to do", {"verb": "destroy", "stack": name, "steps": []}
        )
        return ExitCode.OK
    state = deployment.state()
    leftovers.agree_to_destroy(deployment.stack, state)
    _agreed(deployment, output, "destroy", yes=yes)
    outcome = _mended(lambda agreed: deployment.destroy(repair=agreed), output, repair=repair)
    untouched = leftovers.of(deployment.stack, state, outcome.steps)
    notes = [f"  not touched: {note}" for note in untouched]
    text = "\n".join([render.changed(outcome), *notes])
    output.show(text, {**render.outcome_data(outcome), "untouched": list(untouched)})
    return ExitCode.OK


def outputs(name: str, wanted: str | None, output: Output) -> int:
    """Show all outputs, or one of them bare."""
    stack = parse.load(name, project_root())
    found = existing(deployment_of(stack, project_root(), output)).outputs()
    if wanted is None:
        output.show(render.table(found), found)
        return ExitCode.OK
    if wanted not in found:
        raise UserError(
            f"stack {name} has no output {wanted!r}; it has: {', '.join(found) or 'none'}",
            exit_code=ExitCode.INPUT,
        )
    output.show(render.cell(found[wanted]), {wanted: found[wanted]})
    return ExitCode.OK


@contextmanager
def tested(deployment: Deployment, output: Output) -> Iterator[list[Report]]:
    """Collect the reports of the smoke test that runs inside; shown at once if the deployment fails."""
    name, root = deployment.stack.name, deployment.root
    file = smoke.report_file(name, root)
    before = _written(file)
    reports: list[Report] = []
    try:
        yield reports
    finally:
        if _written(file) != before:
            reports += smoke.last(name, root)
        if reports and sys.exc_info()[0]:
            output.say(smoke.render_text(reports))


def _due(deployment: Deployment, outcome: Outcome) -> bool:
    """Whether the test is to run though the engine's marker did not change.

    Something was changed or made anew, such as a bucket that was deleted outside, or the last test failed.
    """
    stack = deployment.stack
    if stack.smoke.mode is smoke.Mode.OFF:
        return False
    last = smoke.last(stack.name, deployment.root)
    return bool(outcome.changed) or not all(report.passed for report in last)


def _proved(deployment: Deployment, output: Output) -> tuple[Report, ...]:
    """Test every application as the engine's hook does: reports are kept, a failure fails the deployment."""
    from components.smoke import targets  # noqa: PLC0415 - loads the Pulumi SDK

    stack, root = deployment.stack, deployment.root
    clouds = {place.region: Cloud.connect(stack.cloud, place.region, root) for place in stack.places}
    reports = smoke.run_all(targets(stack), clouds)
    smoke.keep(reports, root)
    if not all(report.passed for report in reports):
        output.say(smoke.render_text(reports))
        message, _, hint = smoke.failure_message(reports).rpartition("\nhint: ")
        raise UserError(message or hint, hint=hint if message else "")
    return reports


def _mended(run: Callable[[bool], Outcome], output: Output, *, repair: bool) -> Outcome:
    """Run a verb; where the state wants mending, ask whoever sits there, and run it again."""
    from gme_recording.deploy.mend import NeedsRepair  # noqa: PLC0415 - loads the Pulumi SDK

    try:
        return run(repair)
    except NeedsRepair as needed:
        if repair or output.as_json or not sys.stdin.isatty():
            raise
        output.say(needed.message)
        click.confirm("change the state accordingly (a copy is kept) and go on?", abort=True, err=True)
    return run(True)


def _told(deployment: Deployment) -> tuple[str, ...]:
    """What `prepare` has warned of, and the program warns of again."""
    return tuple(str(warning) for warning in parse.warnings(deployment.stack))


def _written(file: Path) -> int:
    return file.stat().st_mtime_ns if file.exists() else 0


def existing(deployment: Deployment) -> Deployment:
    """Return a deployment that there is; UserError NO_STACK if nothing is deployed."""
    if not deployment.deployed:
        raise UserError(
            f"stack {deployment.stack.name} is not deployed",
            hint=f"gme-recording up --stack {deployment.stack.name}",
            exit_code=ExitCode.NO_STACK,
        )
    return deployment


def _agreed(deployment: Deployment, output: Output, verb: str, *, yes: bool) -> None:
    """Ask before a stack of Tencent Cloud is touched; the local stack is there to be touched."""
    if yes or deployment.stack.cloud is CloudKind.LOCAL:
        return
    again = f"gme-recording {verb} --stack {deployment.stack.name} --yes"
    if not sys.stdin.isatty() or output.as_json:
        raise UserError(
            f"{verb} changes Tencent Cloud: it wants to be agreed to", hint=again, exit_code=ExitCode.INPUT
        )
    if verb == "up":
        output.say(render.planned(deployment.preview(), _told(deployment)))
    click.confirm(f"{verb} stack {deployment.stack.name}?", abort=True, err=True)


def _differs(outcome: Outcome, *, asked: bool) -> int:
    return ExitCode.DIFFERS if asked and outcome.steps else ExitCode.OK


def _console_url(deployment: Deployment) -> str:
    """Where the recording settings are looked at: the local cloud's page, or the vendor's."""
    if deployment.stack.cloud is CloudKind.TENCENT:
        return CONSOLE
    return f"{local_address(deployment.root)}/console"
