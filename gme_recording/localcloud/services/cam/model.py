"""What CAM keeps: users, roles, policies, and what is attached to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from gme_recording.localcloud.identity import Kind, Principal
from gme_recording.localcloud.store import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gme_recording.localcloud.store import Store

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Counter(Record):
    """Numbers are never given twice, as with the vendor."""

    KEY = ("name",)
    name: str
    last: int


@dataclass(frozen=True, slots=True)
class User(Record):
    KEY = ("uin",)
    SINCE = "created"
    uin: int
    uid: int
    owner_uin: str
    name: str
    created: datetime
    remark: str = ""
    console_login: bool = False
    phone_num: str = ""
    country_code: str = ""
    email: str = ""

    @property
    def entity(self) -> str:
        return f"user/{self.uin}"


@dataclass(frozen=True, slots=True)
class Role(Record):
    KEY = ("role_id",)
    SINCE = "created"
    role_id: int
    """Decimal text in some calls, a number in others; fits 64 bits with sign."""
    owner_uin: str
    name: str
    trust: str
    """JSON document: who may assume it."""
    created: datetime
    updated: datetime
    description: str = ""
    console_login: bool = False
    session_seconds: int = 7200
    """Longest session."""
    service_linked: bool = False
    deletion_task: str = ""

    @property
    def entity(self) -> str:
        return f"role/{self.role_id}"

    @property
    def arn(self) -> str:
        path = "tencentcloudServiceRole/" if self.service_linked else ""
        return f"qcs::cam::uin/{self.owner_uin}:roleName/{path}{self.name}"


@dataclass(frozen=True, slots=True)
class Policy(Record):
    KEY = ("policy_id",)
    SINCE = "created"
    policy_id: int
    owner_uin: str
    """Empty for the vendor's preset policies."""
    name: str
    document: str
    created: datetime
    updated: datetime
    description: str = ""
    service_linked: bool = False

    @property
    def preset(self) -> bool:
        return not self.owner_uin


@dataclass(frozen=True, slots=True)
class PolicyVersion(Record):
    """A document that a policy had, has, or may get; `Policy.document` is that of its default version."""

    KEY = ("policy_id", "number")
    SINCE = "created"
    policy_id: int
    number: int
    document: str
    created: datetime
    default: bool


@dataclass(frozen=True, slots=True)
class Attachment(Record):
    KEY = ("entity", "policy_id")
    SINCE = "at"
    entity: str
    """`role/<id>` or `user/<uin>`."""
    policy_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Deletion(Record):
    """A service-linked role is deleted in its own time."""

    KEY = ("task_id",)
    task_id: str
    role_id: int
    status: str


@dataclass(frozen=True, slots=True)
class IdentityProvider(Record):
    """Who issues tokens (OpenID Connect) that roles may trust."""

    KEY = ("owner_uin", "name")
    owner_uin: str
    name: str
    url: str
    """The tokens' `iss`."""
    client_ids: tuple[str, ...]
    """One of them is the tokens' `aud`."""
    keys: str
    """JWKS in Base64."""
    description: str = ""
    rotates: int = 0


RECORDS = (Counter, User, Role, Policy, PolicyVersion, Attachment, Deletion, IdentityProvider)


def next_number(store: Store, name: str, first: int) -> int:
    counter = store.find(Counter, name=name)
    return store.put(Counter(name, counter.last + 1 if counter else first)).last


def attached_to(store: Store, entity: str) -> list[tuple[Policy, Attachment]]:
    """The policies of a role or user, oldest attachment first."""
    found = sorted(store.select(Attachment, entity=entity), key=lambda attachment: attachment.at)
    policies = {attachment: store.find(Policy, policy_id=attachment.policy_id) for attachment in found}
    return [(policy, attachment) for attachment, policy in policies.items() if policy]


def attach(store: Store, entity: str, policy: Policy, at: datetime) -> None:
    """Attaching twice is attaching once."""
    if not store.find(Attachment, entity=entity, policy_id=policy.policy_id):
        store.add(Attachment(entity, policy.policy_id, at))


def forget(store: Store, record: User | Role) -> None:
    """Delete it with its attachments."""
    for attachment in store.select(Attachment, entity=record.entity):
        store.delete(attachment)
    store.delete(record)


def identity_policies(store: Store, principal: Principal) -> Sequence[str]:
    """The documents attached to a principal; a role that is gone has none, and may so do nothing."""
    if principal.kind is Kind.ROLE:
        role = store.find(Role, owner_uin=principal.owner_uin, name=principal.role)
        entity = role.entity if role else ""
    elif principal.kind is Kind.USER:
        entity = f"user/{principal.uin}"
    else:
        return ()
    return [policy.document for policy, _ in attached_to(store, entity)]


def page_of(items: Sequence[Item], page: int, rows: int) -> Sequence[Item]:
    """The vendor counts pages from 1."""
    start = (page - 1) * rows
    return items[start : start + rows]
