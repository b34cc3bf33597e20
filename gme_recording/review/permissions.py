"""Who may do what that they could not before, and who no longer may (pure)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from gme_recording.localcloud.access.document import parse
from gme_recording.review.effect import Effect, Severity, Topic
from gme_recording.review.markdown import code, listed
from gme_recording.review.plan import Op, Plan, Step, Values
from gme_recording.review.rights import EVERYBODY, Right, compare
from gme_recording.review.values import ATTACHMENT, UNREADABLE
from policy.access import BUCKET_POLICY, CAM_POLICY, DOCUMENTS, LINKED_ROLE, ROLE
from policy.inputs import Inputs


def effects(plan: Plan) -> Iterator[Effect]:
    """Yield what policies, attachments and roles change."""
    for step in plan.changed():
        try:
            if step.type in {BUCKET_POLICY, CAM_POLICY}:
                yield from _of_document(plan, step)
            elif step.type == ATTACHMENT:
                yield from _of_attachment(plan, step)
            elif step.type in {ROLE, LINKED_ROLE}:
                yield from _of_trust(plan, step)
        except UNREADABLE:
            text = f"{step.kind} {code(step.name)}: what it allows cannot be read in the preview"
            yield _effect(plan, step, Severity.WARNING, text)


def _of_document(plan: Plan, step: Step) -> Iterator[Effect]:
    shift = compare(_document(step, step.old), _document(step, step.new))
    yield from (_told(plan, step, rights, gained=True) for rights in _groups(shift.gained))
    yield from (_told(plan, step, rights, gained=False) for rights in _groups(shift.lost))


def _of_attachment(plan: Plan, step: Step) -> Iterator[Effect]:
    """A user gets a policy, or loses it; what an unchanged one allows is told here, as nothing else does."""
    for values, gained in ((step.old, False), (step.new, True)):
        if values is None or (step.op is Op.UPDATE and step.old == step.new):
            continue
        policy = _policy_of(plan, step, values)
        user = code(str(Inputs(values)["userName"]))
        what = f"policy {code(policy.name)}" if policy else "a policy that is not in the preview"
        verb = "gets" if gained else "no longer has"
        document = _document(policy, policy.inputs) if policy and policy.op is Op.SAME else None
        means = "".join(f": {_said(rights)}" for rights in _groups(compare(None, document).gained))
        severity = Severity.WARNING if gained else Severity.NOTE
        yield _effect(plan, step, severity, f"user {user} {verb} {what}{means}")


def _of_trust(plan: Plan, step: Step) -> Iterator[Effect]:
    before, after = _trusted(step, step.old), _trusted(step, step.new)
    for names, verb, severity in (
        (after - before, "may act from now on", Severity.WARNING),
        (before - after, "may no longer act", Severity.WARNING),
    ):
        if names:
            text = f"{listed(sorted(names))} {verb} with the rights of {step.kind} {code(step.name)}"
            yield _effect(plan, step, severity, text)


def _document(step: Step, values: Values | None) -> str | None:
    if values is None:
        return None
    name, _ = DOCUMENTS[step.type]
    return str(Inputs(values)[name]) if name in values else None


def _trusted(step: Step, values: Values | None) -> frozenset[str]:
    if values is None:
        return frozenset()
    if step.type == LINKED_ROLE:
        return frozenset(Inputs(values).get("qcsServiceNames") or ())
    text = _document(step, values)
    statements = parse(text) if text else ()
    return frozenset(who for each in statements if each.allows for who in each.principals or ())


def _policy_of(plan: Plan, attachment: Step, values: Values) -> Step | None:
    """The policy that an attachment means: by where its id comes from, or by the id."""
    for policy in plan.of(CAM_POLICY):
        declared = policy.urn in attachment.needs.get("policyId", ())
        if declared or (policy.id and policy.id == str(values.get("policyId"))):
            return policy
    return None


def _groups(rights: Iterable[Right]) -> list[tuple[Right, ...]]:
    """Rights of the same people under the same condition."""
    found: defaultdict[tuple[bool, str, str], list[Right]] = defaultdict(list)
    for right in rights:
        found[right.refused, right.who, right.condition].append(right)
    return [tuple(group) for group in found.values()]


def _told(plan: Plan, step: Step, rights: tuple[Right, ...], *, gained: bool) -> Effect:
    first = rights[0]
    loosened = gained is not first.refused
    if first.refused:
        verb = "is refused from now on" if gained else "is no longer refused"
    else:
        verb = "may from now on" if gained else "may no longer"
    public = first.who in EVERYBODY and not first.refused
    severity = (Severity.LOUD if public else Severity.WARNING) if loosened else Severity.NOTE
    return _effect(plan, step, severity, f"{_people(plan, step, first)} {verb}: {_said(rights)}")


def _people(plan: Plan, step: Step, right: Right) -> str:
    if right.who in EVERYBODY:
        return "everybody" if right.refused else "**everybody, without a key,**"
    if right.who:
        return code(right.who)
    users = [
        str(each.inputs.get("userName"))
        for each in plan.of(ATTACHMENT)
        if each.op is not Op.DELETE and _policy_of(plan, each, each.inputs) is step
    ]
    return f"whoever has policy {code(step.name)}{f' (users {listed(users)})' if users else ''}"


def _said(rights: tuple[Right, ...]) -> str:
    """Actions that are about the same resources, together."""
    resources: defaultdict[str, list[str]] = defaultdict(list)
    for right in rights:
        resources[right.action].append(right.resource)
    actions: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for action, about in resources.items():
        actions[tuple(about)].append(action)
    told = "; ".join(f"{listed(sorted(named), 8)} on {listed(about, 3)}" for about, named in actions.items())
    return f"{told}{_condition(rights[0].condition)}"


def _condition(keys: str) -> str:
    """What rights depend on; of TLS a request makes a difference only by not using it."""
    if keys == "cos:secure-transport":
        return ", for requests without TLS only"
    return f" (depends on {code(keys)})" if keys else ""


def _effect(plan: Plan, step: Step, severity: Severity, text: str) -> Effect:
    return Effect(stack=plan.stack, topic=Topic.PERMISSIONS, severity=severity, text=text, step=step.urn)
