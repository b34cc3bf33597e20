"""Sub-users. Passwords are taken and never kept: nothing here logs in."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from gme_recording.localcloud.identity import Key
from gme_recording.localcloud.services.cam import wire
from gme_recording.localcloud.services.cam.errors import (
    HAVE_KEYS,
    USER_NAME_ILLEGAL,
    USER_NAME_IN_USE,
    USER_NOT_EXIST,
)
from gme_recording.localcloud.services.cam.find import account, on_user, user_named
from gme_recording.localcloud.services.cam.model import User, forget, next_number
from gme_recording.localcloud.services.cam.operations.keys import new_key
from gme_recording.localcloud.services.cam.routes import CAM
from gme_recording.localcloud.services.tag.model import untag

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call

FIRST_UIN, FIRST_UID = 100000000100, 5000000
_NAME = re.compile(r"[A-Za-z0-9_@.+=,-]{1,64}")


@CAM.operation("AddUser", on=account, refuses=(USER_NAME_ILLEGAL, USER_NAME_IN_USE), rate=20)
def add_user(  # noqa: PLR0913 - the vendor's parameters
    call: Call,
    *,
    name: str,
    remark: str = "",
    console_login: int = 0,
    use_api: int = 0,
    password: str = "",
    need_reset_password: int = 0,  # noqa: ARG001 - nobody logs in
    phone_num: str = "",
    country_code: str = "",
    email: str = "",
) -> dict[str, object]:
    """With `UseApi` the user gets a key pair; with `ConsoleLogin` and no password, one is made."""
    if not _NAME.fullmatch(name):
        raise USER_NAME_ILLEGAL()
    owner = call.principal.owner_uin
    if call.store.find(User, owner_uin=owner, name=name):
        raise USER_NAME_IN_USE()
    user = User(
        uin=next_number(call.store, "uin", FIRST_UIN),
        uid=next_number(call.store, "uid", FIRST_UID),
        owner_uin=owner,
        name=name,
        created=call.now,
        remark=remark,
        console_login=bool(console_login),
        phone_num=phone_num,
        country_code=country_code,
        email=email,
    )
    call.store.add(user)
    key = new_key(call, user.uin) if use_api else None
    return {
        "Uin": user.uin,
        "Name": name,
        "Uid": user.uid,
        "Password": password or (os.urandom(12).hex() if console_login else ""),
        "SecretId": key.secret_id if key else "",
        "SecretKey": key.secret_key if key else "",
    }


@CAM.operation("GetUser", on=on_user, refuses=(USER_NOT_EXIST,), rate=20)
def get_user(call: Call, *, name: str) -> dict[str, object]:
    return wire.user(user_named(call, name))


@CAM.operation("ListUsers", on=account, rate=20)
def list_users(call: Call) -> dict[str, object]:
    users = call.store.select(User, owner_uin=call.principal.owner_uin)
    return {"Data": [{**wire.user(u), "CreateTime": wire.time(u.created), "NickName": ""} for u in users]}


@CAM.operation("UpdateUser", on=on_user, refuses=(USER_NOT_EXIST,), rate=20)
def update_user(  # noqa: PLR0913 - the vendor's parameters
    call: Call,
    *,
    name: str,
    remark: str | None = None,
    console_login: int | None = None,
    password: str | None = None,  # noqa: ARG001 - nobody logs in
    need_reset_password: int | None = None,  # noqa: ARG001
    phone_num: str | None = None,
    country_code: str | None = None,
    email: str | None = None,
) -> None:
    """What is left out stays as it is."""
    given = {
        "remark": remark,
        "console_login": None if console_login is None else bool(console_login),
        "phone_num": phone_num,
        "country_code": country_code,
        "email": email,
    }
    changed = {field: value for field, value in given.items() if value is not None}
    call.store.put(replace(user_named(call, name), **changed))  # type: ignore[arg-type]


@CAM.operation("DeleteUser", on=on_user, refuses=(USER_NOT_EXIST, HAVE_KEYS), rate=20)
def delete_user(call: Call, *, name: str, force: int = 0) -> None:
    """A user with keys goes only by force, and the keys with it."""
    user = user_named(call, name)
    keys = call.store.select(Key, uin=str(user.uin))
    if keys and not force:
        raise HAVE_KEYS()
    for key in keys:
        call.store.delete(key)
    untag(call.store, user.owner_uin, "cam", "uin", str(user.uin))
    forget(call.store, user)
