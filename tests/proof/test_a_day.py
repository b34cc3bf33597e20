"""Fifty rooms for a day, and all that goes wrong: every second on air is in a file or in the report.

Callbacks are lost, doubled, delayed and forged, the receiver is killed, requests are throttled, the grant is
revoked for three hours, and somebody deletes a file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from mutagen.mp3 import MP3

from gme_recording.callbacks.event import Kind
from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.recordings.reconcile import Gap, Why
from tests.proof.day import DAY, ROOMS, SPLIT, Air, on_air, script
from tests.proof.stage import Compared, Day, prepare

SEED = 20260131
HEARD_WHOLE = 20
"""Files that are fetched and read to the end."""
FRAME_SECONDS = 0.036


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with closing(RunningCloud(tmp_path / "cloud")) as running:
        yield prepare(running, tmp_path, SEED)


@pytest.mark.timeout(180)  # it takes twenty seconds, but receivers and machines may be busy
def test_every_second_on_air_is_in_a_file_or_in_the_report(day: Day) -> None:
    moves = script(SEED)
    air = on_air(moves)
    day.live(moves)
    deleted = day.delete_one()
    heard = day.heard()
    compared = day.compared(heard)
    sizes = {item.object.key: item.object.size for item in compared.objects}
    gaps = compared.result.gaps

    recorded = {file.name.removeprefix("/") for task in compared.tasks for file in task.files or ()}
    told = {event.file for event in heard if event.kind == Kind.UPLOADED}
    named = {why: {gap.key for gap in gaps if gap.why is why} for why in {gap.why for gap in gaps}}
    assert named == {
        Why.LOST: {deleted},
        Why.LATE: recorded - sizes.keys() - {deleted},
        Why.UNHEARD: sizes.keys() - told,
    }
    assert sizes.keys() <= recorded
    assert spans(accounted(day, compared, sizes, air)) == spans(air)

    assert_that_it_was_such_a_day(day, compared, sizes)
    assert_that_files_sound_as_long_as_they_are(day, sizes)


def accounted(day: Day, compared: Compared, sizes: Mapping[str, int], air: Air) -> Air:
    """Each second of a file in the bucket, and of one that the report names; none may be there twice."""
    missing = {gap.key: gap for gap in compared.result.gaps if gap.key not in sizes}
    known: Air = {}
    for task in compared.tasks:
        for file in task.files or ():
            key, stream = file.name.removeprefix("/"), (task.room_id, file.user_id)
            begin = file.began - int(day.began.timestamp())
            if key in sizes:
                end = begin + length(sizes[key])
            else:
                end = ended(day, missing[key]) or longest(air[stream], begin)
            row = known.setdefault(stream, bytearray(DAY))
            assert not any(row[begin:end]), f"{key} is about what another file is about"
            row[begin:end] = b"\1" * (end - begin)
    return known


def length(size: int) -> int:
    """Seconds: the local cloud's files have eight kilobits for each."""
    return round(size / 1_000)


def ended(day: Day, gap: Gap) -> int:
    """When a missing file ended; 0 if the report cannot tell, because that callback was lost, too."""
    return int((gap.ended - day.began).total_seconds()) if gap.ended else 0


def longest(row: bytearray, begin: int) -> int:
    """When a file ends at the latest: with its stream, or after two hours."""
    return min(begin + SPLIT, row.index(0, begin))


def spans(air: Air) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """From and to, for people to read."""
    return {
        stream: [match.span() for match in re.finditer(rb"\x01+", row)]
        for stream, row in air.items()
        if any(row)
    }


def assert_that_it_was_such_a_day(day: Day, compared: Compared, sizes: Mapping[str, int]) -> None:
    """Everything that should go wrong did, and nothing that was answered is lost."""
    sent = day.sent()
    outcomes = {outcome.partition(" [")[0] for _, outcome in sent}
    assert outcomes >= {"delivered", "lost on request", "failed: HTTP 401", "failed:"}
    heard = {event.identity for event in day.heard()}
    assert {event.identity for event, outcome in sent if outcome == "delivered"} <= heard
    assert heard.isdisjoint(event.identity for event, outcome in sent if outcome == "failed: HTTP 401")
    assert max(Counter(event.identity for event, _ in sent).values()) == 2
    assert all(fault.struck for fault in day.running.faults.every())

    tasks = Counter(task.room_id for task in compared.tasks)
    assert (len(tasks), tasks["held"], tasks["given_up"]) == (ROOMS, 1, 2)
    assert max(map(length, sizes.values())) == SPLIT


def assert_that_files_sound_as_long_as_they_are(day: Day, sizes: Mapping[str, int]) -> None:
    for key in Random(SEED).sample(sorted(sizes), HEARD_WHOLE):
        content = BytesIO(day.content(key))
        assert MP3(content).info.length == pytest.approx(length(sizes[key]), abs=FRAME_SECONDS), key
