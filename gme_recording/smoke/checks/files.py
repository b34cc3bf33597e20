"""The recording itself: it arrives in the bucket, is named as documented, and plays."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from gme_recording.api.errors import ApiError
from gme_recording.api.gme import RecordStatus
from gme_recording.recordings import names
from gme_recording.smoke import mp3, sweep
from gme_recording.smoke.model import Cause, Failed

if TYPE_CHECKING:
    from gme_recording.smoke.model import Run


def arrive(run: Run) -> str:
    """Every file that GME told of is in the bound bucket."""
    keys = run.clock.until(run.deadline, partial(_complete, run))
    if keys is None:
        told = ", ".join(f"{file.name} {RecordStatus.word(file.status)}" for file in run.files)
        found = f"not all files are in {run.target.bucket}; GME tells: {told or 'nothing'}"
        raise Failed(found, cause=_cause(run))
    run.keys = keys
    return ", ".join(keys)


def _complete(run: Run) -> tuple[str, ...] | None:
    with suppress(ApiError):  # how long it answers after the end is not documented
        run.files = run.gme.record_files(run.target.biz_id, run.task_id)
    keys = sweep.own_keys(run)
    return keys if keys and sweep.told_keys(run) <= set(keys) else None


def _cause(run: Run) -> str:
    """GME tells how far it came: uploaded, so elsewhere; or not taken by the bucket; or still at work."""
    if not run.files:
        return ""
    least = min(file.status for file in run.files)
    if least >= RecordStatus.UPLOADED:
        return Cause.WRONG_BUCKET
    if run.cam.find_role(run.target.role) is None:
        return Cause.NO_GRANT
    return Cause.POLICY_BLOCKS if least == RecordStatus.UPLOADING else Cause.NOT_FINISHED


def named_by_convention(run: Run) -> str:
    """The keys say application, room, task and segment."""
    found = []
    for key in run.keys:
        name = names.parse(key, run.target.room)
        if name is None or name.biz_id != run.target.biz_id:
            raise Failed(f"{key} is not named as documented", hint="open a ticket: tools rely on the names")
        found.append("mixed" if name.mixed else f"user {name.user_id}")
    return ", ".join(found)


def play(run: Run) -> str:
    """Each file is a whole MP3 of more than one frame."""
    found = []
    for key in run.keys:
        try:
            audio = mp3.parse(run.cos.read(run.target.bucket, key))
        except ValueError as error:
            raise Failed(f"{key}: {error}", hint="download it and try to play it; open a ticket") from None
        found.append(f"{audio.seconds:.1f} s")
    return f"{', '.join(found)} at {audio.sample_rate} Hz"
