import hypothesis.strategies as st
from hypothesis import given

from gme_recording.api.credentials import Secret
from gme_recording.callbacks.signature import Encoding, matched, sign
from gme_recording.localcloud.services.gme.notify import signature as local_clouds

keys = st.text(min_size=1, max_size=64, alphabet=st.characters(codec="utf-8")).map(Secret)
bodies = st.binary(max_size=400)


@given(bodies, keys, st.sampled_from(Encoding))
def test_what_a_key_signed_is_matched_and_its_encoding_told(body, key, encoding):
    assert matched(body, sign(body, key, encoding), key) is encoding


@given(bodies, keys)
def test_hexadecimal_may_be_in_either_case_and_surrounded_by_spaces(body, key):
    assert matched(body, f" {sign(body, key, Encoding.HEX).upper()} ", key) is Encoding.HEX


@given(bodies, keys, st.sampled_from(Encoding), st.data())
def test_one_other_byte_anywhere_is_found(body, key, encoding, data):
    place = data.draw(st.integers(0, len(body)))
    other = body[:place] + data.draw(st.binary(min_size=1, max_size=1)) + body[place:]
    assert matched(other, sign(body, key, encoding), key) is None


@given(bodies, keys, keys, st.sampled_from(Encoding))
def test_another_key_matches_nothing(body, key, other, encoding):
    # HMAC pads keys with zero bytes: two keys that differ only in those are one key
    same = key.reveal().rstrip("\0") == other.reveal().rstrip("\0")
    assert (matched(body, sign(body, other, encoding), key) is None) or same


@given(bodies, keys, st.text())
def test_no_text_but_the_signature_matches_or_raises(body, key, text):
    right = {sign(body, key), sign(body, key, Encoding.HEX)}
    assert matched(body, text, key) is None or text.strip() in right


@given(st.text(alphabet=st.characters(codec="utf-8")), keys)
def test_the_local_cloud_signs_in_the_same_way(body, key):
    assert matched(body.encode(), local_clouds(key.reveal(), body), key) is Encoding.BASE64
    assert matched(body.encode(), local_clouds(key.reveal(), body, hexadecimal=True), key) is Encoding.HEX


def test_a_fixed_value_from_another_implementation():
    # printf 'hello' | openssl dgst -sha1 -hmac key
    assert sign(b"hello", Secret("key"), Encoding.HEX) == "b34ceac4516ff23a143e61d79d0fa7a4fbe5f266"
