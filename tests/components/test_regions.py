"""Providers of other regions, and what they must not know."""

from __future__ import annotations

import json

import pulumi
import pytest

from components import regions
from components.config.model import Routing
from tests.support import wire

LOCAL = Routing(region="ap-guangzhou", protocol="HTTP", cos_domain="http://cos.ap-guangzhou.myqcloud.com")


def of_singapore(routing: Routing) -> wire.Registered:
    def program() -> None:
        regions.provider("p", "ap-singapore", routing, pulumi.ResourceOptions())

    return wire.run(program).only("pulumi:providers:tencentcloud")


def test_a_provider_is_set_up_as_the_stacks_own_in_its_region() -> None:
    assert of_singapore(Routing(region="ap-guangzhou")).props == {"region": "ap-singapore"}
    assert of_singapore(LOCAL).props == {
        "region": "ap-singapore",
        "protocol": "HTTP",
        "cosDomain": "http://cos.ap-singapore.myqcloud.com",
    }


def test_no_key_of_the_environment_becomes_an_input(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_ID", "SECRET_KEY", "SECURITY_TOKEN"):
        monkeypatch.setenv(f"TENCENTCLOUD_{name}", "canary")
    assert "canary" not in json.dumps(of_singapore(LOCAL).props)
