"""The vendor's SDK against the local cloud, as its users set it up: real host names, the cloud as HTTP proxy.

An answer with a field that the SDK's model does not know is a warning, and so a failed test.
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from gme_recording.localcloud.assemble import SECRET_ID, SECRET_KEY
from gme_recording.localcloud.pytest_plugin import RunningCloud

MODULES = {"cam": "cam.v20190116", "sts": "sts.v20180813", "tag": "tag.v20180813"}


class Sdk:
    """`Sdk(cloud, "cam")("GetRole", RoleName="x")` is the answer without its request id."""

    def __init__(self, cloud: RunningCloud | str, service: str, credential: Credential | None = None) -> None:
        url = cloud if isinstance(cloud, str) else cloud.url
        module = MODULES[service]
        self._models = import_module(f"tencentcloud.{module}.models")
        client = getattr(import_module(f"tencentcloud.{module}.{service}_client"), f"{service.title()}Client")
        profile = ClientProfile(httpProfile=HttpProfile(protocol="http", proxy=url))
        own = Credential(SECRET_ID, SECRET_KEY)
        self._client = client(credential or own, "ap-guangzhou", profile)

    def __call__(self, action: str, **parameters: Any) -> dict[str, Any]:
        request = getattr(self._models, f"{action}Request")()
        request.from_json_string(json.dumps(parameters))
        answer: dict[str, Any] = json.loads(getattr(self._client, action)(request).to_json_string())
        assert answer.pop("RequestId")
        return answer
