"""Who am I, and who else is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.localcloud.services.cam import wire
from gme_recording.localcloud.services.cam.find import account
from gme_recording.localcloud.services.cam.model import User
from gme_recording.localcloud.services.cam.routes import CAM

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call

SUB_USER = 1


@CAM.operation("GetUserAppId", rate=20)
def get_user_app_id(call: Call) -> dict[str, object]:
    """Everyone may ask it about themselves."""
    who = call.principal
    return {"Uin": who.uin or who.owner_uin, "OwnerUin": who.owner_uin, "AppId": int(who.appid)}


@CAM.operation("DescribeSubAccounts", on=account, rate=20)
def describe_sub_accounts(call: Call, *, filter_sub_account_uin: list[int]) -> dict[str, object]:
    users = call.store.select(User, owner_uin=call.principal.owner_uin)
    return {
        "SubAccounts": [
            {
                "Uin": user.uin,
                "Name": user.name,
                "Uid": user.uid,
                "Remark": user.remark,
                "CreateTime": wire.time(user.created),
                "UserType": SUB_USER,
                "LastLoginIp": "",
                "LastLoginTime": "",
            }
            for user in users
            if user.uin in filter_sub_account_uin
        ]
    }
