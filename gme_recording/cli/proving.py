"""What `smoke`, `runbook` and `confirm` do between their options and their output."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from components.config import parse
from gme_recording import smoke
from gme_recording.api import Cloud
from gme_recording.cli.options import project_root
from gme_recording.cli.output import Output
from gme_recording.console import confirm as confirmations
from gme_recording.console import runbook as runbooks
from gme_recording.console.settings import Confirmation, Settings
from gme_recording.errors import ExitCode, UserError

if TYPE_CHECKING:
    from components.config.model import App, Stack
    from gme_recording.smoke import Result


def smoke_test(name: str, app: str | None, output: Output) -> int:
    """Test the applications of a stack, telling each check as it ends."""
    from components.smoke import targets  # noqa: PLC0415 - loads the Pulumi SDK

    root = project_root()
    stack = parse.load(name, root)
    chosen = {item.name for item in _chosen(stack, app)}
    clouds = {place.region: Cloud.connect(stack.cloud, place.region, root) for place in stack.places}

    def tell(result: Result) -> None:
        output.say(f"  {result.verdict:<4}  {result.id}  {result.found}")

    reports = tuple(
        smoke.run(target, clouds[target.region], tell) for target in targets(stack) if target.app in chosen
    )
    output.show(smoke.render_text(reports).rstrip(), smoke.to_json(reports))
    return ExitCode.OK if all(report.passed for report in reports) else ExitCode.FAILED


def runbook(name: str, app: str | None, output: Output) -> int:
    """Show what a person sets in the console, for applications that nobody has confirmed."""
    stack = parse.load(name, project_root())
    apps = _chosen(stack, app)
    shown = [_settings(stack, item) for item in apps]
    open_ones = [not _confirmed(stack, item) for item in apps]
    text = "\n".join(
        runbooks.render(settings)
        if is_open
        else f"Application {settings.biz_id}: confirmed ({settings.fingerprint})."
        for settings, is_open in zip(shown, open_ones, strict=True)
    )
    data = [
        {**settings.data(), "app": item.name, "fingerprint": settings.fingerprint, "confirmed": not is_open}
        for item, settings, is_open in zip(apps, shown, open_ones, strict=True)
    ]
    output.show(text.rstrip(), data)
    return ExitCode.DIFFERS if any(open_ones) else ExitCode.OK


def confirm(name: str, app: str | None, by: str | None, output: Output) -> int:
    """Write into the stack file that the console shows what is declared."""
    root = project_root()
    stack = parse.load(name, root)
    today = f"{datetime.now(UTC).astimezone():%Y-%m-%d}"
    told = []
    for item in _chosen(stack, app):
        confirmation = Confirmation(_settings(stack, item).fingerprint, by or getpass.getuser(), today)
        changed = confirmations.write(parse.stack_file(name, root), item.name, confirmation)
        told.append({"app": item.name, "confirmed": confirmation.fingerprint, "changed": changed})
        output.say(f"{item.name}: confirmed {confirmation.fingerprint}" + ("" if changed else " (as before)"))
    output.show("", told)
    return ExitCode.OK


def _chosen(stack: Stack, app: str | None) -> Sequence[App]:
    chosen = [item for item in stack.apps if app in {None, item.name, str(item.biz_id)}]
    if not chosen:
        raise UserError(
            f"stack {stack.name} has no application {app!r}",
            hint=f"--app {' | '.join(item.name for item in stack.apps)}",
            exit_code=ExitCode.INPUT,
        )
    return chosen


def _settings(stack: Stack, app: App) -> Settings:
    place = stack.place_of(app)
    return Settings(
        biz_id=app.biz_id,
        recording=True,
        scope=str(app.scope),
        bucket=place.bucket,
        region=place.region,
        callback_url=app.callback_url,
    )


def _confirmed(stack: Stack, app: App) -> bool:
    wanted = _settings(stack, app).fingerprint
    return app.confirmation is not None and app.confirmation.fingerprint == wanted
