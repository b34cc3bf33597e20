"""STS (2018-08-13): who am I, and credentials for a while."""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote

from gme_recording.localcloud.access.document import Malformed, parse_identity_policy
from gme_recording.localcloud.access.evaluate import trusts
from gme_recording.localcloud.clock import job
from gme_recording.localcloud.identity import Account, Key, Kind, Principal, new_secret_id, new_secret_key
from gme_recording.localcloud.refusal import Refusal
from gme_recording.localcloud.services.cam.model import IdentityProvider, Role
from gme_recording.localcloud.services.sts.routes import STS

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call
    from gme_recording.localcloud.signatures.identity_token import Identity

OWNER_LIMIT = timedelta(hours=2)
USER_LIMIT = timedelta(hours=36)
REMEMBERED = timedelta(days=1)
"""How long credentials that are over are known as such."""

PARAM_ERROR = Refusal("InvalidParameter.ParamError", "{parameter} is invalid.")
OVER_TIME = Refusal("InvalidParameter.OverTimeError", "DurationSeconds must be from 1 to {limit}.")
POLICY_INVALID = Refusal("InvalidParameter.StrategyInvalid", "The policy is invalid: {problem}.")
ROLE_NOT_FOUND = Refusal("ResourceNotFound.RoleNotFound", "The role does not exist.")
NOT_TRUSTED = Refusal("UnauthorizedOperation", "The role {role} does not trust the caller.")
TOKEN_ERROR = Refusal("InvalidParameter.WebIdentityTokenError", "The token is refused: {problem}.")
TEMPORARY_NOT_ALLOWED = Refusal(
    "FailedOperation.TempKeyNotAllowed", "Temporary keys cannot make further ones."
)

_ROLE_ARN = re.compile(
    r"qcs::cam::uin/(?P<owner>\d+):(?P<by>roleName|role|roleId)/(?:tencentcloudServiceRole/)?(?P<name>[^/]+)"
)
_SESSION_NAME = re.compile(r"[A-Za-z0-9_=,.@-]{2,128}")


def _on_role(call: Call, *, role_arn: str, **_: object) -> list[str]:  # noqa: ARG001 - shape of every `on`
    return [role_arn]


def _on_caller(call: Call, **_: object) -> list[str]:
    return [f"qcs::sts::uin/{call.principal.owner_uin}:*"]


@STS.operation("GetCallerIdentity", rate=20)
def get_caller_identity(call: Call) -> dict[str, object]:
    """Everyone may ask."""
    who = call.principal
    if who.kind is Kind.ROLE:
        role = call.store.find(Role, owner_uin=who.owner_uin, name=who.role)
        identity = str(role.role_id) if role else ""
        return {
            "Arn": f"qcs::sts::uin/{who.owner_uin}:assumed-role/{who.role}",
            "AccountId": who.owner_uin,
            "UserId": f"{identity}:{who.role}",
            "PrincipalId": identity,
            "Type": "CAMRole",
        }
    return {
        "Arn": f"qcs::cam::uin/{who.owner_uin}:uin/{who.uin}",
        "AccountId": who.owner_uin,
        "UserId": who.uin,
        "PrincipalId": who.uin,
        "Type": "RootAccount" if who.kind is Kind.OWNER else "CAMUser",
    }


@STS.operation(
    "AssumeRole",
    on=_on_role,
    refuses=(PARAM_ERROR, ROLE_NOT_FOUND, NOT_TRUSTED, OVER_TIME, POLICY_INVALID),
    rate=600,
)
def assume_role(
    call: Call,
    *,
    role_arn: str,
    role_session_name: str,
    duration_seconds: int = 7200,
    policy: str = "",
) -> dict[str, object]:
    """The role must trust the caller, and the caller's own policies must allow the call."""
    if not _SESSION_NAME.fullmatch(role_session_name):
        raise PARAM_ERROR(parameter="RoleSessionName")
    role = _role(call, role_arn)
    if not trusts(role.trust, call.principal, call.facts()):
        raise NOT_TRUSTED(role=role.name)
    duration = _duration(duration_seconds, timedelta(seconds=role.session_seconds))
    principal = Principal(
        Kind.ROLE,
        role.owner_uin,
        call.principal.appid,
        role=role.name,
        session_policy=_session_policy(policy) if policy else "",
    )
    return _credentials(call, principal, duration)


