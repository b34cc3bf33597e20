from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.errors import UserError
from providers.tencentcloud import documents
from providers.tencentcloud.cos.names import bucket_name

STATEMENT = {"effect": "allow", "action": ["name/cos:GetObject"], "resource": ["*"]}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=10,
)


def document(**changes: object) -> str:
    return json.dumps({"version": "2.0", "statement": [STATEMENT | changes]})


@given(JSON)
def test_white_space_and_the_order_of_keys_are_no_difference(value):
    assert documents.same(json.dumps(value), json.dumps(value, sort_keys=True, indent=3))
    assert documents.same(json.dumps(value), documents.canonical(value)) or "Statement" in json.dumps(value)


def test_lists_and_words_are_compared_as_they_are():
    assert not documents.same(document(action=["a", "b"]), document(action=["b", "a"]))
    assert not documents.same(document(action=["a"]), document(action="a"))
    assert not documents.same(document(effect="allow"), document(effect="Allow"))
    assert not documents.same(None, document())
    assert documents.same("not JSON", "not JSON")


def test_a_bucket_s_policy_is_kept_compact_and_without_sid():
    given_ = {"version": "2.0", "Statement": [{"Sid": "x", "Effect": "Allow <&>"}]}
    kept = '{"Statement":[{"Effect":"Allow \\u003c\\u0026\\u003e"}],"version":"2.0"}'
    assert documents.canonical(given_) == kept
    assert '"Sid":"x"' in documents.canonical({"statement": [{"Sid": "x"}]})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "is not JSON"),
        ("[]", "`statement` must be a list"),
        ('{"statement": {}}', "`statement` must be a list"),
        ('{"statement": ["all"]}', "every statement must be an object"),
        (document(principal="*"), "`principal` must be an object"),
        (document(principal={"qcs": "anyone"}), "`principal.qcs` must be a list"),
        (document(resource="*"), "`resource` must be a list"),
        (document(action=7), "`action` must be a text or a list"),
    ],
)
def test_documents_the_official_provider_refuses_are_refused(text, problem):
    with pytest.raises(UserError, match=problem):
        documents.require_acceptable(text)


def test_an_acceptable_document_passes():
    documents.require_acceptable(document(principal={"qcs": ["qcs::cam::anyone:anyone"]}))
    documents.require_acceptable(document(action="name/cos:*"))


@given(st.from_regex(r"[a-z0-9]([a-z0-9-]{0,40}[a-z0-9])?-[0-9]{10}", fullmatch=True))
def test_full_bucket_names_pass(name):
    assert list(bucket_name("bucket", name)) == []


@pytest.mark.parametrize(
    "name", ["", "rec", "Rec-1250000000", "-rec-1250000000", "rec-125000000", "r\n-1250000000"]
)
def test_other_bucket_names_do_not(name):
    assert list(bucket_name("bucket", name))
