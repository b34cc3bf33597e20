import io
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.mp3 import MP3

from gme_recording.localcloud.services.gme.audio import tone
from gme_recording.smoke.mp3 import parse

# Version bits, bit rate index, sample rate index, padding → header of MPEG layer III without a checksum.
VERSIONS = {"1": 0b11, "2": 0b10, "2.5": 0b00}
RATES = {  # kbit/s at index 4 and 9, Hz at index 0, samples a frame (ISO 11172-3, 13818-3)
    "1": ((56, 128), 44100, 1152),
    "2": ((32, 80), 22050, 576),
    "2.5": ((32, 80), 11025, 576),
}


def frame(version: str = "2", bit_rate_index: int = 4, padding: int = 0) -> bytes:
    (slow, fast), hertz, samples = RATES[version]
    bits = {4: slow, 9: fast}[bit_rate_index] * 1000
    header = 0x7FF << 21 | VERSIONS[version] << 19 | 0b01 << 17 | 1 << 16
    header |= bit_rate_index << 12 | padding << 9 | 0b11 << 6
    size = samples // 8 * bits // hertz + padding
    return header.to_bytes(4) + bytes(size - 4)


frames = st.tuples(
    st.sampled_from(list(VERSIONS)),
    st.lists(st.tuples(st.sampled_from([4, 9]), st.integers(0, 1)), min_size=1, max_size=9),
)


@given(frames)
def test_frames_are_counted_whatever_their_bit_rates(stream: tuple[str, list[tuple[int, int]]]) -> None:
    version, shapes = stream
    data = b"".join(frame(version, bit_rate, padding) for bit_rate, padding in shapes)
    _, hertz, samples = RATES[version]
    found = parse(data)
    assert (found.frames, found.sample_rate) == (len(shapes), hertz)
    assert found.seconds == pytest.approx(len(shapes) * samples / hertz)


@given(st.integers(200, 60_000))
def test_independent_reader_finds_the_same_length(milliseconds: int) -> None:
    data = bytes(tone("20001", timedelta(milliseconds=milliseconds)))
    other = MP3(io.BytesIO(data)).info
    found = parse(data)
    assert found.sample_rate == other.sample_rate
    assert found.seconds == pytest.approx(other.length, abs=0.04)


def test_tags_before_and_behind_are_passed_over() -> None:
    tag = b"ID3\x04\x00\x00" + bytes([0, 0, 1, 2]) + bytes(130)
    end = b"TAG".ljust(128, b"\0")
    assert parse(tag + frame() + frame() + end) == parse(frame() + frame())


@given(st.data())
def test_file_that_was_cut_off_is_no_whole_one(data: st.DataObject) -> None:
    whole = frame() * 3
    length = data.draw(st.integers(1, len(whole) - 1).filter(lambda at: at % len(frame())))
    with pytest.raises(ValueError, match=r"cut off|no MP3 frame"):
        parse(whole[:length])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no MP3 frame at byte 0"),
        (b"<html>not found</html>", "no MP3 frame at byte 0"),
        (b"ID3", "no MP3 frame at byte 0"),
        (b"RIFF....WAVEfmt ", "no MP3 frame at byte 0"),
        (frame() + b"junk", f"no MP3 frame at byte {len(frame())}"),
        (frame("2") + frame("1"), f"no MP3 frame at byte {len(frame())}"),
        (b"\xff\xf3\xf0\xc0" + bytes(100), "no MP3 frame at byte 0"),
        (b"\xff\xf3\x0c\xc0" + bytes(100), "no MP3 frame at byte 0"),
    ],
    ids=["empty", "page", "short tag", "wav", "junk", "another version", "bit rate 15", "sample rate 3"],
)
def test_other_bytes_are_refused_with_the_place(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        parse(content)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(ValueError):
        assert parse(content).frames > 0
