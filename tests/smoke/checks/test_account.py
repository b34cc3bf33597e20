"""Whose key it is, and whether GME may write."""

from __future__ import annotations

import socket
from dataclasses import replace

from gme_recording import smoke
from gme_recording.api import Cam, Cloud, CloudKind, Secret
from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT
from tests.smoke.environment import NOTHING, Environment, eventually, found


def test_identity_finds_another_account(environment: Environment) -> None:
    report = smoke.run(environment.target(appid="1250000009"), environment.cloud)
    assert found(report, "identity") == "the key belongs to APPID 1250000000, declared is 1250000009"
    assert environment.leftovers() == NOTHING


def test_identity_finds_a_wrong_secret(environment: Environment) -> None:
    wrong = replace(environment.cloud.credentials, secret_key=Secret("canary-wrong-key"))
    report = smoke.run(environment.target(), replace(environment.cloud, credentials=wrong))
    assert "AuthFailure" in found(report, "identity")
    assert "TENCENTCLOUD_SECRET_KEY" in report.hint
    assert report.failure is not None
    assert report.failure.request_id
    assert "canary-wrong-key" not in smoke.render_text([report]) + str(smoke.to_json([report]))


def test_identity_finds_that_the_local_cloud_is_not_running(environment: Environment) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    nowhere = Cloud(CloudKind.LOCAL, "ap-guangzhou", LOCAL_MAIN_ACCOUNT, url)
    report = smoke.run(environment.target(), nowhere)
    assert f"the local cloud is not running at {url}" in found(report, "identity")
    assert report.hint == "gme-recording cloud start"


def test_grant_finds_a_missing_role(environment: Environment) -> None:
    role = "GME_QCSLinkedRoleInGameMedia"
    environment.cam("DeleteServiceLinkedRole", RoleName=role)
    assert eventually(lambda: Cam(environment.cloud).find_role(role) is None)
    report = environment.smoke(hurry=["file"])
    assert found(report, "grant") == "role GME_QCSLinkedRoleInGameMedia does not exist"
    assert "GME may not write" in report.cause


def test_grant_finds_a_role_made_by_hand(environment: Environment) -> None:
    document = (
        '{"version":"2.0","statement":[{"action":"name/sts:AssumeRole","effect":"allow",'
        '"principal":{"service":["gamemedia.gme.cloud.tencent.com"]}}]}'
    )
    environment.cam("CreateRole", RoleName="by-hand", PolicyDocument=document)
    report = smoke.run(environment.target(role="by-hand"), environment.cloud)
    assert found(report, "grant") == "role by-hand is not a service-linked role"
