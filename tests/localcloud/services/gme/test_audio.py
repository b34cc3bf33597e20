import io
import shutil
import subprocess
import wave
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.mp3 import MP3

from gme_recording.localcloud.services.gme.audio import FRAME_SECONDS, silence

HOUR = timedelta(hours=1)


@given(st.timedeltas(timedelta(seconds=0.144), timedelta(minutes=5)))
def test_file_is_as_long_as_the_time_on_air(duration: timedelta) -> None:
    found = MP3(io.BytesIO(silence(duration))).info
    assert abs(found.length - duration.total_seconds()) <= FRAME_SECONDS
    assert (found.layer, found.version, found.channels, found.sample_rate) == (3, 2, 1, 16_000)
    assert not found.sketchy


def test_two_hours_take_seven_megabytes() -> None:
    content = silence(2 * HOUR)
    assert len(content) == 7_200_000
    assert MP3(io.BytesIO(content)).info.length == 7200


def test_no_time_at_all_is_still_a_file() -> None:
    found = MP3(io.BytesIO(silence(timedelta(0)))).info
    assert (found.length, found.sketchy) == (pytest.approx(4 * FRAME_SECONDS), False)


@pytest.mark.skipif(not shutil.which("mpg123"), reason="mpg123 is not installed")
def test_decoder_plays_every_frame(tmp_path: Path) -> None:
    recording, decoded = tmp_path / "recording.mp3", tmp_path / "decoded.wav"
    recording.write_bytes(silence(timedelta(seconds=9)))
    done = subprocess.run(
        ["mpg123", "--quiet", "--no-gapless", "--wav", decoded, recording],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    with wave.open(str(decoded)) as sound:
        assert sound.getframerate() == 16_000
        assert sound.getnframes() / sound.getframerate() == pytest.approx(9, abs=FRAME_SECONDS)
