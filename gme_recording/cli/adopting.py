"""What `adopt` does between its options and its output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gme_recording.adoption import stack_file
from gme_recording.adoption.declare import stack_config
from gme_recording.adoption.survey import Found, Told, survey
from gme_recording.api import Cloud, CloudKind
from gme_recording.cli import render
from gme_recording.cli.options import project_root
from gme_recording.cli.output import Output
from gme_recording.console.settings import Confirmation
from gme_recording.deploy import cloud as local_cloud
from gme_recording.deploy.session import prepare
from gme_recording.errors import ExitCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be taken over, as somebody says it."""

    cloud: CloudKind
    region: str
    apps: Mapping[str, int]
    bucket: str
    callback_urls: Mapping[str, str]
    by: str
    """Who has looked at the console and says that it shows this; empty leaves the settings unconfirmed."""


def adopt(stack: str, wish: Wish, output: Output) -> int:
    """Look, write the stack file, import, and show what a deployment would change."""
    root = project_root()
    stack_file.path_of(stack, root)
    if wish.cloud is CloudKind.LOCAL:
        local_cloud.ensure(root, output)
    cloud = Cloud.connect(wish.cloud, wish.region, root)
    found = survey(cloud, wish.apps, Told(bucket=wish.bucket, callback_urls=wish.callback_urls))
    file = stack_file.write(stack, root, stack_config(found, _confirmed(found, wish.by)))
    output.say(f"stack file: {file.relative_to(root)}")
    return _take_over(stack, root, file, output)


def _take_over(stack: str, root: Path, file: Path, output: Output) -> int:
    taken = False
    try:
        deployment = prepare(stack, root, output)
        outcome = deployment.adopt()
        taken = True
    finally:
        if not taken:
            file.unlink()
    plan = deployment.preview()
    after = f"next: gme-recording up --stack {stack}"
    text = "\n".join([render.changed(outcome), "", "What `up` would do:", render.planned(plan), "", after])
    data = {
        **render.outcome_data(outcome),
        "stackFile": str(file.relative_to(root)),
        "preview": render.outcome_data(plan),
    }
    output.show(text, data)
    return ExitCode.OK


def _confirmed(found: Found, by: str) -> dict[str, Confirmation]:
    if not by:
        return {}
    today = f"{datetime.now(UTC).astimezone():%Y-%m-%d}"
    return {name: Confirmation(settings.fingerprint, by, today) for name, settings in found.apps.items()}
