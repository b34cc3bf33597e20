import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.localcloud.access.document import (
    Condition,
    Malformed,
    Statement,
    parse,
    parse_identity_policy,
    parse_resource_policy,
    parse_trust_policy,
)

OBJECTS = "qcs::cos:ap-guangzhou:uid/1250000000:rec-1250000000/*"
USER = "qcs::cam::uin/100000000001:uin/100000000100"


def document(**changes: object) -> str:
    statement = {"effect": "allow", "action": "name/cos:GetObject", "resource": OBJECTS, **changes}
    present = {name: value for name, value in statement.items() if value is not None}
    return json.dumps({"version": "2.0", "statement": present})


def test_single_values_stand_for_lists_of_one():
    listed = document(action=["name/cos:GetObject"], resource=[OBJECTS])
    assert (
        parse(document())
        == parse(listed)
        == (Statement(True, ("name/cos:GetObject",), (OBJECTS,), None, ()),)
    )


def test_keys_may_be_capitalised_and_a_sid_is_ignored():
    text = json.dumps(
        {
            "Version": "2.0",
            "Statement": [
                {
                    "Sid": "one",
                    "Effect": "Deny",
                    "Action": "*",
                    "Resource": "*",
                    "Principal": {"qcs": [USER]},
                    "Condition": {"bool_equal": {"cos:Secure-Transport": False}},
                }
            ],
        }
    )
    condition = Condition("bool_equal", "cos:secure-transport", ("false",))
    assert parse(text) == (Statement(False, ("*",), ("*",), (USER,), (condition,)),)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "document"),
        ("{", "document"),
        ("[]", "document"),
        ('{"statement": []}', "version"),
        ('{"version": "1.0", "statement": [{}]}', "version"),
        ('{"version": "2.0"}', "statement"),
        ('{"version": "2.0", "statement": []}', "statement"),
        ('{"version": "2.0", "statement": ["x"]}', "statement"),
        (document(effect="maybe"), "effect"),
        (document(effect=None), "effect"),
        (document(action=None), "action"),
        (document(action=[]), "action"),
        (document(action={"a": 1}), "action"),
        (document(action="GetObject"), "action"),
        (document(resource={}), "resource"),
        (document(principal="somebody"), "principal"),
        (document(principal={}), "principal"),
        (document(principal={"aws": "x"}), "principal"),
        (document(principal={"qcs": []}), "principal"),
        (document(condition="x"), "condition"),
        (document(condition={"ip_equal": "x"}), "condition"),
        (document(notaction="x"), "statement"),
        ("[" * 100_000, "document"),
    ],
)
def test_what_is_wrong_is_named(text, where):
    with pytest.raises(Malformed) as malformed:
        parse(text)
    assert malformed.value.where == where


def test_an_identity_policy_has_resources_and_no_principal():
    assert parse_identity_policy(document())
    for text, where in (
        (document(resource=None), "resource"),
        (document(resource="rec-1250000000/*"), "resource"),
        (document(principal={"qcs": USER}), "principal"),
    ):
        with pytest.raises(Malformed) as malformed:
            parse_identity_policy(text)
        assert malformed.value.where == where


def test_a_resource_policy_has_resources_and_principals():
    assert parse_resource_policy(document(principal={"qcs": [USER]}))
    assert parse_resource_policy(document(principal="*"))[0].principals == ("*",)
    for text, where in ((document(), "principal"), (document(principal="*", resource=None), "resource")):
        with pytest.raises(Malformed) as malformed:
            parse_resource_policy(text)
        assert malformed.value.where == where


def test_a_trust_document_has_principals_and_no_resources():
    service = {"service": "gamemedia.gme.cloud.tencent.com"}
    assert parse_trust_policy(document(principal=service, resource=None))[0].principals == (
        "gamemedia.gme.cloud.tencent.com",
    )
    for text, where in ((document(resource=None), "principal"), (document(principal=service), "resource")):
        with pytest.raises(Malformed) as malformed:
            parse_trust_policy(text)
        assert malformed.value.where == where


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["version", "statement", "effect", "action", "resource", "principal", "condition"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_is_parsed_or_refused(value):
    with suppress(Malformed):
        assert parse(json.dumps(value))
