"""Whose key it is, and whether GME may write to the account's buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.smoke.model import Cause, Failed

if TYPE_CHECKING:
    from gme_recording.smoke.model import Run


def identity(run: Run) -> str:
    """The key is valid and belongs to the declared account."""
    account = run.cam.account()
    if account.appid != run.target.appid:
        raise Failed(
            f"the key belongs to APPID {account.appid}, declared is {run.target.appid}",
            hint="use a key of the stack's account, or correct gme-recording:appid",
        )
    who = "main account" if account.uin == account.owner_uin else f"user {account.uin}"
    return f"APPID {account.appid}, {who}"


def grant(run: Run) -> str:
    """The service-linked role exists."""
    role = run.cam.find_role(run.target.role)
    if role is None:
        raise Failed(
            f"role {run.target.role} does not exist",
            hint="declare access.grant: create in exactly one stack of the account",
            cause=Cause.NO_GRANT,
        )
    if not role.service_linked:
        raise Failed(
            f"role {role.name} is not a service-linked role",
            hint="somebody made it by hand: delete it, then run gme-recording up",
            cause=Cause.NO_GRANT,
        )
    return role.name
