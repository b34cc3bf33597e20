"""Buckets that are to be emptied and deleted, and that the provider fails to empty: which, and emptying them.

With `forceClean` (on_destroy: empty) the provider empties a bucket before it deletes it. The official one
(0.2.3, `ForceCleanObject`) refuses where a listing has more than one page, and leaves old versions, delete
markers and unfinished uploads where versioning is off by now. What it could not do is done here, and only
after it has tried.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from gme_recording.api import Cloud
from gme_recording.api.errors import ApiError, hint_for
from gme_recording.api.objects import BATCH, Objects
from gme_recording.deploy.events import Diagnostic
from gme_recording.deploy.lookup import BUCKET
from gme_recording.deploy.watch import Watcher
from gme_recording.errors import ExitCode, UserError

if TYPE_CHECKING:
    from gme_recording.deploy.recover import State

_NOT_EMPTY = re.compile(r"\bBucketNotEmpty\b|the list of objects is truncated")


def full(
    undeleted: Iterable[tuple[str, Mapping[str, Any]]], errors: Iterable[Diagnostic], state: State
) -> frozenset[str]:
    """Return the buckets that were not deleted as something is in them.

    `undeleted` are URNs and inputs of what the engine failed to delete. A bucket counts only if the state has
    it once, with forceClean: what it has twice is to stay as well as to go.
    """
    accused = {error.urn for error in errors if _NOT_EMPTY.search(error.text)}
    failed = {(urn, inputs.get("bucket")) for urn, inputs in undeleted if urn in accused}
    buckets = [item for item in state.get("resources") or () if item["type"] == BUCKET]
    times = Counter(item["inputs"]["bucket"] for item in buckets)
    return frozenset(
        name
        for item in buckets
        if (item["urn"], name := item["inputs"]["bucket"]) in failed
        and item["inputs"].get("forceClean") is True
        and times[name] == 1
    )


def empty(cloud: Cloud, bucket: str, watcher: Watcher) -> None:
    """Delete every object with all versions and delete markers, and unfinished uploads.

    Raises UserError: COS refuses, or somebody interrupts, which ends it between two requests.
    """
    watcher.say(f"{bucket}: the provider could not empty it, so it is emptied now")
    objects = Objects(cloud)
    try:
        _delete_versions(objects, bucket, watcher)
        for key, upload in tuple(objects.uploads(bucket)):
            objects.abort(bucket, key, upload)
    except ApiError as error:
        raise UserError(
            f"bucket {bucket} could not be emptied: {error.message}",
            hint=hint_for(error.code),  # by the action it would be the eraser's policy
            exit_code=error.exit_code,
        ) from None
    except KeyboardInterrupt:
        raise UserError(
            f"interrupted: bucket {bucket} is emptied in part and not deleted",
            hint="run the command again: it goes on with what is left",
            exit_code=ExitCode.CANCELLED,
        ) from None


def _delete_versions(objects: Objects, bucket: str, watcher: Watcher) -> None:
    """Each batch is listed anew: a listing does not go on from a version that is gone."""
    done, code = 0, ""
    before: list[tuple[str, str]] = []
    while batch := [(item.key, item.version_id) for item in islice(objects.versions(bucket, ""), BATCH)]:
        if batch == before:
            raise UserError(
                f"bucket {bucket} could not be emptied: {len(batch):,} files and versions stay, such as"
                f" {batch[0][0]} ({code or 'COS names no reason'})",
                hint=hint_for(code),
            )
        codes = objects.delete(bucket, batch)
        code = next(filter(None, codes), "")
        done += codes.count("")
        watcher.say(f"{bucket}: {done:,} files and versions deleted")
        before = batch