@STS.operation(
    "AssumeRoleWithWebIdentity",
    refuses=(PARAM_ERROR, ROLE_NOT_FOUND, TOKEN_ERROR, NOT_TRUSTED, OVER_TIME),
    rate=20,
)
def assume_role_with_web_identity(
    call: Call,
    *,
    provider_id: str,
    web_identity_token: str,
    role_arn: str,
    role_session_name: str,
    duration_seconds: int = 7200,
) -> dict[str, object]:
    """For the bearer of a token: the role must trust its provider, by its issuer, audience and subject."""
    if not _SESSION_NAME.fullmatch(role_session_name):
        raise PARAM_ERROR(parameter="RoleSessionName")
    role = _role(call, role_arn)
    identity = _identity(call, role.owner_uin, provider_id, web_identity_token)
    facts = {
        **call.facts(),
        "oidc:iss": identity.issuer,
        "oidc:aud": identity.audience,
        "oidc:sub": identity.subject,
    }
    if not trusts(role.trust, Principal(Kind.FEDERATED, role.owner_uin, provider=provider_id), facts):
        raise NOT_TRUSTED(role=role.name)
    account = call.store.find(Account, owner_uin=role.owner_uin)
    assert account is not None, f"no account {role.owner_uin}"
    duration = _duration(duration_seconds, timedelta(seconds=role.session_seconds))
    return _credentials(call, Principal(Kind.ROLE, role.owner_uin, account.appid, role=role.name), duration)


@STS.operation(
    "GetFederationToken",
    on=_on_caller,
    refuses=(PARAM_ERROR, OVER_TIME, POLICY_INVALID, TEMPORARY_NOT_ALLOWED),
    rate=600,
)
def get_federation_token(
    call: Call, *, name: str, policy: str, duration_seconds: int = 1800
) -> dict[str, object]:
    """What the policy allows of what the caller may do."""
    who = call.principal
    if who.kind is Kind.ROLE or who.session_policy:
        raise TEMPORARY_NOT_ALLOWED()
    if not name:
        raise PARAM_ERROR(parameter="Name")
    duration = _duration(duration_seconds, OWNER_LIMIT if who.kind is Kind.OWNER else USER_LIMIT)
    session = Principal(who.kind, who.owner_uin, who.appid, who.uin, session_policy=_session_policy(policy))
    return _credentials(call, session, duration)


def _identity(call: Call, owner_uin: str, provider_id: str, token: str) -> Identity:
    from gme_recording.localcloud.signatures import identity_token  # noqa: PLC0415 - loads slowly

    provider = call.store.find(IdentityProvider, owner_uin=owner_uin, name=provider_id)
    if provider is None:
        raise PARAM_ERROR(parameter="ProviderId")
    keys = identity_token.public_keys(provider.keys)
    issuer = identity_token.Issuer(provider.url, provider.client_ids, keys)
    try:
        return identity_token.verify(token, issuer, call.now)
    except identity_token.Invalid as invalid:
        raise TOKEN_ERROR(problem=invalid) from None


def _role(call: Call, arn: str) -> Role:
    found = _ROLE_ARN.fullmatch(arn)
    if found is None:
        raise PARAM_ERROR(parameter="RoleArn")
    roles = call.store.select(Role, owner_uin=found["owner"])
    for role in roles:
        if found["name"] == (role.name if found["by"] == "roleName" else str(role.role_id)):
            return role
    raise ROLE_NOT_FOUND()


def _duration(seconds: int, limit: timedelta) -> timedelta:
    if not 1 <= seconds <= limit.total_seconds():
        raise OVER_TIME(limit=int(limit.total_seconds()))
    return timedelta(seconds=seconds)


def _session_policy(text: str) -> str:
    """Clients send it as it is or percent-encoded."""
    document = text if text.lstrip().startswith("{") else unquote(text)
    try:
        parse_identity_policy(document)
    except Malformed as malformed:
        raise POLICY_INVALID(problem=malformed) from None
    return document


def _credentials(call: Call, principal: Principal, duration: timedelta) -> dict[str, object]:
    expires: datetime = call.now + duration
    key = Key(
        secret_id=new_secret_id(),
        secret_key=new_secret_key(),
        kind=principal.kind,
        owner_uin=principal.owner_uin,
        appid=principal.appid,
        uin=principal.uin,
        role=principal.role,
        token=os.urandom(48).hex(),
        session_policy=principal.session_policy,
        expires=expires,
        created=call.now,
    )
    call.store.add(key)
    call.later(duration + REMEMBERED, "sts.forget-credentials", key.secret_id)
    return {
        "Credentials": {"Token": key.token, "TmpSecretId": key.secret_id, "TmpSecretKey": key.secret_key},
        "ExpiredTime": int(expires.timestamp()),
        "Expiration": f"{expires:%Y-%m-%dT%H:%M:%SZ}",
    }


@job("sts.forget-credentials")
def _forget(call: Call, secret_id: str) -> None:
    if key := call.find_key(secret_id):
        call.store.delete(key)
