"""How an application's settings stand: what is declared, confirmed and proved, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gme_recording.console import runbook

if TYPE_CHECKING:
    from gme_recording.console.settings import Confirmation, Settings

PROVED_BY = {
    "Recording service": "service",
    "Recording File Bucket": "file",
    "Callback URL": "callbacks",
    "Recording Scope": "start",
}
"""Field of the console's form → the check of the smoke test that could not pass with another value."""


class Confirmed(StrEnum):
    """What somebody's word is about."""

    YES = "yes"
    STALE = "stale"
    """Other settings than those declared now."""
    NO = "no"
    NEEDLESS = "not needed"
    """The local console is set by `up`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What is known besides declaration and confirmation."""

    activated: bool | None = None
    """Whether the API takes requests to record; None if it was not asked."""
    shown: Settings | None = None
    """What the console shows, where it can be read: in the local cloud."""
    unknown: str = ""
    """Why neither is known."""
    tested: frozenset[str] = frozenset()
    """Checks that the last smoke test passed."""
    tested_on: str = ""
    """Date of that test."""


@dataclass(frozen=True, slots=True)
class Line:
    """One field of the console's form."""

    field: str
    declared: str
    proved: str
    """How, or what is there instead; empty if nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One application's settings."""

    app: str
    settings: Settings
    confirmation: Confirmation | None
    confirmed: Confirmed
    activated: bool | None
    lines: tuple[Line, ...]
    to_do: str
    """What a person has to do; empty if all is as declared."""

    def data(self) -> dict[str, object]:
        """Return the standing as JSON data."""
        word = self.confirmation
        return {
            **self.settings.data(),
            "app": self.app,
            "fingerprint": self.settings.fingerprint,
            "confirmed": str(self.confirmed),
            "confirmedFingerprint": word.fingerprint if word else None,
            "by": word.by if word else None,
            "on": word.on if word else None,
            "activated": self.activated,
            "fields": [
                {"field": line.field, "declared": line.declared, "proved": line.proved} for line in self.lines
            ],
            "toDo": self.to_do,
        }


def confirmed(settings: Settings, confirmation: Confirmation | None) -> Confirmed:
    """Tell whether somebody's word stands for exactly these settings."""
    if confirmation is None:
        return Confirmed.NO
    return Confirmed.YES if confirmation.fingerprint == settings.fingerprint else Confirmed.STALE


def standing(
    app: str, settings: Settings, confirmation: Confirmation | None, proof: Proof, *, by_hand: bool
) -> Standing:
    """Compare the three; `by_hand` where a person sets the console, so that a confirmation is needed."""
    word = confirmed(settings, confirmation)
    if word is not Confirmed.YES and not by_hand:
        word = Confirmed.NEEDLESS
    counts = confirmation is not None and word is Confirmed.YES and proof.tested_on >= confirmation.on
    return Standing(
        app=app,
        settings=settings,
        confirmation=confirmation,
        confirmed=word,
        activated=proof.activated,
        lines=tuple(_line(field, proof, counts=counts) for field in runbook.form(settings, proof.shown)),
        to_do=_to_do(settings, word, proof),
    )


def render(standing: Standing) -> str:
    """Return the standing as text."""
    rows = [("field", "declared", "confirmed", "proved")]
    rows += [(line.field, line.declared, str(standing.confirmed), line.proved) for line in standing.lines]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    table = ("  ".join([*map(str.ljust, row[:3], widths), row[3]]).rstrip() for row in rows)
    title = f"{standing.app} (bizId {standing.settings.biz_id}): {_word(standing)}"
    advice = [f"  to do: {standing.to_do}"] if standing.to_do else []
    return "\n".join([title, *(f"  {row}" for row in table), *advice])


def _line(field: runbook.Field, proof: Proof, *, counts: bool) -> Line:
    if proof.shown is not None:
        found = "" if field.before is None else f"no: {field.before}" if field.changes else "yes: shown"
    elif field.name == "Recording service" and proof.activated is not None:
        found = "yes: takes requests" if proof.activated else "no: refuses requests"
    elif counts and PROVED_BY[field.name] in proof.tested:
        found = f"yes: smoke test of {proof.tested_on}"
    else:
        found = f"unknown: {proof.unknown}" if proof.unknown else ""
    return Line(field.name, field.value, found)


def _word(standing: Standing) -> str:
    word, declared = standing.confirmation, standing.settings.fingerprint
    if standing.confirmed is Confirmed.NEEDLESS:
        return f"declared {declared}, set by `up`"
    if word is None:
        return f"declared {declared}, confirmed by nobody"
    told = f"by {word.by} on {word.on}"
    if standing.confirmed is Confirmed.YES:
        return f"declared {declared}, confirmed {told}"
    return f"declared {declared}, but {word.fingerprint} was confirmed {told}"


def _to_do(settings: Settings, word: Confirmed, proof: Proof) -> str:
    if word in {Confirmed.NO, Confirmed.STALE}:
        return "set them in the GME console (gme-recording runbook), then gme-recording confirm"
    if proof.activated is not None and proof.activated != settings.recording:
        return f"{runbook.switch(settings)} the service in the GME console (gme-recording runbook)"
    if word is Confirmed.NEEDLESS and proof.shown != settings:
        return "gme-recording up"
    return ""
