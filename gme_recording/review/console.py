"""What a person will have to do in the GME console, which no API can (pure)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gme_recording.console import runbook
from gme_recording.console.settings import Settings
from gme_recording.review.effect import Effect, Severity, Topic
from gme_recording.review.markdown import code, fence
from gme_recording.review.plan import Op, Plan, Step, Values
from gme_recording.review.values import UNREADABLE, address, shown
from policy.console import SETTINGS
from policy.inputs import Inputs

LOCAL = "local"
"""The cloud whose console `up` sets by itself."""


def effects(plan: Plan) -> Iterator[Effect]:
    """Yield one effect for every application whose console settings change or end."""
    for step in plan.of(SETTINGS):
        if step.op is not Op.SAME and step.inputs.get("cloud") != LOCAL:
            yield _ended(plan, step) if step.op is Op.DELETE else _due(plan, step)


def settings(inputs: Values) -> Settings:
    """Return what is declared; raises one of `UNREADABLE` where it is not known yet."""
    known = Inputs(inputs)
    return Settings(
        biz_id=int(known["bizId"]),
        recording=bool(known.get("recording", True)),
        scope=str(known.get("scope") or "custom"),
        bucket=str(known["bucket"]),
        region=str(known["region"]),
        callback_url=str(known.get("callbackUrl") or ""),
    )


def _ended(plan: Plan, step: Step) -> Effect:
    text = f"{_app(step)}: disable the service, or GME goes on recording and billing"
    return _effect(plan, step, Severity.WARNING, text)


def _due(plan: Plan, step: Step) -> Effect:
    try:
        wanted = settings(step.inputs)
    except UNREADABLE:
        text = (
            f"{_app(step)}: the settings are known only after the bucket is there; then "
            f"{code(f'gme-recording runbook --stack {plan.stack}')} says what to set"
        )
        return _effect(plan, step, Severity.WARNING, text)
    if step.inputs.get("confirmed") == wanted.fingerprint:
        by, on = (shown(step.type, key, step.inputs.get(key)) or "somebody" for key in ("by", "on"))
        text = f"{_app(step)}: nothing, {by} confirmed {code(wanted.fingerprint)} on {on}"
        return _effect(plan, step, Severity.NOTE, text)
    confirm = (
        f"gme-recording confirm --stack {plan.stack} --app {wanted.biz_id} --fingerprint {wanted.fingerprint}"
    )
    text = (
        f"{_app(step)}: the deployment stops until somebody has set it in the console and confirmed "
        f"{code(wanted.fingerprint)}: {code(confirm)}"
    )
    return _effect(plan, step, Severity.WARNING, text, _steps(plan.stack, wanted, _before(step)))


def _before(step: Step) -> Settings | None:
    """What the console shows as far as is known: the settings as they were last deployed."""
    try:
        return None if step.old is None else settings(step.old)
    except UNREADABLE:
        return None


def _steps(stack: str, wanted: Settings, before: Settings | None) -> str:
    """The runbook, without what a callback URL may carry besides its address."""
    text = runbook.render(wanted, before, stack=stack)
    for url in {each.callback_url for each in (wanted, before) if each and each.callback_url}:
        text = text.replace(url, address(url) or "(see the stack file)")
    return fence(text)


def _app(step: Step) -> str:
    number: Any = shown(step.type, "bizId", step.inputs.get("bizId"))
    return f"application {number or code(step.name)}"


def _effect(plan: Plan, step: Step, severity: Severity, text: str, folded: str = "") -> Effect:
    return Effect(
        stack=plan.stack,
        topic=Topic.CONSOLE,
        severity=severity,
        text=text,
        folded=folded,
        step=step.urn,
    )
