"""Voice Recording Service: the section of an application's page that is saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gme_recording.localcloud.services.console import account
from gme_recording.localcloud.services.console.markup import NOTHING, Markup, options, render, render_all
from gme_recording.localcloud.services.console.page import good
from gme_recording.localcloud.services.gme.model import App, Mode, Scope
from gme_recording.localcloud.services.gme.tasks import ROLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gme_recording.localcloud.cloud import Call

_REGIONS = """
ap-beijing ap-beijing-1 ap-nanjing ap-shanghai ap-guangzhou ap-chengdu ap-chongqing ap-hongkong ap-singapore
ap-mumbai ap-jakarta ap-seoul ap-bangkok ap-tokyo na-siliconvalley na-ashburn na-toronto sa-saopaulo
eu-frankfurt eu-moscow
"""
"""Of COS (436/6224), without the finance ones."""
_SCOPES = {Scope.CUSTOM: "Custom recording", Scope.FULL: "Full recording"}
_MODES = {Mode.MIXED: "Mixed stream", Mode.SINGLE: "Single streams", Mode.BOTH: "Single and mixed streams"}
_CHECKED, _OPEN = Markup(" checked"), Markup(" open")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The section's fields as the browser sends them."""

    recording: bool
    bind: str = "existing"
    bucket: str = ""
    """`<bucket> <region>`; empty: none is bound."""
    new_bucket: str = ""
    """Without the appid."""
    new_region: str = ""
    callback_url: str = ""
    scope: str = Scope.CUSTOM
    full_mode: int = Mode.MIXED

    @classmethod
    def of(cls, app: App) -> Form:
        return cls(
            recording=app.recording,
            bucket=f"{app.bucket} {app.region}" if app.bucket else "",
            new_region=app.region,
            callback_url=app.callback_url,
            scope=app.scope,
            full_mode=app.full_mode,
        )

    def fields(self) -> Mapping[str, str]:
        return {
            "recording": str(self.recording).lower(),
            "bind": self.bind,
            "bucket": self.bucket,
            "newBucket": self.new_bucket,
            "newRegion": self.new_region,
            "callbackUrl": self.callback_url,
            "scope": self.scope,
            "fullMode": str(int(self.full_mode)),
        }


def shown(call: Call, app: App) -> Markup:
    return render(
        "recording",
        biz_id=app.biz_id,
        service="Enabled" if app.recording else "Disabled",
        state=good(app.recording),
        bucket=f"{app.bucket} ({app.region})" if app.bucket else "Not bound",
        callback_url=app.callback_url or "Not set",
        scope=_SCOPES[app.scope] + (f": {_MODES[app.full_mode].lower()}" if app.scope is Scope.FULL else ""),
        grant=f"Granted to {ROLE}" if account.has_granted(call) else "Not granted yet",
    )


def editable(call: Call, app: App, form: Form) -> Markup:
    known = [f"{bucket.name} {bucket.region}" for bucket in account.buckets(call)]
    return render(
        "recording-form",
        biz_id=app.biz_id,
        on=_CHECKED if form.recording else NOTHING,
        off=NOTHING if form.recording else _CHECKED,
        bound=form.bucket or "Not bound",
        bind_open=_OPEN if form.bind == "new" or not form.bucket else NOTHING,
        existing=_CHECKED if form.bind == "existing" else NOTHING,
        new=_CHECKED if form.bind == "new" else NOTHING,
        buckets=options([("", "Choose a bucket"), *((name, name) for name in known)], form.bucket),
        new_bucket=form.new_bucket,
        appid=call.principal.appid,
        regions=options(((region, region) for region in _REGIONS.split()), form.new_region or "ap-guangzhou"),
        callback_url=form.callback_url,
        custom=_CHECKED if form.scope == Scope.CUSTOM else NOTHING,
        full=_CHECKED if form.scope == Scope.FULL else NOTHING,
        modes=options(((str(int(mode)), name) for mode, name in _MODES.items()), str(int(form.full_mode))),
    )


def authorization(app: App, form: Form) -> Markup:
    """The pop-up of the first activation; it keeps what was filled in."""
    fields = render_all("hidden", ({"name": name, "value": v} for name, v in form.fields().items()))
    return render(
        "authorization", biz_id=app.biz_id, role=ROLE, carrier=account.SERVICE_PRINCIPAL, fields=fields
    )
