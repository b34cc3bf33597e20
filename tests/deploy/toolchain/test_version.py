from importlib import metadata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.deploy.toolchain.version import OLDEST, PINNED, Version, supported

ROOT = Path(__file__).parents[3]

numbers = st.integers(min_value=0, max_value=10**6)


@given(numbers, numbers, numbers, st.sampled_from(["", "-alpha.1731086", "+dirty", "-dev.0+g1.dirty"]))
def test_what_is_shown_is_read_again(major, minor, patch, rest):
    version = Version(major, minor, patch)

    assert Version.parse(f"v{version}{rest}\n") == version


@pytest.mark.parametrize("text", ["", "v3", "3.254", "three", "v3.254.0.1"])
def test_other_texts_are_no_version(text):
    assert Version.parse(text) is None


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (PINNED, True),
        (OLDEST, True),
        (Version(3, 237, 99), False),
        (Version(3, 1000, 0), True),
        (Version(2, 300, 0), False),
        (Version(4, 0, 0), False),
    ],
)
def test_supported_versions(version, expected):
    assert supported(version) is expected


def test_the_pinned_engine_is_the_one_of_the_sdk_and_of_go_mod():
    assert Version.parse(metadata.version("pulumi")) == PINNED
    assert f"github.com/pulumi/pulumi/pkg/v3 v{PINNED} " in (ROOT / "tools" / "go.mod").read_text()
