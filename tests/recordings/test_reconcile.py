"""What tasks, callbacks and bucket come to, whatever their order."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.api import LifecycleRule
from gme_recording.api.gme import RecordFile, RecordStatus
from gme_recording.api.objects import Object
from gme_recording.callbacks.event import Event, Kind
from gme_recording.recordings.evidence import KnownTask
from gme_recording.recordings.listing import Stored
from gme_recording.recordings.names import readings
from gme_recording.recordings.owners import Owned
from gme_recording.recordings.reconcile import MARGIN, Gap, Reconciled, Terms, Why, reconcile

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
TASK = "446192236330927912"
TERMS = Terms(now=NOW, since=NOW - timedelta(days=2), callbacks=True)
STARTED = NOW - timedelta(hours=5)


def key(segment: int = 0, user: str = "7", room: str = "lobby") -> str:
    return f"14_{room}_{user}/{int(STARTED.timestamp())}_{segment}_audio.mp3"


def event(kind: int, at: datetime, segment: int = 0) -> Event:
    return Event(
        biz_id=14,
        task_id=TASK,
        kind=kind,
        file=key(segment),
        segment=segment,
        room_id="lobby",
        user_id="7",
        mode=0,
        sent=int(at.timestamp()),
    )


def life(segment: int = 0, *, began: datetime = STARTED, ended: datetime | None = None) -> list[Event]:
    ended = ended or began + timedelta(minutes=10)
    return [
        event(Kind.STARTED, began, segment),
        event(Kind.FINISHED, ended, segment),
        event(Kind.UPLOADED, ended + timedelta(minutes=3), segment),
    ]


def stored(segment: int = 0, *, at: datetime = STARTED + timedelta(minutes=13), name: str = "") -> Stored:
    name = name or key(segment)
    return Stored(Object(key=name, size=1, modified=at), Owned(readings(name)[0]))


def task(*files: RecordFile, **facts: Any) -> KnownTask:
    return KnownTask(biz_id=14, room_id="lobby", task_id=TASK, files=files, **facts)


def told(status: int, segment: int = 0, *, began: datetime = STARTED) -> RecordFile:
    return RecordFile(user_id="7", name=key(segment), began=int(began.timestamp()), status=status)


def whys(
    tasks: Sequence[KnownTask] = (),
    events: Iterable[Event] = (),
    objects: Iterable[Stored] = (),
    terms: Terms = TERMS,
) -> list[tuple[Why, str]]:
    return [(gap.why, gap.key) for gap in reconcile(tasks, events, objects, terms).gaps]


def test_a_whole_life_leaves_nothing_to_say() -> None:
    result = reconcile([task(told(RecordStatus.NOTIFIED))], life(), [stored()], TERMS)
    assert result == Reconciled(gaps=(), files=1, stored=1, tasks=1, unmatched=0)


def test_uploaded_and_not_in_the_bucket_is_lost() -> None:
    (gap,) = reconcile([], life(), [], TERMS).gaps
    assert gap == Gap(
        why=Why.LOST,
        biz_id=14,
        room_id="lobby",
        user_id="7",
        task_id=TASK,
        key=key(),
        began=STARTED,
        ended=STARTED + timedelta(minutes=10),
    )


def test_finished_is_awaited_then_late_then_lost() -> None:
    finished = life()[:2]
    ended = STARTED + timedelta(minutes=10)

    def after(waited: timedelta) -> list[Why]:
        return [why for why, _ in whys(events=finished, terms=replace(TERMS, now=ended + waited))]

    assert after(timedelta(minutes=30)) == []
    assert after(timedelta(minutes=31)) == [Why.LATE]
    assert after(timedelta(hours=24)) == [Why.LATE]
    assert after(timedelta(hours=25)) == [Why.LOST]


def test_started_may_last_for_two_hours() -> None:
    assert whys(events=life()[:1], terms=replace(TERMS, now=STARTED + timedelta(hours=2, minutes=30))) == []
    assert whys(events=life()[:1]) == [(Why.LATE, key())]


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (RecordStatus.RECORDING, Why.RUNNING),
        (RecordStatus.WAITING, Why.LATE),
        (RecordStatus.UPLOADING, Why.LATE),
        (RecordStatus.UPLOADED, Why.LOST),
        (RecordStatus.NOTIFIED, Why.LOST),
        (99, Why.LATE),
    ],
)
def test_gmes_own_list_tells_where_no_callback_came(status: int, why: Why) -> None:
    assert whys(tasks=[task(told(status))]) == [(why, key())]


def test_a_lost_callback_is_no_lost_recording() -> None:
    assert whys(events=life()[:2], objects=[stored()]) == [(Why.UNHEARD, key())]
    assert whys(tasks=[task(told(14))], objects=[stored()]) == [(Why.UNHEARD, key())]
    assert whys(events=life()[2:], objects=[stored()]) == []


def test_what_nobody_told_of_is_unexpected() -> None:
    assert whys(objects=[stored()]) == [(Why.UNEXPECTED, key())]


def test_without_callbacks_the_bucket_alone_is_believed() -> None:
    assert whys(objects=[stored()], terms=replace(TERMS, callbacks=False)) == []


def test_what_has_just_arrived_may_still_be_told_of() -> None:
    just = NOW - timedelta(minutes=5)
    assert whys(objects=[stored(at=just)]) == []


def test_a_segment_that_nobody_knows_is_a_hole() -> None:
    began = STARTED + timedelta(hours=2)
    events = [*life(0), *life(2, began=began)]
    (gap,) = reconcile([], events, [stored(0), stored(2)], TERMS).gaps
    assert (gap.why, gap.key, gap.began, gap.ended) == (
        Why.LOST,
        key(1),
        STARTED + timedelta(minutes=10),
        began,
    )


def test_a_number_that_somebody_made_up_is_not_a_hole_without_end() -> None:
    gaps = reconcile([], life(0), [stored(0), stored(999_999)], TERMS).gaps
    assert len([gap for gap in gaps if gap.why is Why.LOST]) == 1000


def test_the_first_segments_are_missed_only_if_the_task_began_in_sight() -> None:
    assert whys(events=life(1), objects=[stored(1)]) == [(Why.LOST, key(0))]
    later = replace(TERMS, since=STARTED + MARGIN + timedelta(hours=1), now=STARTED + timedelta(days=3))
    seen = STARTED + timedelta(days=2, hours=20)
    assert (
        whys(events=life(1, began=seen), objects=[stored(1, at=seen + timedelta(minutes=13))], terms=later)
        == []
    )


def test_a_segment_that_names_the_task_leaves_no_hole() -> None:
    name = f"14_lobby_7/{int(STARTED.timestamp())}_{TASK}_audio.mp3"
    assert whys(objects=[stored(name=name)], terms=replace(TERMS, callbacks=False)) == []


def test_what_lifecycle_has_deleted_is_not_lost() -> None:
    month_ago = replace(TERMS, now=STARTED + timedelta(days=40), since=STARTED - timedelta(days=1))
    rules = (LifecycleRule(id="all", expire_days=30),)
    hole = [*life(0), *life(2)]
    assert len(whys(events=hole, terms=month_ago)) == 3
    assert whys(events=hole, terms=replace(month_ago, rules=rules)) == []


def test_what_was_erased_is_not_lost() -> None:
    erased = frozenset({key(0), key(1), key(2)})
    assert whys(events=[*life(0), *life(2)], terms=replace(TERMS, erased=erased)) == []
    assert whys(events=[*life(0), *life(2)], terms=replace(TERMS, erased=erased - {key(1)})) == [
        (Why.LOST, key(1))
    ]


def test_what_happened_before_is_not_told_again() -> None:
    assert whys(events=life(), terms=replace(TERMS, since=NOW - timedelta(hours=1))) == []


def test_a_task_may_run_for_a_day() -> None:
    running = task(told(RecordStatus.RECORDING, began=NOW - timedelta(minutes=1)), running=True)
    assert whys(tasks=[running]) == []
    (gap,) = reconcile([running], [], [], replace(TERMS, longest_task=timedelta(hours=4))).gaps
    assert (gap.why, gap.key, gap.task_id, gap.began) == (Why.RUNNING, "", TASK, STARTED)


def test_a_running_task_without_files_has_no_age() -> None:
    assert whys(tasks=[KnownTask(biz_id=14, room_id="lobby", task_id=TASK, running=True)]) == []


LONG = f"14_lobby_7/2024-01-18-16-00-00_{'1' * 5000}_audio.mp3"


def test_names_that_are_no_keys_are_counted() -> None:
    """The first is the sample of the vendor's page."""
    for name in ("/3400352518_2314_447947346201176660_9081", LONG):
        found = RecordFile(user_id="6787", name=name, began=1, status=2)
        result = reconcile([task(found)], [], [], TERMS)
        assert (result.unmatched, result.files) == (1, 0)


