"""Bucket policies and access control lists: kept, given back, and obeyed."""

from __future__ import annotations

import json

import pytest

from gme_recording.localcloud.services.cos import grants
from tests.localcloud.services.cos.wire import ANONYMOUS, STRANGER, USER, Wire, code_of, tree_of

ANYONE = {"qcs": ["qcs::cam::anyone:anyone"]}
EVERYTHING = "qcs::cos:ap-guangzhou:uid/1250000000:rec-1250000000/*"


def policy(effect: str = "allow", action: str = "name/cos:GetObject", **more: object) -> str:
    statement = {"effect": effect, "principal": ANYONE, "action": [action], "resource": [EVERYTHING], **more}
    return json.dumps({"version": "2.0", "statement": [statement]}, indent=1)


def put_policy(wire: Wire, text: str) -> tuple[int, str]:
    return code_of(wire.send("PUT", query="policy", body=text))


def test_a_policy_comes_back_letter_by_letter(bucket: Wire) -> None:
    assert code_of(bucket.send("GET", query="policy")) == (404, "NoSuchBucketPolicy")
    text = policy().replace("{", "{ \n", 1)
    assert put_policy(bucket, text) == (200, "")
    assert bucket.send("GET", query="policy=").body == text.encode()
    assert bucket.send("DELETE", query="policy").status == 204
    assert bucket.send("DELETE", query="policy").status == 204
    assert code_of(bucket.send("GET", query="policy")) == (404, "NoSuchBucketPolicy")


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "[]",
        '{"version": "2.0"}',
        policy(effect="maybe"),
        policy(resource="here"),
        policy(action="*", condition={"string_equal": {"cos:prefix": "p/"}}),
        policy().replace('"principal"', '"other"'),
        policy(resource=[EVERYTHING.replace("*", "a" * 50 + str(number)) for number in range(40)]),
        "[" * 100_000,
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    ],
)
def test_a_policy_that_is_none_is_malformed(bucket: Wire, text: str) -> None:
    assert put_policy(bucket, text) == (400, "MalformedPolicy")


def test_a_condition_may_go_with_the_action_that_it_belongs_to(bucket: Wire) -> None:
    text = policy(action="name/cos:GetBucket", condition={"string_equal": {"cos:prefix": "p/"}})
    assert put_policy(bucket, text) == (200, "")


def test_an_empty_policy_is_a_missing_body(bucket: Wire) -> None:
    assert put_policy(bucket, "") == (400, "MissingRequestBodyError")


def test_a_policy_lets_strangers_in_and_a_denial_keeps_the_owner_out(bucket: Wire) -> None:
    bucket.put("a", b"hello")
    assert code_of(bucket.as_(ANONYMOUS).get("a")) == (403, "AccessDenied")
    put_policy(bucket, policy())
    assert bucket.as_(ANONYMOUS).get("a").body == b"hello"
    assert code_of(bucket.as_(ANONYMOUS).send("DELETE", "/a")) == (403, "AccessDenied")
    put_policy(bucket, policy("deny"))
    assert code_of(bucket.get("a")) == (403, "AccessDenied")
    assert bucket.send("DELETE", "/a").status == 204


def test_tls_only_spares_the_proxy_s_requests(bucket: Wire) -> None:
    put_policy(bucket, policy("deny", "*", condition={"bool_equal": {"cos:secure-transport": "false"}}))
    assert bucket.put("a").status == 200


def test_a_prefix_is_what_a_listing_is_about(bucket: Wire) -> None:
    put_policy(bucket, policy(action="name/cos:GetBucket", resource=[EVERYTHING.replace("*", "mine/*")]))
    stranger = bucket.as_(ANONYMOUS)
    assert stranger.send("GET", query="prefix=mine/").status == 200
    assert code_of(stranger.send("GET", query="prefix=theirs/")) == (403, "AccessDenied")
    assert code_of(stranger.send("GET")) == (403, "AccessDenied")


def test_a_user_without_policies_may_nothing(bucket: Wire) -> None:
    bucket.put("a")
    user = bucket.as_(USER)
    assert code_of(user.get("a")) == (403, "AccessDenied")
    assert code_of(user.send("HEAD")) == (403, "")
    put_policy(bucket, policy(principal={"qcs": [USER.qcs]}))
    assert user.get("a").status == 200


def test_copying_needs_the_right_to_read_the_source(bucket: Wire) -> None:
    bucket.put("secret", b"x")
    put_policy(bucket, policy(action="name/cos:PutObjectCopy", principal={"qcs": [USER.qcs]}))
    source = "rec-1250000000.cos.ap-guangzhou.myqcloud.com/secret"
    assert code_of(bucket.as_(USER).send("PUT", "/copy", x_cos_copy_source=source)) == (403, "AccessDenied")


