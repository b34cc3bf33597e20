"""Applications as the console's list shows them, key included."""

from __future__ import annotations

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.services.admin.errors import INVALID_VALUE
from gme_recording.localcloud.services.admin.routes import ADMIN
from gme_recording.localcloud.services.gme.model import MAX_ID, App, new_app


@ADMIN.operation("ListApplications", match="GET /admin/applications")
def list_applications(call: Call) -> list[dict[str, object]]:
    return [as_json(app) for app in call.store.select(App)]


@ADMIN.operation("EnsureApplication", match="POST /admin/applications", refuses=(INVALID_VALUE,))
def ensure_application(call: Call, *, biz_id: int, name: str) -> dict[str, object]:
    """The application of that id, made if it is missing; one that is there keeps its name and key."""
    if not 0 < biz_id <= MAX_ID:
        raise INVALID_VALUE(name="bizId", found=biz_id, allowed="a positive number below 2^63")
    known = call.store.find(App, biz_id=biz_id)
    if not known:
        owner = call.principal.owner_uin
        known = call.store.add(new_app(call.store, name, owner, created=call.now, biz_id=biz_id))
    return as_json(known)


def as_json(app: App) -> dict[str, object]:
    return {
        "bizId": app.biz_id,
        "name": app.name,
        "secretKey": app.secret_key,
        "status": app.status.name.lower(),
        "voiceChat": app.voice_chat,
        "allowListed": app.allow_listed,
        "recording": app.recording,
    }
