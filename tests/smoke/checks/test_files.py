"""What arrives in the bucket."""

from __future__ import annotations

import pytest

from gme_recording.smoke.checks import files
from gme_recording.smoke.model import Failed, Run
from tests.smoke.environment import APP, BUCKET, NOTHING, Environment, found


def test_file_finds_that_another_bucket_is_bound(environment: Environment) -> None:
    environment.bucket("elsewhere-1250000000")
    environment.console(bucket="elsewhere-1250000000")
    report = environment.smoke(hurry=["file"])
    assert found(report, "file").startswith(f"not all files are in {BUCKET}; GME tells: {APP}_")
    assert report.cause.startswith(f"GME writes to another bucket than {BUCKET}")


def test_file_name_finds_another_convention(environment: Environment) -> None:
    run = environment.run()
    run.keys = (f"{APP}_room.mp3",)
    with pytest.raises(Failed, match=r"room\.mp3 is not named as documented"):
        files.named_by_convention(run)


def test_file_plays_finds_junk(environment: Environment) -> None:
    def spoil(run: Run) -> None:
        environment.sdk.put_object(Bucket=BUCKET, Key=run.keys[0], Body=b"<html>")

    report = environment.smoke(file=spoil)
    assert found(report, "file-plays").endswith("no MP3 frame at byte 0")
    assert environment.leftovers() == NOTHING