def test_one_key_that_may_not_go_keeps_the_batch(bucket: Wire) -> None:
    bucket.put("mine/a")
    bucket.put("theirs/a")
    put_policy(
        bucket, policy(action="name/cos:DeleteMultipleObjects", resource=[EVERYTHING.replace("*", "mine/*")])
    )
    body = "<Delete><Object><Key>mine/a</Key></Object>{}</Delete>"
    both = body.format("<Object><Key>theirs/a</Key></Object>")
    stranger = bucket.as_(ANONYMOUS)
    assert code_of(stranger.send("POST", query="delete", body=both)) == (403, "AccessDenied")
    assert stranger.send("POST", query="delete", body=body.format("")).status == 200
    assert bucket.keys() == ["theirs/a"]


@pytest.mark.parametrize(
    ("acl", "reads", "writes"),
    [("private", 403, 403), ("public-read", 200, 403), ("public-read-write", 200, 200)],
)
def test_a_canned_list_says_what_anyone_may(bucket: Wire, acl: str, reads: int, writes: int) -> None:
    bucket.put("a")
    for name in ("x_cos_acl", "x_amz_acl"):
        assert bucket.send("PUT", query="acl", **{name: acl}).status == 200
        stranger = bucket.as_(ANONYMOUS)
        assert [stranger.get("a").status, stranger.send("GET").status] == [reads, reads]
        assert stranger.send("PUT", "/b", body="x").status == writes
        assert stranger.send("GET", query="acl").status == 403


def test_an_object_s_own_list_stands_in_place_of_the_bucket_s(bucket: Wire) -> None:
    bucket.send("PUT", query="acl", x_cos_acl="public-read")
    bucket.put("secret", x_cos_acl="private")
    bucket.put("open", x_cos_acl="public-read")
    bucket.put("default", x_cos_acl="default")
    bucket.send("PUT", query="acl", x_cos_acl="private")
    found = {key: bucket.as_(ANONYMOUS).get(key).status for key in ("secret", "open", "default")}
    assert found == {"secret": 403, "open": 200, "default": 403}
    bucket.send("PUT", "/secret", "acl", x_cos_acl="public-read")
    assert bucket.as_(ANONYMOUS).get("secret").status == 200


def test_a_grant_is_to_one_account(bucket: Wire) -> None:
    bucket.put("a")
    bucket.send("PUT", query="acl", x_cos_grant_read='id="100000000002"')
    assert bucket.as_(STRANGER).get("a").status == 200
    assert code_of(bucket.as_(ANONYMOUS).get("a")) == (403, "AccessDenied")
    assert code_of(bucket.as_(STRANGER).send("DELETE", "/a")) == (403, "AccessDenied")


def grantees(wire: Wire) -> list[tuple[str, str]]:
    entries = tree_of(wire.send("GET", query="acl")).find("AccessControlList")
    assert entries is not None
    found = [(grant.find("Grantee"), grant.value("Permission")) for grant in entries.children]
    return [(who.value("ID") + who.value("URI"), permission) for who, permission in found if who]


def test_a_document_says_the_same_as_headers(bucket: Wire) -> None:
    owner = ("qcs::cam::uin/100000000001:uin/100000000001", "FULL_CONTROL")
    expected = [
        owner,
        (grants.ALL_USERS, "READ"),
        ("qcs::cam::uin/100000000002:uin/100000000002", "WRITE_ACP"),
    ]
    bucket.send(
        "PUT",
        query="acl",
        x_cos_grant_read=f'uri="{grants.ALL_USERS}"',
        x_cos_grant_write_acp='id="100000000002"',
    )
    assert grantees(bucket) == expected
    document = bucket.send("GET", query="acl").body
    bucket.send("PUT", query="acl", x_cos_acl="private")
    assert grantees(bucket) == [owner]
    assert bucket.send("PUT", query="acl", body=document).status == 200
    assert grantees(bucket) == expected


@pytest.mark.parametrize(
    "headers",
    [{"x_cos_acl": "everyone"}, {"x_cos_grant_read": "100000000002"}, {"x_cos_grant_read": 'id="somebody"'}],
)
def test_a_list_that_names_nobody_is_refused(bucket: Wire, headers: dict[str, str]) -> None:
    assert code_of(bucket.send("PUT", query="acl", **headers)) == (400, "InvalidArgument")


def test_a_list_has_100_grants_at_most(bucket: Wire) -> None:
    ids = ", ".join(f'id="{number}"' for number in range(101))
    assert code_of(bucket.send("PUT", query="acl", x_cos_grant_read=ids)) == (400, "InvalidArgument")
