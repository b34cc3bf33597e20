"""What `review` does between its options and its output."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from components.config import parse
from gme_recording.api import Cloud
from gme_recording.api.objects import Object, Objects
from gme_recording.cli import writing
from gme_recording.cli.options import project_root
from gme_recording.cli.output import Output
from gme_recording.deploy.session import prepare
from gme_recording.errors import ExitCode, UserError
from gme_recording.review import comment, expense, findings, plan, prices
from gme_recording.review.expense import Change
from gme_recording.review.plan import Plan
from gme_recording.review.report import Means, Review, review
from gme_recording.review.retention import Listing

FINDINGS, DELETIONS = "findings", "deletions"
"""What `--fail-on` can be about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the options say."""

    previews: Sequence[str]
    """`STACK=FILE`, files or folders."""
    stacks: Sequence[str]
    """Stacks to preview first."""
    objects: bool
    """Whether buckets are listed."""
    hours_per_day: Decimal | None
    """Recorded by each stack; None asks for no cost."""
    prices: Path | None
    recording_price: Decimal | None
    commit: str
    at: datetime
    fail_on: Sequence[str]
    file: Path | None


def tell(asked: Asked, output: Output) -> int:
    """Review all stacks, write or print the comment."""
    root = project_root()
    files = plan.find(asked.previews)
    policies = {stack: findings.configuration(root, stack) for stack in (*files, *asked.stacks)}
    if not policies:
        raise UserError(
            "there is nothing to review: neither a preview nor a stack is named",
            hint="gme-recording review --stack prod, or gme-recording review prod=prod.json",
            exit_code=ExitCode.INPUT,
        )
    cost, costs = _costs(asked)
    plans = [*_read(files), *_made(asked.stacks, root, output)]
    means = Means(
        policies=policies,
        listing=_listing(root) if asked.objects else None,
        cost=cost,
        costs=costs,
    )
    told = review(plans, means, commit=asked.commit, at=asked.at)
    text = comment.render(told.comment)
    if asked.file:
        writing.write(asked.file, text)
        output.say(f"{asked.file}: {len(text):,} characters")
    output.show("" if asked.file else text.rstrip("\n"), told.data())
    return _code(told, asked.fail_on)


def _read(files: Mapping[str, Path]) -> Iterator[Plan]:
    for stack, file in files.items():
        yield plan.read(stack, file)


def _made(stacks: Iterable[str], root: Path, output: Output) -> Iterator[Plan]:
    for stack in dict.fromkeys(stacks):
        yield plan.parse(stack, prepare(stack, root, output).digest())


def _listing(root: Path) -> Listing:
    """How to look into a bucket, with the credentials of its stack."""

    def look(name: str, bucket: str) -> tuple[Iterable[Object], datetime]:
        stack = parse.load(name, root)
        regions = {place.bucket: place.region for place in stack.places}
        objects = Objects(Cloud.connect(stack.cloud, regions.get(bucket, stack.region), root))
        return objects.current(bucket, ""), objects.now(bucket)

    return look


def _costs(asked: Asked) -> tuple[Callable[[Plan], Change], str]:
    """How to tell a stack's costs, and what they are."""
    if (hours := asked.hours_per_day) is not None:
        table = prices.load(asked.prices).with_recording(asked.recording_price)
        return lambda each: expense.change(each, hours, table), expense.assumed(hours, table)
    if asked.prices or asked.recording_price is not None:
        raise UserError(
            "--prices and --recording-price are for costs, which nobody asked for",
            hint="gme-recording review … --hours-per-day 100",
            exit_code=ExitCode.INPUT,
        )
    return lambda _: Change(""), ""


def _code(told: Review, fail_on: Sequence[str]) -> ExitCode:
    if told.failed:
        return ExitCode.FAILED
    found = {FINDINGS: told.stops, DELETIONS: told.gone}
    return ExitCode.DIFFERS if any(found[kind] for kind in fail_on) else ExitCode.OK
