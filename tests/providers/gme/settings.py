"""Recording settings for tests, and the calls of an engine that are about them."""

from __future__ import annotations

from gme_recording.console.settings import Settings
from tests.providers.wire import Json, Wire

URN = "urn:pulumi:local::voice::gme-recording:console:ConsoleSettings$gme:console:RecordingSettings::demo"


BIZ_ID = 1400000001


BUCKET = "voice-1250000000"


WANTED = Settings(
    biz_id=BIZ_ID,
    recording=True,
    scope="custom",
    bucket=BUCKET,
    region="ap-guangzhou",
    callback_url="https://voice.example.com/gme/recording",
)


LOCAL: Json = {"cloud": "local", **WANTED.data()}


TENCENT: Json = {"cloud": "tencent", **WANTED.data()}


CONFIRMED: Json = TENCENT | {"confirmed": WANTED.fingerprint, "by": "Lin", "on": "2027-01-31"}


def check(wire: Wire, news: Json) -> Json:
    return wire.call("Check", {"urn": URN, "news": news})


def create(wire: Wire, news: Json) -> Json:
    return wire.call("Create", {"urn": URN, "properties": check(wire, news)["inputs"]})


def update(wire: Wire, made: Json, news: Json, *, preview: bool = False) -> Json:
    request = {"urn": URN, "id": made["id"], "olds": made["properties"], "preview": preview}
    return {"id": made["id"], **wire.call("Update", request | {"news": check(wire, news)["inputs"]})}


def read(wire: Wire, made: Json, news: Json) -> Json:
    request = {"urn": URN, "id": made["id"], "properties": made["properties"]}
    return wire.call("Read", request | {"inputs": check(wire, news)["inputs"]})


def diff(wire: Wire, made: Json, news: Json) -> Json:
    request = {"urn": URN, "id": made["id"], "olds": made["properties"]}
    return wire.call("Diff", request | {"news": check(wire, news)["inputs"]})
