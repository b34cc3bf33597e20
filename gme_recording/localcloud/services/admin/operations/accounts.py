"""Accounts besides the main one, to see that no tenant gets at another's things."""

from __future__ import annotations

import re

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.identity import Account, Key, Kind, new_secret_id, new_secret_key
from gme_recording.localcloud.services.admin.errors import ACCOUNT_EXISTS, INVALID_VALUE
from gme_recording.localcloud.services.admin.routes import ADMIN

_UIN = re.compile(r"[2-9]\d{11}", re.ASCII)
"""Behind the main account's, which acts for whoever is at the console."""
_APPID = re.compile(r"\d{10}", re.ASCII)
FIRST_UIN, FIRST_APPID = 200000000001, 1250000001


@ADMIN.operation("ListAccounts", match="GET /admin/accounts")
def list_accounts(call: Call) -> list[dict[str, str]]:
    """Each with a key pair of its owner, if there is one."""
    keys = {key.owner_uin: key for key in call.store.select(Key, kind=Kind.OWNER) if not key.token}
    return [_as_json(account, keys.get(account.owner_uin)) for account in call.store.select(Account)]


@ADMIN.operation("CreateAccount", match="POST /admin/accounts", refuses=(INVALID_VALUE, ACCOUNT_EXISTS))
def create_account(call: Call, *, owner_uin: str = "", appid: str = "") -> dict[str, str]:
    """A second account with a key pair of its owner; what is left out is chosen."""
    known = call.store.select(Account)
    owner_uin = owner_uin or str(FIRST_UIN + len(known))
    appid = appid or str(FIRST_APPID + len(known))
    if not _UIN.fullmatch(owner_uin):
        raise INVALID_VALUE(name="ownerUin", found=owner_uin, allowed="twelve digits, from 200000000000 on")
    if not _APPID.fullmatch(appid):
        raise INVALID_VALUE(name="appid", found=appid, allowed="ten digits")
    for account in known:
        if account.owner_uin == owner_uin:
            raise ACCOUNT_EXISTS(name="ownerUin", found=owner_uin)
        if account.appid == appid:
            raise ACCOUNT_EXISTS(name="appid", found=appid)
    account = call.store.add(Account(owner_uin, appid))
    key = Key(
        new_secret_id(), new_secret_key(), Kind.OWNER, owner_uin, appid, uin=owner_uin, created=call.now
    )
    call.store.add(key)
    return _as_json(account, key)


def _as_json(account: Account, key: Key | None) -> dict[str, str]:
    pair = {"secretId": key.secret_id, "secretKey": key.secret_key} if key else {}
    return {"ownerUin": account.owner_uin, "appid": account.appid, **pair}
