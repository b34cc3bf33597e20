"""gme:console:RecordingSettings: the recording settings of one application in the GME console.

No public API sets or reads them. With `cloud: tencent` a person applies them and says so in the stack file
(`confirmed` is the fingerprint of exactly these settings); what the API can prove, namely whether the service
is on, is read. With `cloud: local` they are applied to and read from the local cloud's console.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gme_recording.api.credentials import CloudKind
from gme_recording.console import runbook
from gme_recording.errors import UserError
from providers.gme import rules
from providers.gme.clouds import Clouds
from providers.gme.consoles import (
    CONSOLES,
    Console,
    not_confirmed,
    settings_before,
    settings_of,
    switched_off,
)
from providers.kit.property import Property
from providers.kit.resource import Resource
from providers.kit.values import Values
from providers.kit.values import known as all_known

LOCAL_ID = "local/"
"""Begins the id with which settings of the local cloud are imported."""


class RecordingSettings(Resource[Clouds]):
    """Its id is the application's BizId; `local/<BizId>` imports from the local cloud."""

    token = "gme:console:RecordingSettings"  # noqa: S105 - a type token
    properties = (
        Property(
            name="cloud",
            required=True,
            replaces=True,
            rules=(rules.allowed(*CloudKind),),
            description="Which cloud's console it is: tencent or local.",
        ),
        Property(
            name="bizId",
            kind=int,
            required=True,
            replaces=True,
            rules=(rules.positive,),
            description="AppID of the application on its page in the GME console.",
        ),
        Property(
            name="recording",
            kind=bool,
            default=True,
            description="Whether the voice recording service is on.",
        ),
        Property(
            name="scope",
            default="custom",
            rules=(rules.allowed("custom", "full"),),
            description="custom: the API decides what is recorded; full: everything is, and it is refused.",
        ),
        Property(
            name="bucket",
            required=True,
            rules=(rules.full_bucket_name,),
            description="Full name of the bucket, <name>-<appid>.",
        ),
        Property(name="region", required=True, rules=(rules.filled,), description="Region of the bucket."),
        Property(
            name="callbackUrl",
            default="",
            rules=(rules.http_url,),
            description="Where recording events are posted; empty for nowhere.",
        ),
        Property(
            name="confirmed",
            rules=(rules.fingerprint,),
            description="Fingerprint of the settings that a person applied.",
        ),
        Property(name="by", description="Who applied them."),
        Property(name="on", description="When, as a date."),
        Property(
            name="fingerprint", output=True, volatile=True, description="Stands for exactly these settings."
        ),
        Property(
            name="activated",
            kind=bool,
            output=True,
            volatile=True,
            description="Whether the service was proved to be on.",
        ),
        Property(
            name="revision",
            output=True,
            volatile=True,
            description="Changes whenever settings were applied or confirmed.",
        ),
    )

    @classmethod
    def warnings(cls, wanted: Values, known: Values | None) -> Iterable[str]:
        if wanted["cloud"] != CloudKind.TENCENT or not all_known(wanted):
            return
        if problem := not_confirmed(wanted) or switched_off(wanted, known):
            changes = runbook.changes(settings_of(wanted), settings_before(known))
            yield "\n".join(
                [
                    problem,
                    *(f"  {change}" for change in changes),
                    "`up` stops there until a person has set them (gme-recording runbook) and has said so "
                    "(gme-recording confirm)",
                ]
            )

    def create(self, wanted: Values) -> str:
        self._console(wanted["cloud"]).apply(wanted, None)
        return str(wanted["bizId"])

    def read(self, resource_id: str, known: Values) -> dict[str, Any] | None:
        cloud, biz_id = _identity(resource_id, known)
        found = self._console(cloud).read(biz_id, known)
        return None if found is None else {"cloud": str(cloud), "bizId": biz_id, **found}

    def update(self, resource_id: str, known: Values, wanted: Values, changed: frozenset[str]) -> None:
        del resource_id, changed
        self._console(wanted["cloud"]).apply(wanted, known)

    def delete(self, resource_id: str, known: Values) -> None:
        cloud, biz_id = _identity(resource_id, known)
        self._console(cloud).leave(biz_id)

    def _console(self, cloud: str) -> Console:
        return CONSOLES[CloudKind(cloud)](self.cloud)


def _identity(resource_id: str, known: Values) -> tuple[CloudKind, int]:
    """Return the cloud and the BizId; only an import has to tell both by the id."""
    number = resource_id.removeprefix(LOCAL_ID)
    if not number.isdecimal():
        raise UserError(
            f"{resource_id} is no id of recording settings",
            hint="use the BizId, or local/<BizId> for the local cloud",
        )
    imported = CloudKind.LOCAL if resource_id.startswith(LOCAL_ID) else CloudKind.TENCENT
    return CloudKind(known.get("cloud") or imported), int(number)
