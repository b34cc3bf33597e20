"""The two consoles that hold recording settings: Tencent Cloud's, where a person acts, and the local one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from gme_recording.api.credentials import CloudKind
from gme_recording.api.errors import ApiError
from gme_recording.console import local, runbook
from gme_recording.console.settings import Settings
from gme_recording.errors import ExitCode, UserError
from providers.gme.clouds import Clouds
from providers.kit.caller import CALLER, warn
from providers.kit.values import Values

UNKNOWN_APPLICATION = "UnknownApplication"
"""The local console's refusal."""


class Unconfirmed(UserError):
    """A person must act; the message is the runbook."""

    def __init__(self, problem: str, settings: Settings, before: Settings | None) -> None:
        steps = runbook.render(settings, before, stack=CALLER.get().stack)
        super().__init__(f"{problem}\n\n{steps}", exit_code=ExitCode.DIFFERS)


class Console(Protocol):
    """Where settings are applied and looked at."""

    def apply(self, wanted: Values, known: Values | None) -> None:
        """Make the console show what is wanted, or raise UserError; `known` is the state before."""

    def read(self, biz_id: int, known: Values) -> dict[str, Any] | None:
        """Return what can be known of an application's settings; None if there is no such application."""

    def leave(self, biz_id: int) -> None:
        """End what can be ended without a person."""


class ByHand:
    """Tencent Cloud's console: a person applies the settings and says so in the stack file."""

    def __init__(self, clouds: Clouds) -> None:
        self._clouds = clouds

    def apply(self, wanted: Values, known: Values | None) -> None:
        settings, before = settings_of(wanted), settings_before(known)
        if problem := not_confirmed(wanted):
            raise Unconfirmed(problem, settings, before)
        problem = switched_off(wanted, known)
        if problem and not self._clouds.gme(settings.region).is_activated(settings.biz_id):
            raise Unconfirmed(problem, settings, before)

    def read(self, biz_id: int, known: Values) -> dict[str, Any]:
        """Return what was declared and what the API proves; of an import only the latter is known."""
        activated = self._clouds.gme(known.get("region")).is_activated(biz_id)
        before = settings_before(known)
        if before is None:
            return {"recording": activated, "activated": activated}
        return _state(replace(before, recording=_proved(activated, known)), known, activated=activated)

    def leave(self, biz_id: int) -> None:
        warn(
            f"recording of application {biz_id} goes on and is billed until its service is disabled in the "
            "GME console: Service Management, Details, Voice Recording Service"
        )


class Local:
    """The local cloud's console, which has an endpoint for what a person does."""

    def __init__(self, clouds: Clouds) -> None:
        self._cloud = clouds.local()

    def apply(self, wanted: Values, known: Values | None) -> None:
        """Make the application too, if it is missing: a person would have made it in the console."""
        del known
        settings = settings_of(wanted)
        self._cloud.create_application(settings.biz_id, str(settings.biz_id))
        local.apply(self._cloud, settings)

    def read(self, biz_id: int, known: Values) -> dict[str, Any] | None:
        try:
            shown = local.read(self._cloud, biz_id)
        except ApiError as error:
            if error.code == UNKNOWN_APPLICATION:
                return None
            raise
        return _state(shown, known, activated=shown.recording and shown.scope == "custom")

    def leave(self, biz_id: int) -> None:
        found = self.read(biz_id, {})
        if found is not None and found["recording"]:
            local.apply(self._cloud, replace(settings_of(found), recording=False))


CONSOLES: Mapping[CloudKind, type[ByHand | Local]] = {CloudKind.TENCENT: ByHand, CloudKind.LOCAL: Local}


def settings_of(values: Values) -> Settings:
    """Return the settings that inputs or a state hold."""
    return Settings(
        biz_id=values["bizId"],
        recording=bool(values.get("recording")),
        scope=values.get("scope") or "custom",
        bucket=values.get("bucket") or "",
        region=values.get("region") or "",
        callback_url=values.get("callbackUrl") or "",
    )


def settings_before(known: Values | None) -> Settings | None:
    """Return the settings of a state; None where it has none, as after an import."""
    return settings_of(known) if known and known.get("bucket") else None


def not_confirmed(wanted: Values) -> str:
    """Say why settings count as not confirmed; empty if they are confirmed."""
    given = wanted.get("confirmed")
    if given == settings_of(wanted).fingerprint:
        return ""
    what = f"`confirmed: {given}` stands for other settings" if given else "nobody has confirmed them yet"
    return f"the console settings of application {wanted['bizId']} are not confirmed: {what}"


def switched_off(wanted: Values, known: Values | None) -> str:
    """Say that a service which is to be on was found off when it was last looked at; empty if it was not."""
    before = settings_before(known)
    if before is None or before.recording or not wanted["recording"]:
        return ""
    return f"the recording service of application {wanted['bizId']} was switched off in the console"


def _state(shown: Settings, known: Values, *, activated: bool) -> dict[str, Any]:
    """Return a state; a revision that is not known is a new one."""
    revision = known.get("revision")
    if not isinstance(revision, str):
        revision = f"{shown.fingerprint}-{secrets.token_hex(4)}"
    return {
        **shown.data(),
        "activated": activated,
        "fingerprint": shown.fingerprint,
        "revision": revision,
    }


def _proved(activated: bool, known: Values) -> bool:
    """Whether recording is on: as declared until the API proved it once, then as it proves."""
    return activated or (bool(known.get("recording")) and known.get("activated") is not True)
