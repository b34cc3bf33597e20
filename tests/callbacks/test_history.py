"""Whatever is lost, doubled or put in another order: in the end the same is known."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from gme_recording.api import RecordFile, RecordStatus
from gme_recording.callbacks.event import Kind
from gme_recording.callbacks.history import FileKey, Recorded, heard, history, key
from gme_recording.recordings.evidence import KnownTask, files
from tests.callbacks.make import APP, an_event

START = 1_769_853_600
API_STATUS = {
    Kind.STARTED: RecordStatus.RECORDING,
    Kind.FINISHED: RecordStatus.TRANSCODING,
    Kind.UPLOADED: RecordStatus.NOTIFIED,
}


@st.composite
def valid_histories(draw):
    """What GME tells of some files: each is started, then perhaps finished, then perhaps uploaded."""
    told = []
    for segment in range(draw(st.integers(1, 4))):
        time = START + 7_200 * segment
        for kind in list(Kind)[: draw(st.integers(1, 3))]:
            time += draw(st.integers(0, 7_200))
            told.append(an_event(kind, segment, Timestamp=time))
    return told


@st.composite
def deliveries(draw):
    """A valid history, and what of it arrives: some lost, some doubled and sent later, in any order."""
    told = draw(valid_histories())
    arrived = [
        an_event(event.kind, event.segment, Timestamp=event.sent + late)
        for event in told
        for late in draw(st.lists(st.integers(0, 60), max_size=3))
    ]
    return told, draw(st.permutations(arrived))


@given(deliveries(), st.data())
def test_once_the_missing_ones_are_sent_again_the_state_is_that_of_a_perfect_delivery(delivery, data):
    told, arrived = delivery
    again = data.draw(st.permutations(told))

    assert history([*arrived, *again]) == history(told)


@given(deliveries())
def test_what_the_api_tells_makes_good_for_callbacks_that_are_lost_for_ever(delivery):
    told, arrived = delivery
    truth = {key.file: whole.status for key, whole in history(told).items()}
    listed = tuple(
        RecordFile(user_id="7", name=file, began=START, status=API_STATUS[Kind(status)])
        for file, status in truth.items()
    )
    task = KnownTask(biz_id=APP, room_id="lobby", task_id=told[0].task_id, files=listed)

    reconciled, unmatched = files([task], arrived, [])

    assert unmatched == 0
    assert {file: known.reached for file, known in reconciled.items()} == truth
    assert {(file, kind) for file, known in reconciled.items() for kind in known.heard} == {
        (event.file, event.kind) for event in arrived
    }


@given(deliveries())
def test_a_state_only_grows(delivery):
    _, arrived = delivery
    known: dict[FileKey, Recorded] = {}
    for count in range(len(arrived) + 1):
        after = history(arrived[:count])
        for file, before in known.items():
            assert after[file].status >= before.status
            assert {kind for kind, _ in after[file].heard} >= {kind for kind, _ in before.heard}
        known = after


@given(st.data())
def test_joining_is_commutative_associative_and_idempotent(data):
    event = an_event()
    pieces = st.builds(
        Recorded,
        st.just(key(event)),
        st.dictionaries(st.integers(0, 5), st.integers(0, 9)).map(lambda each: frozenset(each.items())),
    )
    one, two, three = (data.draw(pieces) for _ in range(3))

    assert one | two == two | one
    assert (one | two) | three == one | (two | three)
    assert one | one == one


def test_a_late_start_does_not_turn_an_upload_back():
    known = history([an_event(Kind.UPLOADED), an_event(Kind.STARTED)])[key(an_event())]

    assert (known.status, known.missing) == (Kind.UPLOADED, (Kind.FINISHED,))


def test_an_unknown_kind_is_remembered_and_changes_no_status():
    known = heard(an_event(9)) | heard(an_event(Kind.STARTED))

    assert (known.status, {kind for kind, _ in known.heard}) == (Kind.STARTED, {1, 9})
    assert heard(an_event(9)).status == 0


def test_two_files_are_not_joined():
    with pytest.raises(AssertionError, match="two files"):
        heard(an_event(segment=0)) | heard(an_event(segment=1))
