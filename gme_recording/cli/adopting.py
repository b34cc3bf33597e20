"""What `adopt` does between its options and its output."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from components.config import files, parse
from components.config.model import Grant
from gme_recording import smoke
from gme_recording.adoption import explain, stack_file
from gme_recording.adoption.declare import stack_config
from gme_recording.adoption.survey import Found, Told, survey
from gme_recording.api import Cloud, CloudKind
from gme_recording.cli import render
from gme_recording.cli.deploying import tested
from gme_recording.cli.options import project_root
from gme_recording.cli.output import Output
from gme_recording.console.settings import Confirmation
from gme_recording.deploy import cloud as local_cloud
from gme_recording.deploy.session import prepare
from gme_recording.errors import ExitCode, UserError

if TYPE_CHECKING:
    from gme_recording.deploy.engine import Deployment
    from gme_recording.deploy.step import Outcome
    from gme_recording.smoke import Report

ANY_REGION = "ap-guangzhou"
"""Where the local cloud is asked before the regions of buckets are known; its console has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be taken over, as somebody says it."""

    cloud: CloudKind
    apps: Mapping[str, int]
    told: Told
    by: str
    """Who has looked at the console and says that it shows this; empty leaves the settings unconfirmed."""
    grant: Grant | None
    """None: create, unless another stack of the account does."""
    smoke: bool
    """Whether what was taken over is to be proved."""


def adopt(stack: str, wish: Wish, output: Output) -> int:
    """Look, write the stack file, import, prove, and explain what a deployment would change."""
    root = project_root()
    stack_file.path_of(stack, root)
    if wish.cloud is CloudKind.LOCAL:
        local_cloud.ensure(root, output)
    cloud = Cloud.connect(wish.cloud, next(iter(wish.told.regions), ANY_REGION), root)
    found = survey(cloud, wish.apps, wish.told)
    grant = wish.grant or _grant(found, root, output)
    file = stack_file.write(stack, root, stack_config(found, _confirmed(found, wish.by), grant))
    output.say(f"stack file: {file.relative_to(root)}")
    deployment, taken = _take_over(stack, root, file, output)
    plan = deployment.preview()
    reasons = explain.explain(plan, found, deployment.stack)
    proving = wish.smoke and explain.only_the_test_is_due(plan)
    reports = _prove(deployment, render.changed(taken), output) if proving else []
    if proving:
        plan = replace(plan, steps=(), unchanged=plan.unchanged + len(plan.steps))
    text = [render.changed(taken), "", *_after(stack, plan, reasons, smoke.render_text(reports))]
    data = {
        **render.outcome_data(taken),
        "stackFile": str(file.relative_to(root)),
        "preview": render.outcome_data(plan),
        "reasons": [
            {"resource": reason.resource, "kind": str(reason.kind), "text": reason.text} for reason in reasons
        ],
        "smoke": smoke.to_json(reports),
    }
    output.show("\n".join(text), data)
    return ExitCode.OK


def _take_over(stack: str, root: Path, file: Path, output: Output) -> tuple[Deployment, Outcome]:
    """Import; where that fails no stack file is left."""
    taken = None
    try:
        deployment = prepare(stack, root, output)
        taken = deployment.adopt()
    finally:
        if taken is None:
            file.unlink()
    return deployment, taken


def _prove(deployment: Deployment, taken: str, output: Output) -> list[Report]:
    """Deploy what is the same already: nothing is due but the smoke test, whose marker is recorded."""
    stack = deployment.stack.name
    try:
        with tested(deployment, output) as reports:
            deployment.up()
    except UserError:
        output.say(taken)
        output.say(
            f"what was taken over stays; put this right, then prove it: gme-recording up --stack {stack}"
        )
        raise
    return reports


def _after(stack: str, plan: Outcome, reasons: tuple[explain.Reason, ...], proof: str) -> list[str]:
    if proof:
        return [proof.rstrip(), "", "What is there is what is declared, and proved: `up` has nothing to do."]
    shown = ["What `up` would do:", render.planned(plan), ""]
    if reasons:
        shown += ["Why:", *explain.lines(reasons), ""]
    due = "proves what is there" if not reasons else "makes it so and proves it"
    return [*shown, f"The smoke test is due. next: gme-recording up --stack {stack}, which {due}"]


def _grant(found: Found, root: Path, output: Output) -> Grant:
    """There is one role in an account, so one stack creates it."""
    for name in files.stacks(root):
        with suppress(UserError):  # a file that cannot be read says nothing
            other = parse.load(name, root)
            ours = (other.cloud, other.appid) == (found.cloud, found.account.appid)
            if ours and other.access.grant is Grant.CREATE:
                output.say(f"access.grant: existing, as stack {name} has create (--grant says it otherwise)")
                return Grant.EXISTING
    return Grant.CREATE


def _confirmed(found: Found, by: str) -> dict[str, Confirmation]:
    if not by:
        return {}
    today = f"{datetime.now(UTC).astimezone():%Y-%m-%d}"
    return {name: Confirmation(settings.fingerprint, by, today) for name, settings in found.apps.items()}
