"""What a person does in the GME console, step by step: no API can do it for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gme_recording.console.settings import Settings

CONSOLE = "https://console.tencentcloud.com/gamegme"
SCOPES = {"custom": "Custom recording", "full": "Full recording"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the console's form."""

    name: str
    value: str
    action: str
    """How the field is set."""
    before: str | None
    """What it held when it was last confirmed; None if that is not known."""

    @property
    def changes(self) -> bool:
        return self.before != self.value


def form(settings: Settings, before: Settings | None) -> tuple[Field, ...]:
    """Return the fields in the order of the console's page."""
    shown = {} if before is None else _values(before)
    actions = {
        "Recording service": "Modify, then select",
        "Recording File Bucket": "Bind, then choose the existing bucket",
        "Callback URL": "Modify, then enter",
        "Recording Scope": "select",
    }
    return tuple(
        Field(name, value, actions[name], shown.get(name)) for name, value in _values(settings).items()
    )


def changes(settings: Settings, before: Settings | None) -> tuple[str, ...]:
    """Return what changes from what, a line for each field; nothing where that is not known."""
    return tuple(
        f"{field.name}: {field.before} → {field.value}"
        for field in form(settings, before)
        if field.before is not None and field.changes
    )


def switch(settings: Settings) -> str:
    """Return what the service's switch is called that is to be chosen."""
    return "Enable" if settings.recording else "Disable"


def _values(settings: Settings) -> dict[str, str]:
    """Field name → what the page shows."""
    if not settings.recording:
        return {"Recording service": switch(settings)}
    return {
        "Recording service": switch(settings),
        "Recording File Bucket": f"{settings.bucket} ({settings.region})",
        "Callback URL": settings.callback_url or "(empty)",
        "Recording Scope": SCOPES.get(settings.scope, settings.scope),
    }


def render(settings: Settings, before: Settings | None = None, *, stack: str = "") -> str:
    """Return the steps as text, ending with the lines for the file of the stack, if its name is known."""
    lines = [
        f"Settings {settings.fingerprint} of application {settings.biz_id}: apply them in the GME console.",
        "",
        f"1. Log in to {CONSOLE}",
        f"2. Service Management → application {settings.biz_id} → Set (opens Details)",
        "3. Section Voice Recording Service → Modify, and set:",
        "",
        *_table(form(settings, before)),
        "",
        "4. Save.",
    ]
    if settings.recording:
        lines.append(
            "   If a pop-up asks for access to COS, accept it: the stack has made that grant already."
        )
    confirmed = f'console: {{confirmed: "{settings.fingerprint}", by: "<your name>", on: "<YYYY-MM-DD>"}}'
    lines += [
        f"5. Confirm it in the stack file, at the application with bizId {settings.biz_id}:",
        "",
        f"       {confirmed}",
        "",
        "   or have it written there:",
        "",
        f"       gme-recording confirm --stack {stack or 'STACK'}"
        f" --app {settings.biz_id} --fingerprint {settings.fingerprint}",
    ]
    return "\n".join(lines) + "\n"


def _table(fields: tuple[Field, ...]) -> list[str]:
    rows = [(field.name, field.action, field.value, _was(field)) for field in fields]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ("  ".join([*map(str.ljust, row[:3], widths), row[3]]) for row in rows)
    return [f"   {line.rstrip()}" for line in lines]


def _was(field: Field) -> str:
    if field.before is None:
        return ""
    return f"was: {field.before}" if field.changes else "unchanged"
