from __future__ import annotations

import pytest

from components import access, documents
from components.access import Access, AccessArgs
from components.config.model import AccessPolicy, Grant
from gme_recording.errors import ExitCode, UserError
from tests.support import wire

ARGS: AccessArgs = {
    "grant": Grant.CREATE,
    "policies": (AccessPolicy.RECORDER, AccessPolicy.READER),
    "owner_uin": "100000000001",
    "appid": "1250000000",
    "region": "ap-guangzhou",
    "bucket": "voice-1250000000",
    "biz_ids": [1400000001],
    "prefixes": ["1400000001_"],
}


def run(args: AccessArgs) -> wire.Wire:
    def program() -> None:
        Access("a", args)

    return wire.run(program)


def owner(appid: str, account: dict[str, str]) -> access.Owner:
    found: list[access.Owner] = []
    wire.run(lambda: found.append(access.owner(appid)), account={**wire.ACCOUNT, **account})
    return found[0]


def test_the_grant_is_the_service_linked_role_of_gme() -> None:
    sent = run(ARGS)
    assert sent.only("ServiceLinkedRole").props == {"qcsServiceNames": ["gamemedia.gme.cloud.tencent.com"]}
    assert sent.outputs[sent.named("a").urn] == {
        "role": "GME_QCSLinkedRoleInGameMedia",
        "roleId": "id-of-a-grant",
        "policyIds": {"recorder": "id-of-a-recorder", "reader": "id-of-a-reader"},
    }


def test_an_existing_grant_is_left_to_its_owner() -> None:
    sent = run({**ARGS, "grant": Grant.EXISTING, "policies": ()})
    assert [each.name for each in sent.registered] == ["a"]
    assert sent.outputs[sent.named("a").urn] == {
        "role": "GME_QCSLinkedRoleInGameMedia",
        "roleId": "",
        "policyIds": {},
    }


def test_policies_are_named_after_the_bucket() -> None:
    sent = run(ARGS)
    assert {each.props["name"]: each.props["document"] for each in sent.of_type("Policy")} == {
        "voice-1250000000-recorder": documents.recorder("100000000001", [1400000001]),
        "voice-1250000000-reader": documents.reader(
            "ap-guangzhou", "1250000000", "voice-1250000000", ["1400000001_"]
        ),
    }


def test_the_owner_is_the_main_account() -> None:
    found = owner("1250000000", {"uin": "100000000100", "ownerUin": "100000000001"})
    assert found == access.Owner("1250000000", "100000000001")


def test_credentials_of_another_account_are_refused_with_both_named() -> None:
    with pytest.raises(UserError) as raised:
        owner("1250000000", {"appId": "1259999999"})
    assert "1250000000" in raised.value.message
    assert "1259999999" in raised.value.message
    assert raised.value.exit_code is ExitCode.AUTH


def test_credentials_that_are_refused_are_a_line_for_people() -> None:
    with pytest.raises(
        UserError, match=r"^the account of the credentials could not be read: .*SecretIdNotFound"
    ):
        owner("1250000000", {"refused": "AuthFailure.SecretIdNotFound"})
