"""Bytes on disk: nothing that was answered 200 is lost, nothing that was given up stays."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gme_recording.localcloud.assemble import local_cloud
from gme_recording.localcloud.cloud import Cloud
from gme_recording.localcloud.services.cos.model import Version
from tests.localcloud.services.cos.wire import Wire

OLD, NEW = b"old" * 1000, b"new" * 1000
"""Large enough for files of their own."""


def test_objects_survive_a_restart(wire: Wire, tmp_path: Path) -> None:
    first = local_cloud(tmp_path)
    Wire(first).make().put("a", b"hello")
    Wire(first).put("b", NEW)
    first.close()
    second = local_cloud(tmp_path)
    assert Wire(second).get("a").body == b"hello"
    assert Wire(second).get("b").body == NEW
    second.close()


def test_a_write_that_fails_leaves_no_object(bucket: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path, _body: bytes) -> None:
        raise OSError("disk full")

    bucket.put("a", OLD)
    monkeypatch.setattr(Path, "write_bytes", full)
    assert bucket.send("PUT", "/a", body=NEW).status == 500
    monkeypatch.undo()
    assert bucket.cloud.store.query(Version, "1")[0].etag == hashlib.md5(OLD).hexdigest()


def test_a_kill_before_the_clean_up_leaves_no_bytes_for_good(
    wire: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = local_cloud(tmp_path)
    asked = Wire(killed).make()
    asked.put("a", OLD)
    monkeypatch.setattr(Cloud, "run_due", lambda _cloud: None)
    asked.put("a", NEW)
    assert files(killed) == [NEW, OLD]
    killed.close()
    monkeypatch.undo()
    started = local_cloud(tmp_path)
    started.run_due()
    assert files(started) == [NEW]
    started.close()


def files(cloud: Cloud) -> list[bytes]:
    return sorted(path.read_bytes() for path in cloud.files.rglob("*") if path.is_file())
