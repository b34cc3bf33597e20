"""The vendor's own client against a running local cloud."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.gme.v20180711 import models
from tencentcloud.gme.v20180711.gme_client import GmeClient

from gme_recording.localcloud.identity import Account, Key, Kind
from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.localcloud.services.console import account
from gme_recording.localcloud.services.gme.model import App, Member, Profile, Scope
from tests.localcloud.services.gme.world import BIZ_ID, BUCKET, REGION, START, an_owners_call

HOST = "gme.tencentcloudapi.com"
STRANGER = Key(
    "AKIDlocalStranger", "stranger-key", Kind.OWNER, "200000000002", "1250000002", uin="200000000002"
)
NOBODY = Key("AKIDlocalNobody", "nobody-key", Kind.USER, "100000000001", "1250000000", uin="100000000009")


class Gme:
    """Answers are plain JSON; a refusal is its code."""

    def __init__(self, cloud: RunningCloud, *, key: Key | None = None, host: str = HOST) -> None:
        self._credential = (
            Credential(key.secret_id, key.secret_key)
            if key
            else Credential(cloud.secret_id, cloud.secret_key)
        )
        transport = HttpProfile(protocol="http", endpoint=host, proxy=cloud.url)
        self._profile = ClientProfile(httpProfile=transport)
        self._client = GmeClient(self._credential, "ap-guangzhou", self._profile)

    def ask(self, action: str, **given: Any) -> dict[str, Any]:
        """Through the typed client: the SDK builds the request and reads the answer."""
        request = getattr(models, f"{action}Request")()
        request.from_json_string(json.dumps(given))
        answer: dict[str, Any] = json.loads(getattr(self._client, action)(request).to_json_string())
        assert answer.pop("RequestId")
        return answer

    def refusal(self, action: str, **given: Any) -> str:
        """Untyped, so that wrong parameters can be sent; empty if it was accepted."""
        client = CommonClient("gme", "2018-07-11", self._credential, "ap-guangzhou", self._profile)
        try:
            client.call_json(action, given)
        except TencentCloudSDKException as error:
            return str(error.get_code())
        return ""


def prepare(
    cloud: RunningCloud, *, scope: str = "custom", callback_url: str = "", guesses: Profile | None = None
) -> None:
    """Recording is on, user 7 is in room `room`, and there are two more keys."""

    def work(inner: Any) -> None:
        app = inner.store.find(App, biz_id=BIZ_ID)
        binding = {"bucket": BUCKET, "region": REGION, "callback_url": callback_url}
        inner.store.put(replace(app, recording=True, scope=Scope(scope), **binding))
        owner = an_owners_call(inner)
        account.grant(owner)
        account.create_bucket(owner, BUCKET, REGION)
        inner.store.add(Member(BIZ_ID, "room", "7", True, START))
        inner.store.add(Account(STRANGER.owner_uin, STRANGER.appid))
        inner.store.add(STRANGER)
        inner.store.add(NOBODY)
        if guesses:
            inner.store.put(guesses)

    cloud.run(work)
