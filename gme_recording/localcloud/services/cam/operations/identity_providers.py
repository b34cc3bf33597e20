"""Identity providers (OpenID Connect) whose tokens roles may trust, see STS's AssumeRoleWithWebIdentity."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gme_recording.localcloud.services.cam.errors import (
    IDENTITY_KEY_ERROR,
    IDENTITY_NAME_ERROR,
    IDENTITY_NAME_IN_USE,
    IDENTITY_NOT_EXIST,
    IDENTITY_URL_ERROR,
    INVALID_NAME,
)
from gme_recording.localcloud.services.cam.model import IdentityProvider
from gme_recording.localcloud.services.cam.routes import CAM

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call

OF_ROLES, ENABLED = 11, 11
"""ProviderType and Status of DescribeOIDCConfig."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_WRONG = (IDENTITY_KEY_ERROR, IDENTITY_URL_ERROR, INVALID_NAME)


def _on_provider(call: Call, *, name: str, **_: object) -> list[str]:
    return [f"qcs::cam::uin/{call.principal.owner_uin}:oidc-provider/{name}"]


@CAM.operation(
    "CreateOIDCConfig",
    on=_on_provider,
    refuses=(IDENTITY_NAME_ERROR, IDENTITY_NAME_IN_USE, *_WRONG),
    rate=20,
)
def create_oidc_config(  # noqa: PLR0913 - the vendor's parameters
    call: Call,
    *,
    identity_url: str,
    client_id: list[str],
    name: str,
    identity_key: str,
    description: str = "",
    auto_rotate_key: int = 0,
) -> None:
    """Keys are those that are given: the local cloud calls nobody to renew them."""
    if not _NAME.fullmatch(name):
        raise IDENTITY_NAME_ERROR()
    if _found(call, name):
        raise IDENTITY_NAME_IN_USE()
    provider = IdentityProvider(
        call.principal.owner_uin,
        name,
        identity_url,
        tuple(client_id),
        identity_key,
        description,
        auto_rotate_key,
    )
    call.store.add(_checked(provider))


@CAM.operation("DescribeOIDCConfig", on=_on_provider, refuses=(IDENTITY_NOT_EXIST,), rate=20)
def describe_oidc_config(call: Call, *, name: str) -> dict[str, object]:
    provider = _provider(call, name)
    return {
        "ProviderType": OF_ROLES,
        "IdentityUrl": provider.url,
        "IdentityKey": provider.keys,
        "ClientId": provider.client_ids,
        "Status": ENABLED,
        "Description": provider.description,
        "Name": provider.name,
        "AutoRotateKey": provider.rotates,
    }


@CAM.operation("UpdateOIDCConfig", on=_on_provider, refuses=(IDENTITY_NOT_EXIST, *_WRONG), rate=20)
def update_oidc_config(  # noqa: PLR0913 - the vendor's parameters
    call: Call,
    *,
    identity_url: str,
    client_id: list[str],
    name: str,
    identity_key: str,
    description: str = "",
    auto_rotate_key: int = 0,
) -> None:
    owner = _provider(call, name).owner_uin
    provider = IdentityProvider(
        owner, name, identity_url, tuple(client_id), identity_key, description, auto_rotate_key
    )
    call.store.put(_checked(provider))


@CAM.operation("DeleteOIDCConfig", on=_on_provider, refuses=(IDENTITY_NOT_EXIST,), rate=20)
def delete_oidc_config(call: Call, *, name: str) -> None:
    call.store.delete(_provider(call, name))


def _found(call: Call, name: str) -> IdentityProvider | None:
    return call.store.find(IdentityProvider, owner_uin=call.principal.owner_uin, name=name)


def _provider(call: Call, name: str) -> IdentityProvider:
    provider = _found(call, name)
    if provider is None:
        raise IDENTITY_NOT_EXIST()
    return provider


def _checked(provider: IdentityProvider) -> IdentityProvider:
    """An issuer is an https address without query, fragment and login (598/58323)."""
    from gme_recording.localcloud.signatures import identity_token  # noqa: PLC0415 - loads slowly

    try:
        url = urlsplit(provider.url)
    except ValueError:
        raise IDENTITY_URL_ERROR() from None
    if url.scheme != "https" or not url.hostname or set("?#@") & set(provider.url):
        raise IDENTITY_URL_ERROR()
    if not provider.client_ids:
        raise INVALID_NAME(parameter="ClientId")
    try:
        identity_token.public_keys(provider.keys)
    except identity_token.Invalid as invalid:
        raise IDENTITY_KEY_ERROR(problem=invalid) from None
    return provider
