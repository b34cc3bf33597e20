"""What the policy pack says of a preview, asked in process (pure but for reading its configuration)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from gme_recording.errors import ExitCode, InvalidInput, UserError
from gme_recording.review import effect
from gme_recording.review.effect import Effect, Topic
from gme_recording.review.markdown import code, counted, listed, prose
from gme_recording.review.plan import Op, Plan, Step, Values
from gme_recording.review.values import UNREADABLE
from policy import RESOURCE_RULES, STACK_RULES
from policy.access import LINKED_ROLE
from policy.configuration import RULES, Configuration, Level, level, problems
from policy.console import SETTINGS
from policy.inputs import Inputs
from policy.rule import Options, Outcome, Resource, Rule, Subject, Verdict, judge
from policy.stack import is_grant
from policy.storage import BUCKET


def configuration(root: Path, stack: str) -> Configuration:
    """Return what the project's file `policy/<stack>.json` configures; nothing if there is none.

    Raises InvalidInput for all that is wrong in it.
    """
    file = root / "policy" / f"{stack.rpartition('/')[2]}.json"
    if not file.is_file():
        return {}
    try:
        text = file.read_text(encoding="utf-8")
        given: Configuration = json.loads(text) if text.strip() else {}
    except ValueError as error:
        raise UserError(
            f"{file} is no configuration of the policy pack: {error}",
            hint=f"each rule has a level ({', '.join(Level)}), or enforcementLevel and options",
            exit_code=ExitCode.INPUT,
        ) from None
    if wrong := [*problems(given)]:
        raise InvalidInput(wrong, file=str(file))
    return given


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule that is violated."""

    rule: Rule[Any]
    level: Level
    text: str
    step: Step | None
    """The resource; None where the rule is about the stack."""
    known: bool
    """Whether the resource violates it already as it is deployed."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What all rules said."""

    findings: tuple[Finding, ...]
    undecided: tuple[str, ...]
    """Rules that wait for what is known only after the deployment, or for what the preview left out."""

    def count(self, level: Level) -> int:
        """Return how many findings have a level."""
        return sum(finding.level is level for finding in self.findings)

    def __str__(self) -> str:
        parts = [f"**{counted(stops, 'stops', 'stop')}**"] if (stops := self.count(Level.MANDATORY)) else []
        parts += [counted(warns, "warns", "warn")] if (warns := self.count(Level.ADVISORY)) else []
        return ", ".join(parts) or "passes"


def judged(plan: Plan, given: Configuration) -> Judgement:
    """Ask every rule that is not disabled about the resources as they are declared."""
    found, undecided = [], []
    for rule, step, verdict in _asked(plan, given):
        if verdict.outcome is Outcome.UNDECIDED:
            undecided.append(rule.id)
        elif verdict.outcome is Outcome.VIOLATED:
            known = step is not None and _violated_before(rule, step, given)
            found.append(
                Finding(rule=rule, level=level(rule, given), text=verdict.text, step=step, known=known)
            )
    return Judgement(tuple(found), tuple(dict.fromkeys(undecided)))


def together(plans: Iterable[Plan], given: Mapping[str, Configuration]) -> dict[str, Finding]:
    """Return stack → finding where several stacks make the one grant of an account; `given` is by stack.

    Where a stack's option `grantOwner` names who may make it, the rule has decided alone.
    """
    makers: dict[tuple[str, str], list[tuple[str, Step]]] = {}
    for plan in plans:
        for account, step in product(_accounts(plan), filter(_makes_grant, plan.of(LINKED_ROLE))):
            makers.setdefault(account, []).append((plan.stack, step))
    rule = RULES["grant-once"]
    found: dict[str, Finding] = {}
    for several in makers.values():
        known = all(step.old is not None for _, step in several)
        for stack, step in several:
            others = sorted({name for name, _ in several} - {stack})
            configured = given.get(stack, {})
            set_to = level(rule, configured)
            owned = rule.options_of(_options(rule, configured))["grantOwner"]
            if others and not owned and set_to is not Level.DISABLED:
                text = f"the same account's role is made by {', '.join(others)} too"
                found[stack] = Finding(rule=rule, level=set_to, text=text, step=step, known=known)
    return found


