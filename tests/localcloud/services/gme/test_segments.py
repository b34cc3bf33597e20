from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from gme_recording.localcloud.services.gme.model import MIXED, File, Member, Mode, Task
from gme_recording.localcloud.services.gme.segments import change, file_name, streams

NOON = datetime(2023, 2, 9, 8, 16, 45, tzinfo=UTC)


def a_task(mode: Mode, allow: tuple[str, ...] = (), block: tuple[str, ...] = ()) -> Task:
    return Task(446946705284000001, 1400000000, "100", mode, allow, block, NOON)


def a_member(user: str, *, microphone: bool = True) -> Member:
    return Member(1400000000, "100", user, microphone, NOON)


def a_file(stream: str) -> File:
    return File(446946705284000001, stream, 0, "name", NOON)


def test_mixed_stream_runs_while_someone_is_in_the_room() -> None:
    assert streams(a_task(Mode.MIXED), []) == frozenset()
    assert streams(a_task(Mode.MIXED), [a_member("7", microphone=False)]) == {MIXED}


def test_single_stream_needs_a_microphone_that_is_on() -> None:
    members = [a_member("7"), a_member("8", microphone=False)]
    assert streams(a_task(Mode.SINGLE), members) == {"7"}


def test_both_modes_make_both_kinds_of_streams() -> None:
    assert streams(a_task(Mode.BOTH), [a_member("7"), a_member("8")]) == {MIXED, "7", "8"}


def test_lists_decide_who_is_recorded() -> None:
    members = [a_member("7"), a_member("8")]
    assert streams(a_task(Mode.SINGLE, allow=("7",)), members) == {"7"}
    assert streams(a_task(Mode.SINGLE, block=("7",)), members) == {"8"}


users = st.frozensets(st.sampled_from(["", "7", "8", "9"]))


@given(running=users, wanted=users)
def test_change_leads_from_what_runs_to_what_is_wanted(
    running: frozenset[str], wanted: frozenset[str]
) -> None:
    found = change([a_file(stream) for stream in sorted(running)], wanted)
    closed = {file.stream for file in found.close}
    assert (running - closed) | set(found.open) == wanted
    assert closed <= running
    assert not set(found.open) & running


def test_mixed_file_name_holds_task_start_in_china_and_serial() -> None:
    expected = "1400000000_100/446946705284000001_2023-02-09-16-16-45_3_audio.mp3"
    assert file_name(a_task(Mode.BOTH), MIXED, 3) == expected


def test_single_file_name_has_a_folder_for_the_user() -> None:
    assert file_name(a_task(Mode.BOTH), "999", 0) == "1400000000_100_999/2023-02-09-16-16-45_0_audio.mp3"
