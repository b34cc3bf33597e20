"""Callbacks: sent for every file, to the declared URL, signed with the application's key.

The receiver knows what came, and tells it where the stack file names its relay. Without one the local cloud
tells what it sent; of Tencent Cloud's callbacks nobody can tell then, hence both checks are skipped.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from gme_recording.callbacks.event import Kind
from gme_recording.callbacks.signature import matched
from gme_recording.callbacks.told import digest
from gme_recording.smoke import relay
from gme_recording.smoke.model import Cause, Failed, Skipped

if TYPE_CHECKING:
    from gme_recording.api.local import LocalCloud, SentCallback
    from gme_recording.callbacks.told import Told
    from gme_recording.smoke.model import Run

LOCAL_SECONDS = 15.0
"""The local cloud sends at once."""
ABOUT_SIGNATURES = frozenset({401, 403})
"""How the receiver refuses what no key, or another application's key, has signed."""


def received(run: Run) -> str:
    """An *uploaded* event was sent for every file, and taken by the declared URL."""
    if _asks_relay(run):
        return _told(run)
    sent = run.clock.until(min(run.deadline, run.clock.now() + LOCAL_SECONDS), partial(_complete, run))
    if sent is None:
        raise _incomplete(run)
    outcomes = sorted({item.outcome for item in sent})
    return f"{len(sent)} events {' and '.join(outcomes)}"


def signed(run: Run) -> str:
    """Every signature is the HMAC-SHA1 of the raw body by the application's key."""
    if _asks_relay(run):
        return f"verified by the receiver{_refused(relay.ask(run), ', which refused ')}"
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


def _asks_relay(run: Run) -> bool:
    if not run.target.callback_url:
        raise Skipped("no callback URL is declared")
    return bool(run.target.callback_relay)


def _told(run: Run) -> str:
    told = run.clock.until(run.deadline, partial(_all_told, run))
    if told is None:
        raise _not_told(run, relay.ask(run))
    return f"the receiver has an *uploaded* event of {len(run.keys)} files"


def _all_told(run: Run) -> Told | None:
    try:
        told = relay.ask(run)
    except relay.Away:
        return None
    if not told.listens:
        raise Failed(
            f"the receiver has no key of application {run.target.biz_id}",
            hint="add the application's line to the receiver's key file, and load it again",
            cause=Cause.CALLBACK_SIGNATURE,
        )
    uploaded = {event.file for event in told.events if event.kind == Kind.UPLOADED}
    return told if uploaded.issuperset(map(digest, run.keys)) else None


def _not_told(run: Run, told: Told) -> Failed:
    came = f"{len(told.events)} events came for {len(run.keys)} files, an *uploaded* event is missing"
    about_signatures = any(each.status in ABOUT_SIGNATURES for each in told.refused)
    return Failed(
        came + _refused(told, "; the receiver refused "),
        cause=Cause.CALLBACK_SIGNATURE if about_signatures else Cause.CALLBACK_UNREACHABLE,
    )


def _refused(told: Told, before: str) -> str:
    """What the receiver refused since the start, whoever sent it."""
    if not told.refused:
        return ""
    total = sum(each.times for each in told.refused)
    many = "1 request" if total == 1 else f"{total} requests"
    return f"{before}{many} since the start: {', '.join(each.reason for each in told.refused)}"


def _local(run: Run) -> LocalCloud:
    if run.local is None:
        raise Skipped(f"only the receiver at {run.target.callback_url} can tell: smoke.callbackRelay asks it")
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
    return str(event["Detail"]["FileName"]).removeprefix("/") if event["EventType"] == Kind.UPLOADED else None


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
