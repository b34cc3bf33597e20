"""The provider's configuration; the stand-in serves the local cloud and refuses any other."""

from __future__ import annotations

from functools import partial

from gme_recording.api.credentials import CloudKind, Credentials, Secret
from gme_recording.api.endpoints import Cloud
from gme_recording.errors import UserError
from providers.kit.property import Property, one_of
from providers.kit.values import Values
from providers.tencentcloud.clients import Clients

DEFAULT_REGION = "ap-guangzhou"
"""The official provider's (facts: `region` without a value)."""

PROPERTIES = (
    Property(name="region"),
    Property(name="protocol", rules=(one_of("HTTP", "HTTPS"),)),
    Property(name="cosDomain"),
    Property(name="secretId"),
    Property(name="secretKey", secret=True),
    Property(name="securityToken", secret=True),
    Property(name="domain"),
    Property(name="version"),
)


def connect(configuration: Values) -> Clients:
    """Return the way to the local cloud; UserError if the configuration means another one."""
    elsewhere = {
        "protocol": configuration.get("protocol", "HTTP") != "HTTP",
        "cosDomain": not str(configuration.get("cosDomain") or "http://").startswith("http://"),
        "domain": bool(configuration.get("domain")),
    }
    if key := next((key for key, other in elsewhere.items() if other), None):
        raise _Refused(f"tencentcloud:{key} is {configuration[key]}")
    credentials = _credentials(configuration)
    if credentials and not credentials.local:
        raise _Refused(f"tencentcloud:secretId {credentials.secret_id} is not a key of the local cloud")
    region = str(configuration.get("region") or DEFAULT_REGION)
    return Clients(partial(_find, region, credentials), str(configuration.get("cosDomain") or ""))


class _Refused(UserError):
    def __init__(self, found: str) -> None:
        super().__init__(
            f"{found}: the stand-in provider serves the local cloud only",
            hint="deploy to Tencent Cloud with the official provider: pulumi up -s <stack>",
        )


def _credentials(configuration: Values) -> Credentials | None:
    secret_id, secret_key = configuration.get("secretId"), configuration.get("secretKey")
    if not secret_id or not secret_key:
        return None
    token = configuration.get("securityToken")
    return Credentials(str(secret_id), Secret(str(secret_key)), Secret(str(token)) if token else None)


def _find(region: str, credentials: Credentials | None) -> Cloud:
    cloud = Cloud.connect(CloudKind.LOCAL, region)
    return Cloud(cloud.kind, region, credentials or cloud.credentials, cloud.url)
