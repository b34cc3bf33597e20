from dataclasses import fields, replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from gme_recording.console.settings import Settings

SETTINGS = Settings(
    biz_id=1400000001,
    recording=True,
    scope="custom",
    bucket="voice-1250000000",
    region="ap-guangzhou",
    callback_url="https://voice.example.com/gme",
)
any_settings = st.builds(
    Settings,
    biz_id=st.integers(1, 2**32),
    recording=st.booleans(),
    scope=st.sampled_from(["custom", "full"]),
    bucket=st.text(max_size=8),
    region=st.text(max_size=8),
    callback_url=st.text(max_size=8),
)


def test_fingerprint_of_known_settings_never_changes() -> None:
    """Confirmations in stack files hold it: another value would ask every operator to confirm again."""
    assert SETTINGS.fingerprint == "f954c2e5a271"


@given(any_settings, any_settings)
def test_settings_are_equal_exactly_if_their_fingerprints_are(one: Settings, other: Settings) -> None:
    assert (one == other) == (one.fingerprint == other.fingerprint)


@given(any_settings, st.data())
def test_every_field_counts(settings: Settings, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([field.name for field in fields(Settings)]))
    old = getattr(settings, name)
    kinds: dict[type, st.SearchStrategy[Any]] = {bool: st.booleans(), int: st.integers(), str: st.text()}
    new = data.draw(kinds[type(old)])
    assume(new != old)
    assert replace(settings, **{name: new}).fingerprint != settings.fingerprint


@given(any_settings)
def test_fingerprint_is_twelve_hex_digits(settings: Settings) -> None:
    assert len(settings.fingerprint) == 12
    assert set(settings.fingerprint) <= set("0123456789abcdef")
