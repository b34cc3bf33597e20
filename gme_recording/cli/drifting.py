"""What `drift` does between its options and its output."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from components import lifecycle
from components.config import files, parse
from gme_recording.api import ApiError, Cam, Cloud, CloudKind, Cos
from gme_recording.cli import confirming
from gme_recording.cli.deploying import existing
from gme_recording.cli.options import project_root
from gme_recording.cli.output import Output
from gme_recording.cli.writing import write
from gme_recording.deploy.session import prepare
from gme_recording.errors import ExitCode, UserError
from gme_recording.review import drift, exposure
from gme_recording.review.drift import Drift, Finding, Note, Part, Resource
from gme_recording.smoke.checks import bucket
from gme_recording.smoke.model import RECORDING_ROLE

if TYPE_CHECKING:
    from components.config.model import App, Stack
    from gme_recording.deploy.step import Step

Look = Callable[[], Iterable[Finding | Note]]

MARKER = "Stash"
"""Type of the smoke test's marker, which is in no cloud."""


def drifts(names: Sequence[str], markdown: Path | None, output: Output, *, every: bool) -> int:
    """Look at the stacks one after the other, whatever happens to one of them, and show them together."""
    root = project_root()
    if every and names:
        raise UserError("--all and --stack exclude each other", exit_code=ExitCode.INPUT)
    chosen = files.stacks(root) if every else tuple(dict.fromkeys(names)) or ("local",)
    found = [_looked_at(name, root, output) for name in chosen]
    if markdown:
        write(markdown, drift.markdown(found))
    output.show(drift.text(found), [each.data() for each in found])
    return drift.exit_code(found)


def _looked_at(name: str, root: Path, output: Output) -> Drift:
    """Ask every part; one that cannot be asked is a failure, and the others are asked all the same."""
    output.say(f"stack: {name}")
    try:
        stack = parse.load(name, root)
    except UserError as error:
        return Drift(name, (), drift.failures([(None, error)]))
    found: list[Finding | Note] = []
    errors: list[tuple[Part | None, UserError]] = []
    for part, look in _looks(stack, root, output):
        try:
            found += look()
        except UserError as error:
            errors.append((part, error))
    findings = drift.told_once(each for each in found if isinstance(each, Finding))
    notes = tuple(each for each in found if isinstance(each, Note))
    return Drift(name, findings, drift.failures(errors), notes)


def _looks(stack: Stack, root: Path, output: Output) -> Iterator[tuple[Part, Look]]:
    yield Part.RESOURCES, partial(_resources, stack, root, output)
    if stack.cloud is CloudKind.LOCAL:  # elsewhere the engine sees it
        yield Part.RESOURCES, partial(_replication, stack, root)
    for app in stack.apps:
        yield Part.CONSOLE, partial(_console, stack, app, root)
    yield Part.GRANT, partial(_grant, stack, root)
    for name, region, prefixes in _buckets(stack):
        yield Part.EXPOSURE, partial(_exposure, stack, root, name, region, prefixes)


def _resources(stack: Stack, root: Path, output: Output) -> Iterator[Finding]:
    outcome = existing(prepare(stack.name, root, output)).preview(refresh=True)
    return drift.of_resources(stack.name, _read(step for step in outcome.steps if step.type != MARKER))


def _read(steps: Iterable[Step]) -> Iterator[Resource]:
    for step in steps:
        changes = tuple(
            f"{each.path}: {each.old or '(not set)'} → {each.new or '(not set)'}" for each in step.changes
        )
        yield Resource(step.type, step.name, step.drift, step.op, changes)


def _replication(stack: Stack, root: Path) -> Iterator[Finding]:
    from components.smoke import targets  # noqa: PLC0415 - loads the Pulumi SDK

    for target in {each.bucket: each for each in targets(stack)}.values():
        cos = Cos(Cloud.connect(stack.cloud, target.region, root))
        try:
            found = tuple(bucket.replication(cos, target.bucket, target.replica or ""))
        except ApiError as error:
            if error.code != "NoSuchBucket":  # which the engine tells
                raise
            continue
        yield from drift.of_replication(target.bucket, found)


def _console(stack: Stack, app: App, root: Path) -> Iterator[Finding]:
    standing = confirming.standing_of(stack, app, confirming.ask(stack, app, root))
    return drift.of_console(stack.name, standing, by_hand=stack.cloud is CloudKind.TENCENT)


def _grant(stack: Stack, root: Path) -> Iterator[Finding]:
    role = Cam(Cloud.connect(stack.cloud, stack.region, root)).find_role(RECORDING_ROLE)
    return drift.of_grant(
        RECORDING_ROLE, found=role is not None, service_linked=role is not None and role.service_linked
    )


def _buckets(stack: Stack) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Name, region, and the beginnings of the keys to ask for."""
    for place in stack.places:
        prefixes = tuple(lifecycle.app_prefix(app) for app in place.apps)
        yield place.bucket, place.region, prefixes
        if replica := place.storage.replica:
            yield stack.full_name(replica.name), replica.region, prefixes
        if log := place.storage.access_log:
            yield stack.full_name(log.name), place.region, ("",)


def _exposure(
    stack: Stack, root: Path, name: str, region: str, prefixes: Sequence[str]
) -> Iterator[Finding | Note]:
    cos = Cos(Cloud.connect(stack.cloud, region, root))
    return drift.of_exposure(stack.name, name, exposure.look(cos, name, prefixes))
