import array
import io
import shutil
import subprocess
import wave
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.mp3 import MP3

from gme_recording.localcloud.services.gme.audio import FRAME_SECONDS, SAMPLE_RATE, _line, tone


@given(st.text(max_size=5), st.timedeltas(timedelta(seconds=0.144), timedelta(minutes=5)))
def test_file_is_as_long_as_the_time_on_air(speaker: str, duration: timedelta) -> None:
    found = MP3(io.BytesIO(bytes(tone(speaker, duration)))).info
    assert abs(found.length - duration.total_seconds()) <= FRAME_SECONDS
    assert (found.layer, found.version, found.channels, found.sample_rate) == (3, 2, 1, 16_000)
    assert not found.sketchy


def test_two_hours_take_seven_megabytes() -> None:
    content = tone("7", timedelta(hours=2))
    assert len(content) == 7_200_000
    assert MP3(io.BytesIO(bytes(content))).info.length == 7200


def test_no_time_at_all_is_still_a_file() -> None:
    found = MP3(io.BytesIO(bytes(tone("7", timedelta(0))))).info
    assert (found.length, found.sketchy) == (pytest.approx(4 * FRAME_SECONDS), False)


@pytest.mark.skipif(not shutil.which("mpg123"), reason="mpg123 is not installed (apt-get install mpg123)")
@pytest.mark.parametrize("speaker", ["", "7", "8", "10086"])
def test_decoder_plays_the_speakers_tone(tmp_path: Path, speaker: str) -> None:
    recording, decoded = tmp_path / "recording.mp3", tmp_path / "decoded.wav"
    recording.write_bytes(bytes(tone(speaker, timedelta(seconds=9))))
    done = subprocess.run(
        ["mpg123", "--quiet", "--no-gapless", "--wav", decoded, recording],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    with wave.open(str(decoded)) as sound:
        rate, samples = sound.getframerate(), array.array("h", sound.readframes(sound.getnframes()))
    seconds = len(samples) / rate
    assert seconds == pytest.approx(9, abs=FRAME_SECONDS)
    crossings = sum((earlier < 0) != (later < 0) for earlier, later in pairwise(samples))
    assert crossings / 2 / seconds == pytest.approx(_line(speaker) * SAMPLE_RATE / 1152, rel=0.01)
    assert 2_000 < max(samples) < 5_000


def test_speakers_differ() -> None:
    assert len({bytes(tone(str(user), timedelta(0))) for user in range(10)}) > 5
