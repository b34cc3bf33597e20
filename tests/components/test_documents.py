from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import documents
from gme_recording.localcloud.access.evaluate import Question, decide
from gme_recording.localcloud.identity import Kind, Principal

BUCKET = ("ap-guangzhou", "1250000000", "voice-1250000000")
ALL = {
    "tls_only": documents.tls_only(*BUCKET),
    "networks": documents.bucket_policy(*BUCKET, "100000000001", ["203.0.113.0/24", "198.51.100.7/32"]),
}


def statements(document: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(document)["statement"]
    return found


def test_whoever_comes_without_tls_is_denied() -> None:
    assert json.loads(ALL["tls_only"]) == {
        "version": "2.0",
        "statement": [
            {
                "effect": "deny",
                "principal": {"qcs": ["qcs::cam::anyone:anyone"]},
                "action": ["*"],
                "resource": ["qcs::cos:ap-guangzhou:uid/1250000000:voice-1250000000/*"],
                "condition": {"bool_equal": {"cos:secure-transport": "false"}},
            }
        ],
    }


@pytest.mark.parametrize("document", ALL.values(), ids=ALL)
def test_documents_come_back_from_the_provider_as_they_went(document: str) -> None:
    assert "Sid" not in document
    assert document == json.dumps(json.loads(document), sort_keys=True, separators=(",", ":"))
    for statement in statements(document):
        assert isinstance(statement["resource"], list)
        assert all(resource.count(":") >= 5 for resource in statement["resource"]), "six parts"
        assert all(key == key.lower() for key in statement)


@pytest.mark.parametrize(("secure", "expected"), [("true", True), ("false", False)])
@pytest.mark.parametrize("path", ["", "1400000001_room/file_audio.mp3"])
def test_not_even_the_owner_comes_in_without_tls(path: str, secure: str, expected: bool) -> None:
    owner = Principal(kind=Kind.OWNER, appid="1250000000", owner_uin="100000000001", uin="100000000001")
    resource = f"qcs::cos:ap-guangzhou:uid/1250000000:voice-1250000000/{path}"
    question = Question(owner, "cos:GetObject", resource, {"cos:secure-transport": secure})
    assert decide(question, [], [ALL["tls_only"]]) is expected


OWNER = Principal(kind=Kind.OWNER, appid="1250000000", owner_uin="100000000001", uin="100000000001")
USER = Principal(kind=Kind.USER, appid="1250000000", owner_uin="100000000001", uin="100000000100")
GME = Principal(
    kind=Kind.ROLE, appid="1250000000", owner_uin="100000000001", role="GME_QCSLinkedRoleInGameMedia"
)
STRANGER = Principal(kind=Kind.ANONYMOUS)
EVERYTHING = '{"version":"2.0","statement":[{"effect":"allow","action":["*"],"resource":["*"]}]}'
INSIDE, OUTSIDE = "203.0.113.9", "192.0.2.1"


def may(who: Principal, policy: str, address: str = INSIDE, *, secure: str = "true") -> bool:
    """Whether someone to whom CAM allows everything gets an object, after the bucket's policy."""
    resource = "qcs::cos:ap-guangzhou:uid/1250000000:voice-1250000000/1400000001_room/file_audio.mp3"
    facts = {"cos:secure-transport": secure, "qcs:ip": address}
    return decide(Question(who, "cos:PutObject", resource, facts), [EVERYTHING], [policy])


@pytest.mark.parametrize("policy", ALL.values(), ids=ALL)
@pytest.mark.parametrize("address", [INSIDE, OUTSIDE])
def test_gme_is_never_shut_out(policy: str, address: str) -> None:
    assert may(GME, policy, address)


@pytest.mark.parametrize("who", [OWNER, USER], ids=["owner", "user"])
def test_people_come_from_the_allowed_networks_only(who: Principal) -> None:
    assert may(who, ALL["networks"], INSIDE)
    assert may(who, ALL["networks"], "198.51.100.7")
    assert not may(who, ALL["networks"], OUTSIDE)
    assert may(who, ALL["tls_only"], OUTSIDE)


@pytest.mark.parametrize("policy", ALL.values(), ids=ALL)
@pytest.mark.parametrize("secure", ["true", "false"])
@pytest.mark.parametrize("address", [INSIDE, OUTSIDE])
def test_strangers_have_no_way_in(policy: str, secure: str, address: str) -> None:
    assert not may(STRANGER, policy, address, secure=secure)


@pytest.mark.parametrize("who", [OWNER, USER, GME], ids=["owner", "user", "gme"])
def test_an_allowed_network_is_no_way_around_tls(who: Principal) -> None:
    assert not may(who, ALL["networks"], INSIDE, secure="false")


def test_without_networks_the_policy_stays_what_it_was() -> None:
    assert documents.bucket_policy(*BUCKET) == documents.tls_only(*BUCKET)


@given(st.permutations(["203.0.113.0/24", "198.51.100.7/32", "2001:db8::/32"]))
def test_equal_networks_are_an_equal_text(networks: list[str]) -> None:
    assert documents.bucket_policy(*BUCKET, "1", networks) == documents.bucket_policy(
        *BUCKET, "1", sorted(networks)
    )
