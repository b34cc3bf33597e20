from pathlib import Path

import pytest

from gme_recording.deploy.toolchain.engine import Engine, NotFound, kept_path, version_of
from gme_recording.deploy.toolchain.find import FORCED, ORIGINS, Origin, find, kept, on_path
from gme_recording.deploy.toolchain.version import PINNED, Version
from gme_recording.errors import ExitCode, UserError
from tests.support.watch import Heard


def executable(path: Path, says: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


def origin(found: Engine | NotFound) -> Origin:
    return lambda root, watcher: found


ENGINE = Engine(Path("/somewhere/pulumi"), Version(3, 300, 0), "PATH")


def test_the_ways_are_tried_from_the_quickest_to_the_longest():
    assert [way.__name__ for way in ORIGINS] == ["on_path", "kept", "download", "build"]


def test_the_first_way_that_leads_to_an_engine_wins(tmp_path):
    def never(root, watcher):
        raise AssertionError

    ways = (origin(NotFound("PATH", "none")), origin(ENGINE), never)

    assert find(tmp_path, Heard(), origins=ways, environment={}) == ENGINE


def test_without_any_way_every_reason_is_told(tmp_path):
    ways = (origin(NotFound("PATH", "no `pulumi` there")), origin(NotFound("build", "go build: disk full")))

    with pytest.raises(UserError) as told:
        find(tmp_path, Heard(), origins=ways, environment={})

    assert told.value.exit_code is ExitCode.UNAVAILABLE
    assert told.value.message.splitlines() == [
        "no Pulumi engine, and no way to get one:",
        "  PATH: no `pulumi` there",
        "  build: go build: disk full",
    ]
    assert FORCED in told.value.hint


def test_an_engine_on_path_that_is_too_old_is_passed_over_with_its_reason(tmp_path, monkeypatch):
    old = executable(tmp_path / "bin" / "pulumi", "v3.200.0")
    monkeypatch.setenv("PATH", str(old.parent))

    found = on_path(tmp_path, Heard())

    assert found == NotFound("PATH", f"{old} is version 3.200.0, needed is 3.238.0 or later of major 3")


def test_a_good_engine_on_path_is_used(tmp_path, monkeypatch):
    good = executable(tmp_path / "bin" / "pulumi", "v3.259.0")
    monkeypatch.setenv("PATH", f"{good.parent}:/bin")

    assert on_path(tmp_path, Heard()) == Engine(good, Version(3, 259, 0), "PATH")


def test_no_engine_on_path(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    assert on_path(tmp_path, Heard()) == NotFound("PATH", "no `pulumi` there")


def test_the_kept_copy_is_taken_by_its_place_without_starting_it(tmp_path):
    kept_path(tmp_path).parent.mkdir(parents=True)
    kept_path(tmp_path).write_text("not even a program")
    kept_path(tmp_path).chmod(0o755)

    assert kept(tmp_path, Heard()) == Engine(kept_path(tmp_path), PINNED, "kept copy")


def test_a_forced_engine_goes_before_all_others(tmp_path):
    good = executable(tmp_path / "pulumi", "v3.260.1")

    found = find(tmp_path, Heard(), origins=(origin(ENGINE),), environment={FORCED: str(good)})

    assert found == Engine(good, Version(3, 260, 1), FORCED)


@pytest.mark.parametrize(
    ("says", "reason"), [("v3.100.0", "is version 3.100.0"), ("hello", "does not tell a version")]
)
def test_a_forced_engine_that_cannot_be_used_is_an_error(tmp_path, says, reason):
    bad = executable(tmp_path / "pulumi", says)

    with pytest.raises(UserError, match=reason) as told:
        find(tmp_path, Heard(), origins=(origin(ENGINE),), environment={FORCED: str(bad)})

    assert told.value.exit_code is ExitCode.UNAVAILABLE


def test_what_does_not_run_has_no_version(tmp_path):
    assert version_of(tmp_path / "absent") is None
