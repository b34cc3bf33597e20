"""How a job is equipped: with the very archive of the provider that was looked at, or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.workflows.workflow import ROOT

ARCHIVE = b"what the studio has looked at"
SHA256 = hashlib.sha256(ARCHIVE).hexdigest()
NAME = "pulumi-resource-tencentcloud-v0.2.3-linux-amd64.tar.gz"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout, a release, and an engine that notes what it is called with."""
    (tmp_path / "tools" / "ci").mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "ci" / "plugin", tmp_path / "tools" / "ci")
    (tmp_path / "release").write_bytes(ARCHIVE)
    (tmp_path / "engine").write_text('#!/bin/sh\necho "$@" > called\n')
    (tmp_path / "engine").chmod(0o755)
    return tmp_path


def given(checkout: Path, sha256: str) -> dict[str, str]:
    return {"TENCENTCLOUD_PLUGIN_SHA256": sha256, "TENCENTCLOUD_PLUGIN_URL": f"file://{checkout}/release"}


def install(checkout: Path, sha256: str = SHA256) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [checkout / "tools" / "ci" / "plugin", checkout / "engine"],
        env={"PATH": os.environ["PATH"], **given(checkout, sha256)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_the_archive_is_installed_and_kept(checkout):
    assert install(checkout).returncode == 0
    (checkout / "release").unlink()

    assert install(checkout).returncode == 0
    called = (checkout / "called").read_text()
    assert called == f"plugin install resource tencentcloud v0.2.3 --file .local/plugin/{NAME}\n"
    assert (checkout / ".local" / "plugin" / NAME).read_bytes() == ARCHIVE


def test_another_archive_is_refused_also_one_that_was_kept(checkout):
    (checkout / "release").write_bytes(b"something else")
    kept = checkout / ".local" / "plugin" / NAME

    for _ in ("fetched", "kept"):
        refused = install(checkout)
        assert refused.returncode == 1
        assert "not that of TENCENTCLOUD_PLUGIN_SHA256; nothing was installed" in refused.stderr
        assert not kept.exists()
        kept.write_bytes(b"put into the cache")
    assert not (checkout / "called").exists()


def test_without_a_hash_nothing_is_fetched(checkout):
    refused = install(checkout, "")

    assert refused.returncode != 0
    assert "docs/continuous-deployment.md says where it comes from" in refused.stderr
    assert not (checkout / ".local").exists()


def test_a_release_that_cannot_be_had_is_told(checkout):
    (checkout / "release").unlink()

    assert install(checkout).returncode != 0
    assert not (checkout / "called").exists()


def stub(file: Path, *lines: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(("#!/bin/sh", 'echo "${0##*/} $*" >> called', *lines, "")))
    file.chmod(0o755)


def test_a_job_is_told_the_engine_s_path_and_nothing_else(checkout):
    """With the steps that take minutes played: environment, engine, and the pack's packages."""
    shutil.copy(ROOT / "tools" / "ci" / "install", checkout / "tools" / "ci")
    stub(checkout / "bin" / "make", "echo chatter")
    stub(checkout / "engine", "echo chatter")
    stub(checkout / ".venv" / "bin" / "python", f"echo {checkout}/engine")
    for name in ("python", "pip"):
        stub(checkout / "policy" / ".venv" / "bin" / name)

    ran = subprocess.run(
        [checkout / "tools" / "ci" / "install"],
        env={"PATH": f"{checkout}/bin:{os.environ['PATH']}", **given(checkout, SHA256)},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    assert ran.stdout == f"{checkout}/engine\n"
    assert (checkout / "called").read_text().splitlines() == [
        "make --silent .venv/ready",
        "python -m gme_recording.deploy.toolchain --from-source",
        f"engine plugin install resource tencentcloud v0.2.3 --file .local/plugin/{NAME}",
        "pip install --quiet --disable-pip-version-check --require-hashes"
        " --requirement policy/requirements.lock",
    ]
