"""Who calls: accounts, keys and principals."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gme_recording.localcloud.store import Record


class Kind(StrEnum):
    ANONYMOUS = "anonymous"
    OWNER = "owner"
    """The main account: everything is allowed to it unless a policy denies it."""
    USER = "user"
    ROLE = "role"
    """A role, through temporary credentials or through a service that acts as it."""
    FEDERATED = "federated"
    """Somebody for whom an identity provider vouches."""


@dataclass(frozen=True, slots=True)
class Account(Record):
    KEY = ("owner_uin",)
    owner_uin: str
    appid: str


@dataclass(frozen=True, slots=True)
class Principal:
    kind: Kind
    owner_uin: str = ""
    appid: str = ""
    uin: str = ""
    """Of the user; for the main account its own; empty for a role."""
    role: str = ""
    """Name of the role."""
    session_policy: str = ""
    """JSON document that narrows temporary credentials further."""
    provider: str = ""
    """Name of the identity provider."""

    @property
    def qcs(self) -> str:
        """The form that policies name principals by (436/71307)."""
        if self.kind is Kind.ANONYMOUS:
            return "qcs::cam::anyone:anyone"
        if self.kind is Kind.FEDERATED:
            return f"qcs::cam::uin/{self.owner_uin}:oidc-provider/{self.provider}"
        who = f"roleName/{self.role}" if self.kind is Kind.ROLE else f"uin/{self.uin}"
        return f"qcs::cam::uin/{self.owner_uin}:{who}"


ANONYMOUS = Principal(Kind.ANONYMOUS)


@dataclass(frozen=True, slots=True)
class Key(Record):
    """A key pair, permanent or temporary, and whom it stands for."""

    KEY = ("secret_id",)
    SINCE = "created"
    secret_id: str
    secret_key: str
    kind: Kind
    owner_uin: str
    appid: str
    uin: str = ""
    role: str = ""
    token: str = ""
    """Temporary credentials must be sent with it."""
    session_policy: str = ""
    expires: datetime | None = None
    active: bool = True
    created: datetime | None = None
    """None for the main account's well-known pair."""
    description: str = ""

    @property
    def principal(self) -> Principal:
        return Principal(self.kind, self.owner_uin, self.appid, self.uin, self.role, self.session_policy)


RECORDS = (Account, Key)


def new_secret_id() -> str:
    """As long as the vendor's, and recognisable as the local cloud's."""
    return f"AKIDlocal{os.urandom(14).hex()[:27]}"


def new_secret_key() -> str:
    return os.urandom(16).hex()
