"""Callbacks: sent for every file, to the declared URL, signed with the application's key.

Only the local cloud tells what it sent. On Tencent Cloud the receiver alone knows, hence both are skipped.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from gme_recording.callbacks.signature import matched
from gme_recording.smoke.model import Cause, Failed, Skipped

if TYPE_CHECKING:
    from gme_recording.api.local import LocalCloud, SentCallback
    from gme_recording.smoke.model import Run

UPLOADED = 3
"""EventType of *file uploaded*, the last one of a file (607/53749)."""


def received(run: Run) -> str:
    """An *uploaded* event was sent for every file, and taken by the declared URL."""
    sent = run.clock.until(run.deadline, partial(_complete, run))
    if sent is None:
        raise _incomplete(run)
    outcomes = sorted({item.outcome for item in sent})
    return f"{len(sent)} events {' and '.join(outcomes)}"


def signed(run: Run) -> str:
    """Every signature is the HMAC-SHA1 of the raw body by the application's key."""
    application = _local(run).application(run.target.biz_id)
    if application is None:
        raise Failed(f"application {run.target.biz_id} is gone")
    sent = _sent(run)
    for item in sent:
        if matched(item.body.encode(), item.signature, application.secret_key) is None:
            raise Failed(
                f"an event to {item.url} is signed {item.signature}, not by the application's key",
                hint="compare the receiver's key with the permission key on the application's page",
                cause=Cause.CALLBACK_SIGNATURE,
            )
    return f"{len(sent)} signatures by the application's key"


def _local(run: Run) -> LocalCloud:
    if not run.target.callback_url:
        raise Skipped("no callback URL is declared")
    if run.local is None:
        raise Skipped(f"only the receiver at {run.target.callback_url} can tell")
    return run.local


def _sent(run: Run) -> tuple[SentCallback, ...]:
    return _local(run).callbacks(run.target.biz_id, run.task_id)


def _complete(run: Run) -> tuple[SentCallback, ...] | None:
    sent = _sent(run)
    taken = [item for item in sent if item.outcome in {"delivered", "captured"}]
    wanted = [item for item in taken if item.url == run.target.callback_url]
    uploaded = {_file(item) for item in wanted}
    return sent if set(run.keys) <= uploaded and len(wanted) == len(sent) else None


def _file(item: SentCallback) -> str | None:
    """The key that an *uploaded* event is about; None for other events."""
    event = json.loads(item.body)
    return str(event["Detail"]["FileName"]).removeprefix("/") if event["EventType"] == UPLOADED else None


def _incomplete(run: Run) -> Failed:
    return Failed(_missing(run), cause=Cause.CALLBACK_UNREACHABLE)


def _missing(run: Run) -> str:
    sent = _sent(run)
    for item in sent:
        if item.url != run.target.callback_url:
            return f"events went to {item.url}, declared is {run.target.callback_url}"
        if item.outcome.startswith("failed"):
            return f"{item.url}: {item.outcome}"
    return f"{len(sent)} events for {len(run.keys)} files, an *uploaded* event is missing"
