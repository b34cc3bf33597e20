from pathlib import Path

from gme_recording.callbacks.store import Arrival, Store
from gme_recording.errors import ExitCode
from tests.recordings.world import APP, BUCKET, World
from tests.support.shell import Shell


def kept(world: World, file: Path) -> str:
    """The receiver's database, as if it had heard what the local cloud made."""
    store = Store(file)
    arrivals = [Arrival(APP, str(event).encode(), 0.0, event) for event in world.events()]
    store.add(arrivals, queue=False)
    store.close()
    return str(file)


def test_reconcile_finds_nothing_and_then_what_is_lost(world: World, gr: Shell, tmp_path: Path) -> None:
    world.recorded("lobby", "7")
    world.advance(3600)
    store = kept(world, tmp_path / "callbacks.sqlite")
    fine = gr("reconcile", "--callbacks", store)
    assert (fine.code, "demo (1400000001): 2 of 2 files" in fine.out) == (ExitCode.OK, True)

    world.sdk.delete_object(Bucket=BUCKET, Key=world.listed()[1])
    lost = gr("reconcile", "--callbacks", store, "--json")
    (gap,) = lost.data[0]["gaps"]
    assert (lost.code, gap["why"], gap["userId"]) == (ExitCode.DIFFERS, "lost", "7")
    shown = gr("reconcile", "--callbacks", store)
    assert "lost: room lobby, user 7" in shown.out
    assert "hint (lost):" in shown.out


def test_reconcile_works_without_callbacks(world: World, gr: Shell) -> None:
    world.recorded("lobby", "7")
    world.advance(3600)
    assert gr("reconcile").code == ExitCode.OK
    world.sdk.delete_object(Bucket=BUCKET, Key=world.listed()[1])
    assert gr("reconcile").code == ExitCode.DIFFERS
    world.sdk.delete_object(Bucket=BUCKET, Key=world.listed()[0])
    assert gr("reconcile").code == ExitCode.OK, "nobody is left who knows the task"


def test_reconcile_takes_tasks_and_rooms_that_someone_knows(world: World, gr: Shell) -> None:
    task = world.recorded("lobby", "7", mode=1)
    world.advance(3600)
    world.sdk.delete_object(Bucket=BUCKET, Key=world.listed()[0])
    assert gr("reconcile", "--task", task).code == ExitCode.DIFFERS
    world.join("hall", "9")
    world.gme.start_record(APP, "hall", 1)
    world.advance(7200)
    found = gr("reconcile", "--room", "hall", "--longest", "1", "--json")
    assert [gap["why"] for gap in found.data[0]["gaps"]] == ["running too long"]


def test_reconcile_does_not_miss_what_was_erased(world: World, gr: Shell) -> None:
    world.recorded("lobby", "7")
    world.advance(3600)
    gr("recordings", "erase", "--user", "7", "--plan", "p.json", "--yes")
    assert gr("reconcile").code == ExitCode.DIFFERS
    assert gr("reconcile", "--erased", "p.record.json").code == ExitCode.OK
    wrong = gr("reconcile", "--erased", "p.json")
    assert (wrong.code, "no record of an erasure" in wrong.err) == (ExitCode.INPUT, True)


def test_reconcile_without_its_database_says_so(world: World, gr: Shell) -> None:
    ended = gr("reconcile", "--callbacks", "none.sqlite")
    assert (ended.code, "callbacks serve" in ended.err) == (ExitCode.UNAVAILABLE, True)


def test_reconcile_names_what_it_does_not_understand(world: World, gr: Shell) -> None:
    world.recorded("../etc", "../../x")
    keys = [f"{APP}_lobby_7/{number:02}.txt" for number in range(21)]
    for key in keys:
        world.put(key)
    world.advance(3600)
    ended = gr("reconcile")
    assert (ended.code, "2 of 2 files" in ended.out) == (ExitCode.OK, True)
    assert f"not the key of a recording: {keys[0]}" in ended.out
    assert "not the key of a recording: 1 more" in ended.out
    assert gr("reconcile", "--json").data[0]["notUnderstood"] == keys
