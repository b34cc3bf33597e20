"""`user.get_info()`: whose account this is."""

from __future__ import annotations

from typing import Any

from gme_recording.api.retry import Repeat
from providers.kit.values import Values
from providers.tencentcloud.clients import Clients

TOKEN = "tencentcloud:User/getInfo:getInfo"  # noqa: S105 - a type token


def get_info(clients: Clients, arguments: Values) -> dict[str, Any]:
    """Return APPID, UIN, owner's UIN and, for a sub-account, its name."""
    del arguments  # only `resultOutputFile`, which the engine has no use for
    account = clients.cam.call("GetUserAppId", {}, Repeat.HARMLESS)
    uin, appid = str(account["Uin"]), str(account["AppId"])
    found = clients.cam.call("DescribeSubAccounts", {"FilterSubAccountUin": [int(uin)]}, Repeat.HARMLESS)
    name = next((str(each["Name"]) for each in found.get("SubAccounts") or ()), "")
    return {
        "id": f"user-{uin}-{appid}",
        "appId": appid,
        "uin": uin,
        "ownerUin": str(account["OwnerUin"]),
        "name": name,
    }
