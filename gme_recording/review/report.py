"""Previews of one or many stacks → what is told of them (pure but for listing buckets, if asked to)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from gme_recording.review import changes, console, findings, permissions, retention
from gme_recording.review.comment import Comment
from gme_recording.review.effect import Effect, Row
from gme_recording.review.expense import Change
from gme_recording.review.findings import Judgement
from gme_recording.review.plan import MARKER, Op, Plan, Step
from gme_recording.review.retention import Listing
from policy.configuration import Configuration, Level

_GONE = (Op.DELETE, Op.REPLACE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a review may use besides the previews."""

    policies: Mapping[str, Configuration] = field(default_factory=dict)
    """Stack → configuration of the policy pack."""
    listing: Listing | None = None
    """Access to what is in the buckets."""
    cost: Callable[[Plan], Change] = lambda _: Change("")
    """Cost per month."""
    costs: str = ""
    """What the costs are, and what is not in them, as Markdown."""


@dataclass(frozen=True, slots=True)
class Review:
    """What is told of all stacks."""

    comment: Comment
    stops: int
    """Findings that stop a deployment."""
    gone: int
    """Resources that are replaced or deleted."""
    failed: int
    """Previews that failed."""

    def data(self) -> dict[str, Any]:
        """Return everything as JSON data, nothing cut."""
        at = self.comment.at
        return {
            "commit": self.comment.commit,
            "at": at.astimezone(UTC).isoformat(timespec="seconds") if at else None,
            "stacks": [
                {
                    "stack": row.stack,
                    "counts": dict(row.counts),
                    "policy": row.policy,
                    "smoke": row.smoke,
                    "cost": row.cost,
                    "costUnknown": row.cost_unknown,
                }
                for row in self.comment.rows
            ],
            "costs": self.comment.costs,
            "effects": [_data(effect) for effect in self.comment.effects],
        }


def review(plans: Iterable[Plan], means: Means, *, commit: str = "", at: datetime | None = None) -> Review:
    """Ask every source about every stack."""
    rows: list[Row] = []
    told: list[Effect] = []
    stops, failed = 0, 0
    plans = tuple(plans)
    collisions = findings.together(plans, means.policies)
    for plan in plans:
        judgement = findings.judged(plan, means.policies.get(plan.stack, {}))
        if collision := collisions.get(plan.stack):
            judgement = replace(judgement, findings=(*judgement.findings, collision))
        rows.append(_row(plan, judgement, means.cost(plan)))
        told += _effects(plan, judgement, means.listing)
        stops += judgement.count(Level.MANDATORY)
        failed += bool(plan.failed)
    gone = sum(row.counts.get(op, 0) for row in rows for op in _GONE)
    comment = Comment(rows=tuple(rows), effects=tuple(told), commit=commit, at=at, costs=means.costs)
    return Review(comment, stops, gone, failed)


def _effects(plan: Plan, judgement: Judgement, listing: Listing | None) -> Iterator[Effect]:
    yield from changes.effects(plan)
    yield from retention.effects(plan, listing)
    yield from findings.effects(plan, judgement)
    yield from permissions.effects(plan)
    yield from console.effects(plan)


def _row(plan: Plan, judgement: Judgement, cost: Change) -> Row:
    counts = Counter(str(step.op) for step in plan.changed())
    policy = "preview failed" if plan.failed else str(judgement)
    return Row(
        stack=plan.stack,
        counts=counts,
        policy=policy,
        smoke=_smoke(plan),
        cost=cost.text,
        cost_unknown=cost.unknown,
    )


def _smoke(plan: Plan) -> str:
    """Whether the deployment will record, and how much of it is proved."""
    markers = plan.of(MARKER)
    due = [_mode(step) for step in markers if step.op not in {Op.SAME, Op.DELETE}]
    if not markers or {*map(_mode, markers)} == {"off"}:
        return "off" if markers else ""
    modes = sorted({mode for mode in due if mode != "off"})
    return f"due ({', '.join(modes)})" if modes else "not due"


def _mode(step: Step) -> str:
    recorded = step.inputs.get("input")
    mode = recorded.get("mode") if isinstance(recorded, Mapping) else None
    return mode if mode in ("off", "probe", "full") else "full"


def _data(effect: Effect) -> dict[str, Any]:
    return {
        "stack": effect.stack,
        "topic": effect.topic.name.lower(),
        "severity": effect.severity.name.lower(),
        "text": effect.text,
        "lines": [*effect.lines],
        "folded": effect.folded,
        "urn": effect.step,
    }
