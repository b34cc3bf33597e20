"""gme:console:RecordingSettings: the recording settings of one application in the GME console.

No public API sets or reads them. With `cloud: tencent` a person applies them and says so in the stack file
(`confirmed` is the fingerprint of exactly these settings); what the API can prove, namely whether the service
is on, is read. With `cloud: local` they are applied to and read from the local cloud's console.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import replace
from typing import Any

from gme_recording.api.credentials import CloudKind
from gme_recording.api.errors import ApiError
from gme_recording.console import local, proof, runbook
from gme_recording.console.settings import Settings
from gme_recording.errors import ExitCode, UserError
from providers.gme import rules
from providers.gme.clouds import Clouds
from providers.kit.property import Property
from providers.kit.resource import Resource
from providers.kit.values import Values

log = logging.getLogger(__name__)

UNKNOWN_APPLICATION = "UnknownApplication"
"""The local console's refusal."""
LOCAL_ID = "local/"
"""Begins the id with which settings of the local cloud are imported."""


class Unconfirmed(UserError):
    """A person must act; the message is the runbook."""

    def __init__(self, problem: str, settings: Settings, before: Settings | None) -> None:
        super().__init__(f"{problem}\n\n{runbook.render(settings, before)}", exit_code=ExitCode.DIFFERS)


class RecordingSettings(Resource[Clouds]):
    """Its id is the application's BizId; `local/<BizId>` imports from the local cloud."""

    token = "gme:console:RecordingSettings"  # noqa: S105 - a type token
    properties = (
        Property(
            name="cloud",
            required=True,
            replaces=True,
            rules=(rules.allowed("tencent", "local"),),
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

    def create(self, wanted: Values) -> str:
        self._apply(wanted, None)
        return str(wanted["bizId"])

    def read(self, resource_id: str, known: Values) -> dict[str, Any] | None:
        kind, biz_id = _identity(resource_id, known)
        if kind is CloudKind.LOCAL:
            shown = self._shown(biz_id)
            if shown is None:
                return None
            activated = shown.recording and shown.scope == "custom"
        else:
            activated = proof.activated(self.cloud.gme(known.get("region")), biz_id)
            shown = replace(_settings({**known, "bizId": biz_id}), recording=_proved(activated, known))
        return {"cloud": str(kind), **shown.data(), "activated": activated} | _revision(known, shown)

    def update(self, resource_id: str, known: Values, wanted: Values, changed: frozenset[str]) -> None:
        del resource_id, changed
        self._apply(wanted, known)

    def delete(self, resource_id: str, known: Values) -> None:
        kind, biz_id = _identity(resource_id, known)
        if kind is not CloudKind.LOCAL:
            log.warning(
                "recording of application %s goes on and is billed until its service is disabled in the GME "
                "console: Service Management, Details, Voice Recording Service",
                biz_id,
            )
        elif (shown := self._shown(biz_id)) is not None and shown.recording:
            local.apply(self.cloud.local(), replace(shown, recording=False))

    def _apply(self, wanted: Values, before: Values | None) -> None:
        settings = _settings(wanted)
        if wanted["cloud"] == CloudKind.LOCAL:
            console = self.cloud.local()
            if console.application(settings.biz_id) is None:  # a person would have made it in the console
                console.create_application(settings.biz_id, str(settings.biz_id))
            local.apply(console, settings)
            return
        past = None if before is None else _settings(before)
        if wanted.get("confirmed") != settings.fingerprint:
            raise Unconfirmed(_not_confirmed(wanted), settings, past)
        switched_off = past is not None and settings.recording and not past.recording
        if switched_off and not proof.activated(self.cloud.gme(settings.region), settings.biz_id):
            problem = (
                f"the recording service of application {settings.biz_id} was switched off in the console"
            )
            raise Unconfirmed(problem, settings, past)

    def _shown(self, biz_id: int) -> Settings | None:
        try:
            return local.read(self.cloud.local(), biz_id)
        except ApiError as error:
            if error.code == UNKNOWN_APPLICATION:
                return None
            raise


def _settings(values: Values) -> Settings:
    return Settings(
        biz_id=values["bizId"],
        recording=bool(values.get("recording")),
        scope=values.get("scope") or "custom",
        bucket=values.get("bucket") or "",
        region=values.get("region") or "",
        callback_url=values.get("callbackUrl") or "",
    )


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


def _proved(activated: bool, known: Values) -> bool:
    """Whether recording is on: as declared until the API proved it once, then as it proves."""
    return activated or (bool(known.get("recording")) and known.get("activated") is not True)


def _not_confirmed(wanted: Values) -> str:
    given = wanted.get("confirmed")
    what = f"`confirmed: {given}` stands for other settings" if given else "nobody has confirmed them yet"
    return f"the console settings of application {wanted['bizId']} are not confirmed: {what}"


def _revision(known: Values, shown: Settings) -> dict[str, str]:
    """Return fingerprint and revision; a revision that is not known is a new one."""
    before = known.get("revision")
    new = f"{shown.fingerprint}-{secrets.token_hex(4)}"
    return {"fingerprint": shown.fingerprint, "revision": before if isinstance(before, str) else new}
