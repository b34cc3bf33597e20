"""What `runbook`, `confirm` and `settings` do between their options and their output."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from components.config import parse
from components.config.model import PERSON
from components.config.words import Unreadable
from gme_recording import smoke
from gme_recording.api import Cloud, CloudKind, LocalCloud
from gme_recording.api.gme import Gme
from gme_recording.cli.options import project_root
from gme_recording.cli.output import Output
from gme_recording.cli.shelves import chosen
from gme_recording.console import confirm as confirmations
from gme_recording.console import local
from gme_recording.console import runbook as runbooks
from gme_recording.console import standing as standings
from gme_recording.console.settings import Confirmation, Settings
from gme_recording.console.standing import Confirmed, Proof, Standing
from gme_recording.errors import ExitCode, UserError
from gme_recording.smoke import Verdict

if TYPE_CHECKING:
    from components.config.model import App, Stack


def runbook(name: str, app: str | None, output: Output) -> int:
    """Show what a person sets in the console, for applications that nobody has confirmed."""
    stack = parse.load(name, project_root())
    by_hand = stack.cloud is CloudKind.TENCENT
    texts, data, open_ones = [], [], 0
    for item in chosen(stack, app):
        settings = _settings(stack, item)
        is_confirmed = standings.confirmed(settings, _word(item)) is Confirmed.YES
        open_ones += by_hand and not is_confirmed
        fingerprint = settings.fingerprint
        data.append(
            {
                **settings.data(),
                "app": item.name,
                "fingerprint": fingerprint,
                "confirmed": is_confirmed,
                "byHand": by_hand,
            }
        )
        if not by_hand:
            texts.append(
                f"Application {settings.biz_id}: `up` sets the local console; nothing is to be done."
            )
        elif is_confirmed:
            texts.append(f"Application {settings.biz_id}: confirmed ({fingerprint}).")
        else:
            texts.append(runbooks.render(settings, stack=name))
    output.show("\n".join(texts).rstrip(), data)
    return ExitCode.DIFFERS if open_ones else ExitCode.OK


def confirm(name: str, app: str | None, by: str | None, fingerprint: str | None, output: Output) -> int:
    """Write into the stack file that the console shows what is declared."""
    root = project_root()
    stack = parse.load(name, root)
    apps = chosen(stack, app)
    if stack.cloud is CloudKind.LOCAL:
        raise UserError(
            f"stack {name} needs no confirmation: `up` sets the local console",
            hint="say with --stack what was set in the GME console",
            exit_code=ExitCode.INPUT,
        )
    person = _person(by)
    if fingerprint:
        _require_unchanged(stack, apps, fingerprint)
    today = f"{datetime.now(UTC).astimezone():%Y-%m-%d}"
    told = []
    for item in apps:
        confirmation = Confirmation(_settings(stack, item).fingerprint, person, today)
        changed = confirmations.write(parse.stack_file(name, root), item.name, confirmation)
        told.append({"app": item.name, "confirmed": confirmation.fingerprint, "changed": changed})
        output.say(f"{item.name}: confirmed {confirmation.fingerprint}" + ("" if changed else " (as before)"))
    output.show("", told)
    return ExitCode.OK


def settings(name: str, app: str | None, output: Output) -> int:
    """Show what is declared, confirmed and proved of every application."""
    root = project_root()
    stack = parse.load(name, root)
    found = [standing_of(stack, item, _proof(stack, item, root)) for item in chosen(stack, app)]
    output.show("\n\n".join(standings.render(each) for each in found), [each.data() for each in found])
    return ExitCode.DIFFERS if any(each.to_do for each in found) else ExitCode.OK


def standing_of(stack: Stack, app: App, proof: Proof) -> Standing:
    """Compare what is declared, confirmed and proved of one application."""
    by_hand = stack.cloud is CloudKind.TENCENT
    return standings.standing(app.name, _settings(stack, app), _word(app), proof, by_hand=by_hand)


def _person(by: str | None) -> str:
    try:
        return PERSON(getpass.getuser() if by is None else by)
    except Unreadable as problem:
        raise UserError(f"--by {by!r}: {problem.allowed}", exit_code=ExitCode.INPUT) from None
    except (KeyError, OSError):
        raise UserError(
            "this machine's user has no name", hint='add --by "<your name>"', exit_code=ExitCode.INPUT
        ) from None


def _require_unchanged(stack: Stack, apps: Sequence[App], fingerprint: str) -> None:
    declared = {item.name: _settings(stack, item).fingerprint for item in apps}
    if others := [f"{name} is {found}" for name, found in declared.items() if found != fingerprint]:
        raise UserError(
            f"{fingerprint} does not stand for what stack {stack.name} declares: {', '.join(others)}",
            hint=f"gme-recording runbook --stack {stack.name} shows what is declared now; nothing was noted",
            exit_code=ExitCode.INPUT,
        )


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


def _word(app: App) -> Confirmation | None:
    given = app.confirmation
    return Confirmation(given.fingerprint, given.by, given.on) if given else None


def _proof(stack: Stack, app: App, root: Path) -> Proof:
    """What is proved; what cannot be asked is told in the proof, not raised."""
    try:
        return ask(stack, app, root)
    except UserError as error:
        return replace(_tested(stack, app, root), unknown=error.message)


def ask(stack: Stack, app: App, root: Path) -> Proof:
    """Ask the cloud what is proved of an application's settings; UserError where it cannot be asked."""
    cloud = Cloud.connect(stack.cloud, stack.region, root)
    if stack.cloud is CloudKind.LOCAL:
        return Proof(shown=local.read(LocalCloud(cloud.url), app.biz_id))
    return replace(_tested(stack, app, root), activated=Gme(cloud).is_activated(app.biz_id))


def _tested(stack: Stack, app: App, root: Path) -> Proof:
    """What the last smoke test proved."""
    tests = [report for report in smoke.last(stack.name, root) if report.biz_id == app.biz_id]
    passed = frozenset(each.id for report in tests for each in report.results if each.verdict is Verdict.PASS)
    return Proof(tested=passed, tested_on=f"{tests[0].started.astimezone():%Y-%m-%d}" if tests else "")
