from contextlib import suppress
from datetime import UTC, datetime
from string import ascii_letters, digits
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.localcloud.signatures.identity_token import (
    Identity,
    Invalid,
    Issuer,
    public_keys,
    verify,
)
from tests.localcloud.identity_provider import CLIENT, IdentityProvider

PROVIDER = IdentityProvider()
ISSUER = Issuer(PROVIDER.url, (CLIENT,), public_keys(PROVIDER.configuration["IdentityKey"]))
AT = datetime(2026, 1, 1, tzinfo=UTC)
CLAIMS: dict[str, Any] = {"nbf": AT.timestamp(), "exp": AT.timestamp() + 1}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = SCALARS | st.lists(SCALARS) | st.dictionaries(st.text(), SCALARS)


def test_a_token_is_good_from_its_beginning_until_its_end():
    token = PROVIDER.token(sub="job", **CLAIMS)

    assert verify(token, ISSUER, AT) == Identity(PROVIDER.url, CLIENT, "job")
    for other in (AT.replace(year=2025), AT.replace(second=1)):
        with pytest.raises(Invalid, match="not valid now"):
            verify(token, ISSUER, other)


@given(st.data())
def test_no_character_of_a_token_can_be_changed(data):
    token = PROVIDER.token(**CLAIMS)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters().filter(lambda found: found != token[at]))

    with pytest.raises(Invalid):
        verify(token[:at] + other + token[at + 1 :], ISSUER, AT)


@pytest.mark.parametrize("alike", [("-", "+"), ("_", "/")])
def test_a_token_is_spelt_for_addresses(alike):
    token = next(token for at in range(1000) if alike[0] in (token := PROVIDER.token(jti=at, **CLAIMS)))

    with pytest.raises(Invalid):
        verify(token.replace(*alike), ISSUER, AT)


def test_the_last_character_of_a_token_has_one_spelling():
    token = PROVIDER.token(**CLAIMS)
    spellings = (token[:-1] + last for last in ascii_letters + digits + "-_")

    assert [found for found in spellings if _taken(found)] == [token]


@given(st.sampled_from(["iss", "aud", "sub", "nbf", "exp"]), VALUES)
def test_whatever_the_claims_are_a_token_is_taken_or_refused(name, value):
    token = PROVIDER.token(**{**CLAIMS, name: value})

    with suppress(Invalid):
        assert verify(token, ISSUER, AT).issuer == PROVIDER.url


@given(st.text())
def test_what_is_no_list_of_keys_is_refused(text):
    with pytest.raises(Invalid):
        public_keys(text)


def _taken(token: str) -> bool:
    try:
        verify(token, ISSUER, AT)
    except Invalid:
        return False
    return True