def effects(plan: Plan, judgement: Judgement) -> Iterator[Effect]:
    """Yield one effect for every finding, those that stop the deployment first, and one for open rules."""
    for finding in sorted(judgement.findings, key=lambda each: each.level is not Level.MANDATORY):
        stops = finding.level is Level.MANDATORY
        yield Effect(
            stack=plan.stack,
            topic=Topic.POLICY,
            severity=effect.Severity.LOUD if stops else effect.Severity.WARNING,
            text=f"**{'stops' if stops else 'warns'}** {_said(finding)}",
            lines=(f"{finding.rule.reason} What to do: {finding.rule.hint}.",),
            step=finding.step.urn if finding.step else "",
        )
    if judgement.undecided:
        why = "known only after the deployment" if plan.complete else "not in the preview (`--show-sames`)"
        yield Effect(
            stack=plan.stack,
            topic=Topic.POLICY,
            severity=effect.Severity.NOTE,
            text=f"Not decided: {listed(judgement.undecided)}, as what they ask for is secret or {why}.",
        )


def _said(finding: Finding) -> str:
    subject = f"{finding.step.kind} {code(finding.step.name)}" if finding.step else "the stack"
    since = ", already so before" if finding.known else ""
    return f"{code(finding.rule.id)}, {subject}: {prose(finding.text)}{since}"


def _asked(plan: Plan, given: Configuration) -> Iterator[tuple[Rule[Any], Step | None, Verdict]]:
    declared = [step for step in plan.steps if step.op is not Op.DELETE]
    for rule in RESOURCE_RULES:
        for step in declared:
            resource = _resource(step, step.inputs)
            if rule.concerns(resource) and level(rule, given) is not Level.DISABLED:
                yield rule, step, _judge(rule, resource, given)
    stack = tuple(_resource(step, step.inputs) for step in declared)
    for whole in STACK_RULES:
        if level(whole, given) is not Level.DISABLED:
            left_out = Verdict(Outcome.UNDECIDED)
            verdict = _judge(whole, stack, given) if plan.complete else left_out
            yield whole, None, verdict


def _violated_before(rule: Rule[Resource], step: Step, given: Configuration) -> bool:
    if step.old is None:
        return False
    before = replace(_resource(step, step.old), protect=step.was_protected)
    return _judge(rule, before, given).outcome is Outcome.VIOLATED


def _judge(rule: Rule[Subject], subject: Subject, given: Configuration) -> Verdict:
    try:
        return judge(rule, subject, _options(rule, given))
    except UNREADABLE:  # a provider would refuse such inputs, and a preview that failed may have them
        return Verdict(Outcome.UNDECIDED)


def _accounts(plan: Plan) -> Iterable[tuple[str, str]]:
    """Cloud and APPID of a stack: the settings say which cloud, and a bucket's name ends with the APPID."""
    clouds, buckets = _texts(plan, SETTINGS, "cloud"), _texts(plan, BUCKET, "bucket")
    return product(clouds, {bucket.rpartition("-")[2] for bucket in buckets})


def _texts(plan: Plan, kind: str, key: str) -> set[str]:
    """The values of an input, of all resources of a type, that can be read."""
    found = (step.inputs.get(key) for step in plan.of(kind))
    return {value for value in found if isinstance(value, str)}


def _makes_grant(step: Step) -> bool:
    try:
        return step.new is not None and is_grant(_resource(step, step.new))
    except UNREADABLE:
        return False


def _resource(step: Step, inputs: Values) -> Resource:
    return Resource(step.urn, step.type, Inputs(inputs), step.protect, Inputs(step.provider))


def _options(rule: Rule[Any], given: Configuration) -> Options:
    configured = given.get(rule.id)
    return configured if isinstance(configured, Mapping) else {}
