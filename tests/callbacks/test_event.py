import json

import hypothesis.strategies as st
import pytest
from hypothesis import given

from gme_recording.callbacks.event import Event, Identity, Unreadable, parse
from tests.callbacks.make import SAMPLE, a_body, an_event

names = st.text(min_size=1, max_size=30, alphabet=st.characters(codec="utf-8"))
numbers = st.integers(0, 2**31)
events = st.builds(
    Event,
    biz_id=numbers,
    task_id=st.integers(0, 2**64 - 1).map(str),
    kind=numbers,
    file=names.filter(lambda name: not name.startswith("/")),
    segment=numbers,
    room_id=names,
    user_id=names,
    mode=numbers,
    sent=numbers,
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


def test_the_vendors_sample_is_read_whole():
    assert parse(SAMPLE) == Event(
        biz_id=1400000000,
        task_id="446946705284000000",
        kind=1,
        file="1400000000_100_999/2023-02-09-16-16-45_446946705284000000_audio.mp3",
        segment=0,
        room_id="100",
        user_id="999",
        mode=1,
        sent=1675930605,
    )


@given(events, st.booleans())
def test_what_is_written_is_read_whatever_the_form_of_its_numbers(event, as_text):
    number = str if as_text else int
    body = {
        "BizID": number(event.biz_id),
        "RoomID": event.room_id,
        "UserID": event.user_id,
        "TaskID": number(int(event.task_id)),
        "RecordMode": event.mode,
        "Timestamp": event.sent,
        "EventType": event.kind,
        "Detail": {"SeqNo": event.segment, "FileName": f"/{event.file}", "Later": {}},
        "Later": [1],
    }

    assert parse(json.dumps(body).encode()) == event


@given(st.binary() | json_values.map(json.dumps).map(str.encode))
def test_any_other_bytes_are_unreadable_and_nothing_else(body):
    with pytest.raises(Unreadable):
        parse(body)


@given(
    st.sampled_from(
        ["BizID", "RoomID", "UserID", "TaskID", "RecordMode", "Timestamp", "EventType", "Detail"]
    ),
    json_values,
)
def test_any_value_in_a_field_is_read_or_named(field, value):
    told = ""
    try:
        event = parse(a_body(**{field: value}))
    except Unreadable as problem:
        told = str(problem)
    else:
        assert event.file.encode()
        assert event.room_id.encode()
    assert not told or field in told or (field == "Detail" and ("FileName" in told or "SeqNo" in told))


def test_every_problem_is_told_at_once():
    with pytest.raises(Unreadable) as refused:
        parse(b'{"BizID": true, "TaskID": -1, "EventType": "x", "RoomID": "\\ud800", "Detail": []}')

    assert str(refused.value) == (
        "Detail is not an object; BizID is not a whole number in range; "
        "TaskID is not a whole number in range; EventType is not a whole number in range; "
        "FileName is missing; SeqNo is missing; RoomID is not text; Timestamp is missing"
    )


@pytest.mark.parametrize("body", [b"[" * 100_000, b"9" * 5_000, b'{"BizID": NaN}'])
def test_what_overwhelms_a_parser_is_unreadable(body):
    with pytest.raises(Unreadable):
        parse(body)


def test_a_kind_that_is_unknown_is_an_event():
    assert an_event(kind=9).kind == 9


def test_a_repetition_sent_later_is_the_same_event():
    assert an_event(Timestamp=5).id == an_event(Timestamp=6).id


@given(events, events)
def test_events_have_one_id_if_and_only_if_they_have_one_identity(one, other):
    assert (one.id == other.id) is (one.identity == other.identity)


@pytest.mark.parametrize("field", Identity._fields)
def test_each_part_of_the_identity_makes_another_event(field):
    other = {
        "biz_id": an_event(BizID=1),
        "task_id": an_event(TaskID=1),
        "kind": an_event(EventType=2),
        "file": an_event(Detail={"SeqNo": 0, "FileName": "x"}),
        "segment": an_event(Detail={"SeqNo": 1, "FileName": an_event().file}),
    }[field]

    assert other.id != an_event().id
