"""Where the recordings of a stack's applications are, for the verbs that read or delete them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from components.config import parse
from gme_recording.api import Cloud, Cos
from gme_recording.api.errors import ApiError
from gme_recording.api.objects import Objects, Replica
from gme_recording.cli.options import project_root
from gme_recording.errors import ExitCode, UserError
from gme_recording.recordings import names
from gme_recording.recordings.erase import Place

if TYPE_CHECKING:
    from components.config.model import App, Stack
    from gme_recording.api import LifecycleRule


@dataclass(frozen=True, slots=True)
class Shelf:
    """One application's bucket, and the way there."""

    stack: Stack
    app: App
    bucket: str
    region: str
    cloud: Cloud
    objects: Objects

    def rules(self) -> tuple[LifecycleRule, ...]:
        """Return the bucket's lifecycle; raises ApiError."""
        return Cos(self.cloud).lifecycle(self.bucket)

    def replicas(self) -> tuple[Replica, ...]:
        """Return where copies are: declared, or configured in COS; raises ApiError."""
        declared = self.stack.place_of(self.app).storage.replica
        found = [Replica(declared.region, self.stack.full_name(declared.name))] if declared else []
        return tuple(dict.fromkeys((*found, *self.objects.replicas(self.bucket))))


def chosen(stack: Stack, app: str | None) -> Sequence[App]:
    """Return the application of that name or BizId, all if none is named; UserError if there is none."""
    found = [item for item in stack.apps if app in {None, item.name, str(item.biz_id)}]
    if not found:
        raise UserError(
            f"stack {stack.name} has no application {app!r}",
            hint=f"--app {' | '.join(item.name for item in stack.apps)}",
            exit_code=ExitCode.INPUT,
        )
    return found


def shelves(name: str, app: str | None) -> Sequence[Shelf]:
    """Return the applications of a stack, or the one of that name or BizId."""
    root = project_root()
    stack = parse.load(name, root)
    found = []
    for item in chosen(stack, app):
        place = stack.place_of(item)
        cloud = Cloud.connect(stack.cloud, place.region, root)
        found.append(Shelf(stack, item, place.bucket, place.region, cloud, Objects(cloud)))
    return found


def shelf(name: str, app: str | None) -> Shelf:
    """Return one application; raises UserError if the stack has several and none is named."""
    found = shelves(name, app)
    if len(found) > 1:
        raise UserError(
            f"stack {name} has {len(found)} applications: say which one is meant",
            hint=f"--app {' | '.join(item.app.name for item in found)}",
            exit_code=ExitCode.INPUT,
        )
    return found[0]


def shelf_of(name: str, key: str) -> Shelf:
    """Return the application that a key belongs to; raises UserError if it is none of the stack's."""
    readings = names.readings(key)
    if not readings:
        raise UserError(
            f"{key} is not the key of a recording",
            hint="gme-recording recordings list shows keys",
            exit_code=ExitCode.INPUT,
        )
    return shelf(name, str(readings[0].biz_id))


def places(shelf: Shelf) -> tuple[tuple[Place, ...], tuple[str, ...]]:
    """Return a bucket and its replicas, and what could not be learned about them, one sentence each."""
    notes: list[str] = []
    found = [
        Place(region=shelf.region, bucket=shelf.bucket, objects=shelf.objects, rules=_rules(shelf, notes))
    ]
    try:
        replicas = shelf.replicas()
    except ApiError as error:
        replicas = ()
        notes.append(f"Replicas of {shelf.bucket}, if there are any: {error.message}.")
    for replica in replicas:
        cloud = replace(shelf.cloud, region=replica.region)
        copy = Shelf(shelf.stack, shelf.app, replica.bucket, replica.region, cloud, Objects(cloud))
        rules = _rules(copy, notes)
        found.append(Place(region=copy.region, bucket=copy.bucket, objects=copy.objects, rules=rules))
    if log := shelf.stack.place_of(shelf.app).storage.access_log:
        keep = f"for {log.keep_days} days" if log.keep_days else "for ever"
        notes.append(f"The access log in {shelf.stack.full_name(log.name)}: keys name the user, {keep}.")
    return tuple(found), tuple(notes)


def _rules(shelf: Shelf, notes: list[str]) -> tuple[LifecycleRule, ...]:
    try:
        return shelf.rules()
    except ApiError as error:
        notes.append(f"When lifecycle deletes what is in {shelf.bucket}: {error.message}.")
        return ()
