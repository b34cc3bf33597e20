"""The page as a browser without scripts sees it."""

import json
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest

from gme_recording.localcloud.messages import Response
from gme_recording.localcloud.services.console import account
from gme_recording.localcloud.services.console.markup import Markup, render
from gme_recording.localcloud.services.gme.model import Status
from gme_recording.localcloud.services.gme.tasks import ROLE
from tests.localcloud.services.gme.world import BIZ_ID, BUCKET, REGION, World, an_owners_call

APPLICATION = f"/console/applications/{BIZ_ID}"
EVIL = "<script>alert('1')</script>\"'&$name"


class Page(HTMLParser):
    """Tags with their attributes, and the text that a reader sees."""

    VOID = frozenset({"meta", "link", "input", "br"})

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text = ""
        self.status = response.status
        self.feed(response.body.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if "label" in self.open:
            attrs.append(("in-label", ""))
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        return [found for name, found in self.tags if name == tag and attributes.items() <= found.items()]


def show(world: World, path: str = APPLICATION) -> Page:
    return Page(world.web("GET", path, accept="text/html"))


def save(world: World, **changes: str) -> Response:
    fields = {
        "recording": "true",
        "bind": "existing",
        "bucket": f"{BUCKET} {REGION}",
        "newBucket": "",
        "newRegion": "ap-guangzhou",
        "callbackUrl": "",
        "scope": "custom",
    }
    return world.form(f"{APPLICATION}/recording", urlencode({**fields, **changes}))


def location(response: Response) -> str:
    assert response.status == 303, response.body.decode()
    return dict(response.headers)["Location"]


def test_list_leads_to_the_application() -> None:
    page = show(World(ready=False), "/console")
    assert "demo" in page.text
    assert page.all("a", href=APPLICATION)


def test_details_show_settings() -> None:
    page = show(World())
    for text in ("Voice Recording Service", "Enabled", f"{BUCKET} ({REGION})", "Custom recording", ROLE):
        assert text in page.text


def test_first_activation_asks_for_access_and_keeps_the_form() -> None:
    world = World(ready=False)
    account.create_bucket(an_owners_call(world.cloud), BUCKET, REGION)
    page = Page(save(world, callbackUrl="https://voice.example.com/"))
    assert page.all("section", role="dialog")
    assert not account.has_granted(an_owners_call(world.cloud))
    assert not world.app.recording
    hidden = page.all("input", type="hidden")
    fields = {found["name"]: found["value"] for found in hidden if found["name"] != "back"}
    assert location(world.form(f"{APPLICATION}/recording", urlencode(fields)))
    assert account.has_granted(an_owners_call(world.cloud))
    assert (world.app.recording, world.app.callback_url) == (True, "https://voice.example.com/")


def test_new_bucket_is_made_and_bound() -> None:
    world = World()
    assert location(save(world, bind="new", newBucket="fresh", newRegion="ap-singapore"))
    assert (world.app.bucket, world.app.region) == ("fresh-1250000000", "ap-singapore")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"bind": "new"}, "NoBucketName"),
        ({"bind": "new", "newBucket": "UPPER"}, "InvalidBucketName"),
        ({"bucket": ""}, "NoBucket"),
        ({"callbackUrl": "nothing"}, "InvalidCallbackUrl"),
    ],
)
def test_refusal_shows_the_reason_and_what_was_filled_in(changes: dict[str, str], code: str) -> None:
    world = World()
    world.change_app(recording=False)
    page = Page(save(world, **{"callbackUrl": "https://kept.example.com/", **changes}))
    assert page.status == 409
    assert code in page.text
    kept = changes.get("callbackUrl", "https://kept.example.com/")
    assert page.all("input", name="callbackUrl", value=kept)
    assert not world.app.recording


def test_service_can_be_disabled() -> None:
    world = World()
    save(world, recording="false")
    assert not world.app.recording
    assert "Disabled" in show(world).text


def test_full_recording_offers_its_streams() -> None:
    world = World()
    assert location(save(world, scope="full", fullMode="3"))
    assert "Full recording: single and mixed streams" in show(world).text
    assert show(world, f"{APPLICATION}?modify=true").all("option", value="3", selected="")


def test_player_joins_mutes_and_leaves() -> None:
    world = World()
    seat = {"roomId": "room", "userId": "7"}
    world.form(f"{APPLICATION}/rooms/join", urlencode({**seat, "microphone": "true"}))
    page = show(world)
    assert page.all("button", formaction=f"{APPLICATION}/rooms/microphone")
    task_id = world.start(mode=1)
    world.form(f"{APPLICATION}/rooms/microphone", urlencode({**seat, "on": "false"}))
    assert world.spans(task_id) == [("7", 0, 0)]
    world.form(f"{APPLICATION}/rooms/leave", urlencode({**seat, "on": "true"}))
    assert "Nobody is in a room." in show(world).text


def test_impossible_move_is_explained() -> None:
    world = World()
    page = Page(world.form(f"{APPLICATION}/rooms/leave", "roomId=room&userId=7"))
    assert (page.status, "NotInRoom" in page.text) == (409, True)


