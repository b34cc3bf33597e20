"""Who calls: key pairs, where they are looked for, and the type that keeps them out of sight."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from gme_recording.errors import ExitCode, UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCAL_ID_PREFIX = "AKIDlocal"
"""Every key id of the local cloud begins so; no key id of Tencent Cloud does."""


class CloudKind(StrEnum):
    TENCENT = "tencent"
    LOCAL = "local"


class Secret:
    """A value that is shown as `***` wherever it is printed, logged or formatted."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value itself; call it only where it is handed to a signer."""
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "***"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key pair of CAM, and the token if it is a temporary one."""

    secret_id: str
    secret_key: Secret
    token: Secret | None = None

    @property
    def local(self) -> bool:
        """Whether the local cloud made this pair."""
        return self.secret_id.startswith(LOCAL_ID_PREFIX)


LOCAL_MAIN_ACCOUNT = Credentials(
    "AKIDlocalMainAccount00000000000000000", Secret("local-main-account-secret-key")
)
"""The local cloud's main account; well known, worth nothing elsewhere."""


def find(kind: CloudKind, environment: Mapping[str, str] | None = None) -> Credentials:
    """Return the credentials for a cloud; a key of one kind of cloud is never sent to the other.

    Tencent Cloud: `TENCENTCLOUD_SECRET_ID`, `_SECRET_KEY`, `_SECURITY_TOKEN`, then the profile of tccli.
    Local cloud: the variables if they hold one of its own keys, else its main account.
    """
    environment = os.environ if environment is None else environment
    given = _from_variables(environment)
    if kind is CloudKind.LOCAL:
        return given if given is not None and given.local else LOCAL_MAIN_ACCOUNT
    found = given or _from_tccli(environment)
    if found is None:
        raise UserError(
            "no credentials for Tencent Cloud",
            hint="export TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or run: tccli configure",
            exit_code=ExitCode.AUTH,
        )
    if found.local:
        raise UserError(
            f"{found.secret_id} is a key of the local cloud, the stack is deployed to Tencent Cloud",
            hint="unset TENCENTCLOUD_SECRET_ID TENCENTCLOUD_SECRET_KEY HTTP_PROXY HTTPS_PROXY",
            exit_code=ExitCode.AUTH,
        )
    return found


def _from_variables(environment: Mapping[str, str]) -> Credentials | None:
    pair = {
        name: environment.get(name, "").strip()
        for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY")
    }
    if not any(pair.values()):
        return None
    if missing := [name for name, value in pair.items() if not value]:
        raise UserError(
            f"{missing[0]} is not set, the other half of the key pair is",
            hint=f"export {missing[0]}, or unset both",
            exit_code=ExitCode.AUTH,
        )
    secret_id, secret_key = pair.values()
    return _credentials(secret_id, secret_key, environment.get("TENCENTCLOUD_SECURITY_TOKEN", "").strip())


def _from_tccli(environment: Mapping[str, str]) -> Credentials | None:
    """Read the profile that the vendor's command line keeps in `~/.tccli/<profile>.credential`."""
    folder = environment.get("TENCENTCLOUD_SHARED_CREDENTIALS_DIR") or "~/.tccli"
    profile = environment.get("TENCENTCLOUD_PROFILE") or "default"
    file = Path(folder).expanduser() / f"{profile}.credential"
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return _credentials(content["secretId"], content["secretKey"], content.get("token") or "")
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise UserError(
            f"{file} is not a credential file of tccli ({type(error).__name__})",
            hint=f"tccli configure --profile {profile}",
            exit_code=ExitCode.AUTH,
        ) from None


def _credentials(secret_id: str, secret_key: str, token: str) -> Credentials:
    return Credentials(secret_id.strip(), Secret(secret_key.strip()), Secret(token) if token else None)
