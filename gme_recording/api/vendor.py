"""The vendor's SDKs, loaded when first used; the only place that knows how they are built and called."""

from __future__ import annotations

import importlib
import logging
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from gme_recording.api.endpoints import authorities, root_domain
from gme_recording.api.errors import UNREADABLE, ApiError, vendor_errors
from gme_recording.api.rate import LIMITER
from gme_recording.api.retry import Repeat, retry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gme_recording.api.endpoints import Cloud

TIMEOUT = (3.05, 15.0)
"""Seconds to connect, seconds between two parts of an answer."""
_CLIENTS = {
    "gme": ("tencentcloud.gme.v20180711.gme_client", "GmeClient"),
    "cam": ("tencentcloud.cam.v20190116.cam_client", "CamClient"),
    "sts": ("tencentcloud.sts.v20180813.sts_client", "StsClient"),
    "tag": ("tencentcloud.tag.v20180813.tag_client", "TagClient"),
}


class Service:
    """One service of API 3.0 behind the client class of its own SDK package."""

    def __init__(self, cloud: Cloud, name: str) -> None:
        self._cloud = cloud
        self._name = name
        self._lock = threading.Lock()
        self._client: Any = None

    def call(self, action: str, parameters: Mapping[str, Any], repeat: Repeat) -> Mapping[str, Any]:
        """Call an action and return what is inside `Response`; raises ApiError."""
        return retry(partial(self._attempt, action, parameters), repeat)

    def _attempt(self, action: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        LIMITER.wait(f"{self._name}.{action}", self._cloud.url or self._cloud.credentials.secret_id)
        with vendor_errors(action, self._cloud.url):
            try:
                answer = self._sdk().call_json(action, dict(parameters))["Response"]
            except (ValueError, KeyError, TypeError):
                raise ApiError(UNREADABLE, "the answer is not the API's", action=action) from None
        if error := answer.get("Error"):  # the SDK looks for errors in some content types only
            request_id = answer.get("RequestId", "")
            raise ApiError(error["Code"], error["Message"], action=action, request_id=request_id)
        result: Mapping[str, Any] = answer
        return result

    def _sdk(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = _api3_client(self._cloud, self._name)
            return self._client


def _api3_client(cloud: Cloud, name: str) -> Any:
    from tencentcloud.common.credential import Credential  # noqa: PLC0415
    from tencentcloud.common.profile.client_profile import ClientProfile  # noqa: PLC0415
    from tencentcloud.common.profile.http_profile import HttpProfile  # noqa: PLC0415

    _silence("tencentcloud_sdk_common")
    module, client = _CLIENTS[name]
    who = cloud.credentials
    http = HttpProfile(
        protocol=cloud.scheme,
        proxy=cloud.url or None,
        rootDomain=root_domain() if not cloud.url else None,
        reqTimeout=TIMEOUT,
        keepAlive=True,
        certification=authorities(),
    )
    sdk = getattr(importlib.import_module(module), client)(
        Credential(who.secret_id, who.secret_key.reveal(), who.token.reveal() if who.token else None),
        cloud.region,
        ClientProfile(httpProfile=http, language="en-US"),
    )
    _send_at_once(sdk.request.conn._session, cloud)  # noqa: SLF001 - the SDK has no setting for it
    return sdk


def cos_client(cloud: Cloud) -> Any:
    """Return the COS SDK's client; it repeats nothing by itself."""
    from qcloud_cos import CosConfig, CosS3Client  # noqa: PLC0415
    from requests import Session  # noqa: PLC0415

    _silence("qcloud_cos")
    who = cloud.credentials
    settings = CosConfig(
        Region=cloud.region,
        SecretId=who.secret_id,
        SecretKey=who.secret_key.reveal(),
        Token=who.token.reveal() if who.token else None,
        Scheme=cloud.scheme,
        Proxies=cloud.proxies,
        Timeout=TIMEOUT,
        VerifySSL=authorities(),
    )
    session = Session()
    _send_at_once(session, cloud)
    return CosS3Client(settings, retry=0, session=session)


def _send_at_once(session: Any, cloud: Cloud) -> None:
    """To a proxy, urllib3 holds small packets back (Nagle): 40 ms for every request with a body."""
    from urllib3.connection import HTTPConnection  # noqa: PLC0415

    if cloud.url:
        options = HTTPConnection.default_socket_options
        session.get_adapter("http://").proxy_manager_for(cloud.url, socket_options=options)


def _silence(logger: str) -> None:
    """Both SDKs log whole requests, session tokens included, and print what they raise besides."""
    logging.getLogger(logger).setLevel(logging.CRITICAL)
