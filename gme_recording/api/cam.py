"""CAM as far as it is read: whose key this is, and whether the access grant exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gme_recording.api.errors import ApiError
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service

if TYPE_CHECKING:
    from gme_recording.api.endpoints import Cloud

ROLE_NOT_EXIST = "InvalidParameter.RoleNotExist"


@dataclass(frozen=True, slots=True)
class Account:
    """The account that a key belongs to."""

    appid: str
    """Ten digits; ends every bucket name."""
    uin: str
    owner_uin: str
    """The main account; equal to `uin` if the key is the main account's own."""


@dataclass(frozen=True, slots=True)
class Role:
    role_id: str
    name: str
    service_linked: bool


class Cam:
    """Reads CAM. Every method raises ApiError."""

    def __init__(self, cloud: Cloud) -> None:
        self._service = Service(cloud, "cam")

    def account(self) -> Account:
        """Return whose key is used; the cheapest proof that it is valid."""
        answer = self._service.call("GetUserAppId", {}, Repeat.HARMLESS)
        return Account(str(answer["AppId"]), str(answer["Uin"]), str(answer["OwnerUin"]))

    def find_role(self, name: str) -> Role | None:
        """Return the role of that name, or None."""
        try:
            answer = self._service.call("GetRole", {"RoleName": name}, Repeat.HARMLESS)
        except ApiError as error:
            if error.code == ROLE_NOT_EXIST:
                return None
            raise
        found = answer["RoleInfo"]
        return Role(str(found["RoleId"]), str(found["RoleName"]), found.get("RoleType") == "service_linked")
