"""Policies attached to a role and to a user of the local cloud."""

from __future__ import annotations

from typing import Any

import pytest

from gme_recording.api import pages
from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT, CloudKind
from gme_recording.api.endpoints import Cloud
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service
from tests.providers.tencentcloud.stack import Stack
from tests.providers.tencentcloud.test_local_cloud import CUSTOM_ROLE, POLICY, READER, TRUST
from tests.providers.wire import Json, Refused

TO_ROLE = "tencentcloud:Cam/rolePolicyAttachment:RolePolicyAttachment"
TO_USER = "tencentcloud:Cam/userPolicyAttachment:UserPolicyAttachment"


def call(action: str, **parameters: Any) -> Any:
    url = Cloud.connect(CloudKind.LOCAL, "ap-guangzhou").url
    cloud = Cloud(CloudKind.LOCAL, "ap-guangzhou", LOCAL_MAIN_ACCOUNT, url)
    return Service(cloud, "cam").call(action, parameters, Repeat.HARMFUL)


class Holder:
    """A role or a user, and a policy that can be attached to it."""

    def __init__(self, stack: Stack, token: str) -> None:
        self.policy_id = stack.create(POLICY, {"name": "voice-reader", "document": READER})["id"]
        if token == TO_ROLE:
            self.id = stack.create(CUSTOM_ROLE, {"name": "voice-worker", "document": TRUST})["id"]
            self.news: Json = {"roleId": self.id, "policyId": self.policy_id}
            self._detach = ("DetachRolePolicy", {"DetachRoleId": self.id})
            self._delete = ("DeleteRole", {"RoleId": self.id})
        else:
            self.id = "lin"
            uin = call("AddUser", Name=self.id)["Uin"]
            self.news = {"userName": self.id, "policyId": self.policy_id}
            self._detach = ("DetachUserPolicy", {"DetachUin": uin})
            self._delete = ("DeleteUser", {"Name": self.id, "Force": 1})

    def detach(self) -> None:
        action, parameters = self._detach
        call(action, PolicyId=int(self.policy_id), **parameters)

    def delete(self) -> None:
        action, parameters = self._delete
        call(action, **parameters)


@pytest.mark.parametrize("token", [TO_ROLE, TO_USER])
def test_an_attachment_lives_is_imported_and_is_gone(stack: Stack, token: str) -> None:
    holder = Holder(stack, token)
    made = stack.create(token, holder.news)
    assert made["id"] == f"{holder.id}#{holder.policy_id}"
    assert made["properties"]["policyName"] == "voice-reader"
    assert stack.diff(token, made, holder.news)["changes"] == "DIFF_NONE"
    assert stack.read(token, made, holder.news)["properties"] == made["properties"]
    found = stack.wire.call("Read", {"urn": stack.urn(token), "id": made["id"]})
    assert found["inputs"] == {"__defaults": [], **holder.news}
    for _ in range(2):
        stack.delete(token, made)
        assert "id" not in stack.read(token, made, holder.news)


@pytest.mark.parametrize("token", [TO_ROLE, TO_USER])
def test_what_was_detached_by_someone_else_is_attached_again(stack: Stack, token: str) -> None:
    holder = Holder(stack, token)
    made = stack.create(token, holder.news)
    holder.detach()
    assert "id" not in stack.read(token, made, holder.news)
    again = stack.create(token, holder.news)
    assert stack.read(token, again, holder.news)["id"] == made["id"]


@pytest.mark.parametrize("token", [TO_ROLE, TO_USER])
def test_an_attachment_ends_with_what_it_is_attached_to(stack: Stack, token: str) -> None:
    holder = Holder(stack, token)
    made = stack.create(token, holder.news)
    holder.detach()
    holder.delete()
    assert "id" not in stack.read(token, made, holder.news)
    stack.delete(token, made)


@pytest.mark.parametrize("token", [TO_ROLE, TO_USER])
def test_another_policy_is_another_attachment(stack: Stack, token: str) -> None:
    holder = Holder(stack, token)
    made = stack.create(token, holder.news)
    other = stack.create(POLICY, {"name": "voice-eraser", "document": READER})["id"]
    assert stack.diff(token, made, holder.news | {"policyId": other})["replaces"] == ["policyId"]


def test_what_cannot_be_attached_is_told(stack: Stack) -> None:
    holder = Holder(stack, TO_USER)
    with pytest.raises(Refused, match=r"ResourceNotFound\.UserNotExist"):
        stack.create(TO_USER, holder.news | {"userName": "nobody"})
    with pytest.raises(Refused, match="the policy is to be named by its number in CAM"):
        stack.create(TO_USER, holder.news | {"policyId": "voice-reader"})


def test_roles_beyond_the_first_page_are_found(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "ROWS", 2)
    news = [{"name": f"voice-worker-{number}", "document": TRUST} for number in range(5)]
    made = [stack.create(CUSTOM_ROLE, each) for each in news]
    for each, it in zip(news, made, strict=True):
        assert stack.read(CUSTOM_ROLE, it, each)["properties"]["name"] == each["name"]
