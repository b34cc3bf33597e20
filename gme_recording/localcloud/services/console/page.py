"""What every page of the console has, and how it writes times and states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from gme_recording.localcloud.dialects.web import html
from gme_recording.localcloud.services.console.markup import NOTHING, Markup, render

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call
    from gme_recording.localcloud.messages import Response
    from gme_recording.localcloud.refusal import CloudError

ROWS = 50
"""Of a table; older ones are counted only."""
_INERT = Markup(" inert")
_OTHER_TABS = ("requests", "faults")
_CURRENT = Markup(' aria-current="page"')


@dataclass(frozen=True, slots=True)
class Notice:
    text: str
    kind: str = "good"

    @property
    def markup(self) -> Markup:
        return render(
            "notice", text=self.text, kind=self.kind, role="alert" if self.kind == "bad" else "status"
        )


def refused(refusal: CloudError) -> Notice:
    return Notice(f"{refusal.code}: {refusal.message}", "bad")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What only some pages have."""

    notice: Notice | None = None
    """At the top, about what was just done."""
    popup: Markup = NOTHING
    """In front of everything; the rest of the page is out of reach until it is answered."""


def page(call: Call, title: str, body: Markup, here: str, extras: Extras = Extras()) -> Response:
    notice = extras.notice
    shown = next((tab for tab in _OTHER_TABS if here == f"/console/{tab}"), "applications")
    text = render(
        "layout",
        popup=extras.popup,
        inert=_INERT if extras.popup else NOTHING,
        title=title,
        body=body,
        here=here,
        notice=notice.markup if notice else NOTHING,
        now=moment(call.cloud.clock.now()),
        **{f"on_{tab}": _CURRENT if tab == shown else NOTHING for tab in ("applications", *_OTHER_TABS)},
    )
    return html(text, 409 if notice and notice.kind == "bad" else 200)


def more(shown: int, total: int) -> Markup:
    return render("more", shown=shown, total=total) if total > shown else NOTHING


def nothing_yet(text: str) -> Markup:
    return render("empty-row", text=text)


def moment(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def duration(length: timedelta) -> str:
    """`1:59:59`, `0:04.250`."""
    minutes, seconds = divmod(length.total_seconds(), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{int(seconds):02}" if hours else f"{minutes}:{seconds:06.3f}"


def on_off(value: bool) -> str:
    return "On" if value else "Off"


def good(value: bool) -> str:
    """Class of a state that may be good."""
    return "good" if value else ""