def a_recorded_world() -> tuple[World, int]:
    world = World(processing_seconds=0.2)
    world.change_app(callback_url="https://voice.example.com/gme")
    world.join("7")
    task_id = world.start(mode=1)
    world.wait(seconds=10)
    world.stop(task_id)
    world.wait(seconds=1)
    return world, task_id


def test_tasks_files_and_callbacks_are_listed() -> None:
    world, task_id = a_recorded_world()
    page = show(world)
    (file,) = world.files(task_id)
    assert file.status is Status.UPLOADED
    for text in (str(task_id), file.name, "0:10.000", "13 Uploaded", "3 File uploaded", "Pending"):
        assert text in page.text


def test_player_gets_the_recording_in_ranges() -> None:
    world, _ = a_recorded_world()
    (player,) = show(world).all("audio")
    whole = world.web("GET", player["src"])
    assert (whole.status, dict(whole.headers)["Content-Type"]) == (200, "audio/mpeg")
    part = world.web("GET", player["src"], range="bytes=36-71")
    assert (part.status, part.body) == (206, whole.body[36:72])


def test_unknown_recording_is_not_found() -> None:
    assert World().web("GET", f"{APPLICATION}/audio?taskId=1&serial=0").status == 404


def test_failed_upload_says_why() -> None:
    world = World(processing_seconds=0.2)
    world.join("7")
    task_id = world.start()
    world.change_app(bucket="gone-1250000000")
    world.stop(task_id)
    world.wait(seconds=1)
    page = show(world)
    assert "12 Uploading" in page.text
    assert "NoSuchBucket" in page.text
    assert not page.all("audio")


def test_mischief_with_the_next_callback_is_planned() -> None:
    world = World()
    world.change_app(callback_url="https://voice.example.com/gme")
    assert location(world.form(f"{APPLICATION}/mischief", "next=lost"))
    assert location(world.form(f"{APPLICATION}/mischief", "next=doubled"))
    assert location(world.form(f"{APPLICATION}/mischief", "next=reordered"))
    assert "Planned: lost, sent twice, sent behind the next one." in show(world).text
    world.join("7")
    world.start()
    assert "Lost on request" in show(world).text
    assert world.form(f"{APPLICATION}/mischief", "next=evil").status == 409


def test_clock_returns_to_the_page_and_never_elsewhere() -> None:
    world = World()
    found = world.form("/console/clock", urlencode({"hours": "2", "back": APPLICATION}))
    assert location(found) == APPLICATION
    assert "2024-01-18 10:00:00 UTC" in show(world).text
    for elsewhere in ("https://evil.example/console", "//evil.example/console", "/console\r\nX: y", "/admin"):
        assert (
            location(world.form("/console/clock", urlencode({"hours": "0", "back": elsewhere}))) == "/console"
        )


@pytest.mark.parametrize("hours", ["-1", "nan", "inf", "1e300", "1" * 5000])
def test_clock_goes_to_no_time_that_does_not_exist(hours: str) -> None:
    found = World(ready=False).form("/console/clock", urlencode({"hours": hours}))
    assert (found.status, json.loads(found.body)["error"]) == (400, "InvalidValue")


def test_request_log_leaves_the_page_out() -> None:
    world = World()
    world.web("GET", "/healthz")
    page = show(world, "/console/requests")
    assert "admin:Health" in page.text
    assert "console:" not in page.text


def test_application_is_created() -> None:
    world = World(ready=False)
    path = location(world.form("/console/applications", "name=arena"))
    assert "arena" in show(world, path.partition("?")[0]).text
    assert world.form("/console/applications", "name=+").status == 409


def test_whatever_people_call_things_stays_text() -> None:
    world, _ = a_recorded_world()
    world.change_app(name=EVIL)
    for user in (EVIL, "javascript:alert(1)"):
        world.join(user, room=EVIL)
    world.start(mode=3, room=EVIL, SubscribeRecordUserIds={"SubscribeUserIds": [EVIL]})
    for path in ("/console", APPLICATION, f"{APPLICATION}?modify=true"):
        page = show(world, path)
        assert not page.all("script")
        assert EVIL in page.text
        assert not [tag for tag, found in page.tags if any(name.startswith("on") for name in found)]


def test_pages_carry_no_script_and_forbid_it() -> None:
    response = World().web("GET", APPLICATION)
    headers = dict(response.headers)
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert b"<script" not in response.body


def test_every_field_has_a_label() -> None:
    for path in ("/console", APPLICATION, f"{APPLICATION}?modify=true"):
        page = show(World(), path)
        labelled = {found["for"] for found in page.all("label") if "for" in found}
        for field in [*page.all("select"), *page.all("input")]:
            hidden = field.get("type") == "hidden"
            assert hidden or {"aria-label", "in-label"} & field.keys() or field["id"] in labelled


def test_markup_is_not_escaped_twice_and_text_always() -> None:
    assert render("problem", text=Markup("<b>")) == '<br><span class="problem"><b></span>\n'
    assert render("problem", text="<b>") == '<br><span class="problem">&lt;b&gt;</span>\n'
