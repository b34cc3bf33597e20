"""Permanent key pairs of the main account and of users."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gme_recording.localcloud.identity import Key, Kind, new_secret_id, new_secret_key
from gme_recording.localcloud.services.cam import wire
from gme_recording.localcloud.services.cam.errors import (
    INVALID_NAME,
    KEY_LIMIT,
    KEY_NOT_EXIST,
    NOT_IDENTIFIED,
    USER_NOT_EXIST,
)
from gme_recording.localcloud.services.cam.find import user_of
from gme_recording.localcloud.services.cam.routes import CAM

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call

MAX_KEYS = 2
_WHOSE = (NOT_IDENTIFIED, USER_NOT_EXIST)


def _on_keys(call: Call, *, target_uin: int | None = None, **_: object) -> list[str]:
    who = call.principal
    return [f"qcs::cam::uin/{who.owner_uin}:uin/{target_uin or who.uin}"]


@CAM.operation("CreateAccessKey", on=_on_keys, refuses=(*_WHOSE, KEY_LIMIT), rate=20)
def create_access_key(
    call: Call, *, target_uin: int | None = None, description: str = ""
) -> dict[str, object]:
    """For the caller, unless another user is named. The secret is told here and nowhere else."""
    uin = _uin(call, target_uin)
    if len(_keys(call, uin)) >= MAX_KEYS:
        raise KEY_LIMIT()
    key = new_key(call, uin, description)
    return {"AccessKey": {**wire.key(key), "SecretAccessKey": key.secret_key}}


@CAM.operation("ListAccessKeys", on=_on_keys, refuses=_WHOSE, rate=20)
def list_access_keys(call: Call, *, target_uin: int | None = None) -> dict[str, object]:
    return {"AccessKeys": [wire.key(key) for key in _keys(call, _uin(call, target_uin))]}


@CAM.operation("UpdateAccessKey", on=_on_keys, refuses=(*_WHOSE, KEY_NOT_EXIST, INVALID_NAME), rate=20)
def update_access_key(call: Call, *, access_key_id: str, status: str, target_uin: int | None = None) -> None:
    if status not in {"Active", "Inactive"}:
        raise INVALID_NAME(parameter="Status")
    key = _key(call, access_key_id, target_uin)
    call.store.put(replace(key, active=status == "Active"))


@CAM.operation("DeleteAccessKey", on=_on_keys, refuses=(*_WHOSE, KEY_NOT_EXIST), rate=20)
def delete_access_key(call: Call, *, access_key_id: str, target_uin: int | None = None) -> None:
    call.store.delete(_key(call, access_key_id, target_uin))


def new_key(call: Call, uin: int, description: str = "") -> Key:
    who = call.principal
    kind = Kind.OWNER if str(uin) == who.owner_uin else Kind.USER
    key = Key(
        secret_id=new_secret_id(),
        secret_key=new_secret_key(),
        kind=kind,
        owner_uin=who.owner_uin,
        appid=who.appid,
        uin=str(uin),
        created=call.now,
        description=description,
    )
    return call.store.add(key)


def _uin(call: Call, target_uin: int | None) -> int:
    who = call.principal
    if target_uin is None and not who.uin:
        raise NOT_IDENTIFIED(parameters="TargetUin")
    uin = int(who.uin) if target_uin is None else target_uin
    return uin if str(uin) == who.owner_uin else user_of(call, uin).uin


def _keys(call: Call, uin: int) -> list[Key]:
    return [key for key in call.store.select(Key, uin=str(uin)) if not key.token]


def _key(call: Call, secret_id: str, target_uin: int | None) -> Key:
    for key in _keys(call, _uin(call, target_uin)):
        if key.secret_id == secret_id:
            return key
    raise KEY_NOT_EXIST()
