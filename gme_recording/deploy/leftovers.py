"""What `destroy` leaves where it is, said before somebody finds out by the bill."""

from __future__ import annotations

from components.config.model import Grant, OnDestroy, Stack
from gme_recording.api.credentials import CloudKind
from gme_recording.smoke.model import RECORDING_ROLE


def of(stack: Stack) -> tuple[str, ...]:
    """Return one sentence for each thing that a destroyed stack leaves behind."""
    found = [
        f"bucket {place.bucket} with its recordings ({place.key}.on_destroy: keep)"
        for place in stack.places
        if place.storage.on_destroy is OnDestroy.KEEP
    ]
    if stack.access.grant is Grant.EXISTING:
        found.append(f"role {RECORDING_ROLE} of the account (access.grant: existing)")
    if stack.cloud is CloudKind.TENCENT:
        found += [
            f"recording service of application {app.biz_id}: a person switches it off in the GME console,"
            " until then it is billed"
            for app in stack.apps
        ]
    return tuple(found)
