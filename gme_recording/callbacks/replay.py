"""Putting events back into the queue: the dead letters, or all of a range."""

from __future__ import annotations

from dataclasses import replace

from gme_recording.callbacks.event import Unreadable, parse
from gme_recording.callbacks.store import Selection, Store


def replay(store: Store, selection: Selection, now: float) -> int:
    """Queue the chosen events anew and return how many; the running receiver hands them over.

    What could not be read when it came is tried again: a newer version may know it.
    """
    return _read_again(store) + store.queue(selection, now)


def _read_again(store: Store) -> int:
    count = 0
    for arrival in store.unreadable():
        try:
            event = parse(arrival.body)
        except Unreadable:
            continue
        if event.biz_id == arrival.biz_id:
            store.read_again(replace(arrival, event=event, problem=""), queue=True)
            count += 1
    return count