segments = st.integers(0, 4)
histories = st.lists(
    st.builds(
        lambda segment, kinds: [one for one in life(segment) if one.kind in kinds],
        segments,
        st.sets(st.sampled_from(list(Kind))),
    ),
    max_size=5,
).map(lambda parts: [one for part in parts for one in part])


@given(histories, st.sets(segments), st.data())
def test_order_and_repetition_change_nothing(
    events: list[Event], there: set[int], data: st.DataObject
) -> None:
    objects = [stored(segment) for segment in there]
    doubled = events + [one for one in events if data.draw(st.booleans())]
    shuffled = data.draw(st.permutations(doubled))
    assert reconcile([], shuffled, data.draw(st.permutations(objects)), TERMS) == reconcile(
        [], events, objects, TERMS
    )


@given(st.sets(segments, min_size=1), st.data())
def test_no_loss_of_callbacks_hides_a_lost_recording(recorded: set[int], data: st.DataObject) -> None:
    """GME's list tells what the callbacks do not; nothing else is called lost."""
    there = data.draw(st.sets(st.sampled_from(sorted(recorded))))
    events = [one for segment in recorded for one in life(segment) if data.draw(st.booleans())]
    tasks = [task(*(told(RecordStatus.NOTIFIED, segment) for segment in recorded))]
    gaps = reconcile(tasks, events, [stored(segment) for segment in there], TERMS).gaps
    lost = {gap.key for gap in gaps if gap.why is Why.LOST}
    never_known = {key(segment) for segment in range(max(recorded)) if segment not in recorded}
    assert lost == {key(segment) for segment in recorded - there} | never_known


@given(histories, st.sets(segments))
def test_every_file_is_in_the_bucket_or_in_the_report(events: list[Event], there: set[int]) -> None:
    gaps = reconcile([], events, [stored(segment) for segment in there], TERMS).gaps
    assert {one.file for one in events} <= {key(segment) for segment in there} | {gap.key for gap in gaps}
