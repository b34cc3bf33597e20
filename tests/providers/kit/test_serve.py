"""Serving: errors as one line, greetings, large messages, two providers at once, and the plugin itself."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.provider.experimental.provider import CheckFailure

from gme_recording.errors import UserError
from providers import gme, tencentcloud
from providers.kit.property import Many, One, Property
from providers.kit.provider import Package, TableProvider
from providers.kit.resource import Resource
from providers.kit.serve import serve
from providers.kit.values import Values
from tests.providers.wire import Refused, Wire, wired

ROOT = Path(__file__).parents[3]
URN = "urn:pulumi:dev::p::pulumi:pulumi:Stack$test:index:Thing::it"


class Thing(Resource[list[str]]):
    """Fails as its name says."""

    token = "test:index:Thing"
    properties = (
        Property(name="name", required=True, replaces=True),
        Property(name="parts", kind=Many((Property(name="size", kind=int),)), description="Its parts."),
        Property(name="lid", kind=One((Property(name="on", kind=bool, default=True),))),
        Property(name="key", secret=True),
    )

    def create(self, wanted: Values) -> str:
        if wanted["name"] == "refused":
            raise UserError("the name is refused", hint="take another")
        if wanted["name"] == "defect":
            raise KeyError("surprise\nin two lines")
        return str(wanted["name"])

    def finish(self, resource_id: str, wanted: Values) -> None:
        if resource_id == "half":
            raise UserError("the second half is refused")

    def read(self, resource_id: str, known: Values) -> dict[str, Any] | None:
        if resource_id == "vanished":
            return None
        return {"name": resource_id}

    def update(self, resource_id: str, known: Values, wanted: Values, changed: frozenset[str]) -> None:
        self.cloud.append(",".join(sorted(changed)))

    def delete(self, resource_id: str, known: Values) -> None:
        raise AssertionError


def package(updates: list[str]) -> Package[list[str]]:
    return Package(
        name="test",
        version="1.2.3",
        configuration=(),
        connect=lambda _: updates,
        resources=(Thing,),
        functions={},
        word=lambda failure, name: CheckFailure(failure.path, f"{name}: {failure.reason}"),
    )


@pytest.fixture
def updates() -> list[str]:
    return []


@pytest.fixture
def wire(updates: list[str]) -> Any:
    with wired("test", TableProvider(package(updates))) as wire:
        yield wire


def test_an_engine_may_attach_and_asks_the_version(wire: Wire) -> None:
    assert wire.call("Handshake", {"engineAddress": "127.0.0.1:1"}) == {}
    assert wire.call("Attach", {"address": "127.0.0.1:1"}) == {}
    assert wire.call("GetPluginInfo", {}) == {"version": "1.2.3"}


def test_what_a_person_can_put_right_arrives_in_its_own_words(wire: Wire) -> None:
    with pytest.raises(Refused) as refused:
        wire.call("Create", {"urn": URN, "properties": {"name": "refused"}})
    assert refused.value.text == "the name is refused\nhint: take another"
    assert refused.value.code is grpc.StatusCode.UNKNOWN
    assert refused.value.half_made is None


def test_a_defect_is_one_line_and_a_log(wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(Refused) as refused:
        wire.call("Create", {"urn": URN, "properties": {"name": "defect"}})
    assert "defect in the provider: KeyError:" in refused.value.text
    assert "\n" not in refused.value.text
    assert "Traceback" in caplog.text


def test_a_half_made_resource_is_recorded_with_its_true_state(wire: Wire) -> None:
    with pytest.raises(Refused, match="the second half is refused") as refused:
        wire.call("Create", {"urn": URN, "properties": {"name": "half", "parts": [{"size": 1}]}})
    assert refused.value.half_made == {
        "id": "half",
        "properties": {"id": "half", "name": "half", "parts": [], "lid": None, "key": None},
        "inputs": {"name": "half", "parts": [{"size": 1.0}]},
        "reasons": ["the second half is refused"],
    }


def test_an_update_gets_the_names_of_what_changed(wire: Wire, updates: list[str]) -> None:
    olds = {"name": "a", "parts": [], "key": "k"}
    news = {"name": "a", "parts": [{"size": 1}], "key": "k"}
    wire.call("Update", {"urn": URN, "id": "a", "olds": olds, "news": news, "preview": True})
    assert updates == []
    wire.call("Update", {"urn": URN, "id": "a", "olds": olds, "news": news})
    wire.call("Update", {"urn": URN, "id": "a", "olds": news, "news": news})
    assert updates == ["parts"]


def test_a_resource_that_vanishes_during_an_update_is_an_error(wire: Wire) -> None:
    with pytest.raises(Refused, match="vanished is gone"):
        wire.call("Update", {"urn": URN, "id": "vanished", "olds": {}, "news": {"name": "vanished"}})


def test_ignored_changes_are_neither_shown_nor_written(wire: Wire, updates: list[str]) -> None:
    request = {"urn": URN, "id": "a", "olds": {"name": "a"}, "ignoreChanges": ["parts[0].size"]}
    news = {"news": {"name": "a", "parts": [{"size": 1}]}}
    assert wire.call("Diff", request | news)["changes"] == "DIFF_NONE"
    wire.call("Update", request | news)
    assert updates == []


def test_secret_properties_are_marked(wire: Wire) -> None:
    answer = wire.call("Check", {"urn": URN, "news": {"name": "a", "key": "k"}})
    assert answer["inputs"]["key"] == {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        "value": "k",
    }


def test_messages_beyond_grpc_s_own_limit_pass(wire: Wire) -> None:
    text = "x" * (6 * 1024 * 1024)
    answer = wire.call("Check", {"urn": URN, "news": {"name": text}})
    assert answer["inputs"]["name"] == text


def test_an_unknown_type_is_named(wire: Wire) -> None:
    with pytest.raises(Refused, match="provider test has no resource type test:index:Other"):
        wire.call("Check", {"urn": "urn:pulumi:dev::p::test:index:Other::it"})


def test_the_schema_follows_from_the_table(wire: Wire) -> None:
    schema = json.loads(wire.call("GetSchema", {})["schema"])
    assert schema["resources"]["test:index:Thing"]["requiredInputs"] == ["name"]
    assert schema["resources"]["test:index:Thing"]["inputProperties"] == {
        "name": {"type": "string", "willReplaceOnChanges": True},
        "parts": {
            "type": "array",
            "items": {"$ref": "#/types/test:index:ThingParts"},
            "description": "Its parts.",
        },
        "lid": {"$ref": "#/types/test:index:ThingLid"},
        "key": {"type": "string", "secret": True},
    }
    assert schema["types"]["test:index:ThingLid"]["properties"]["on"] == {"type": "boolean", "default": True}


def test_two_providers_are_served_side_by_side_and_stop() -> None:
    with serve({"gme": gme.provider(), "tencentcloud": tencentcloud.provider()}) as attached:
        ports = dict(part.split(":") for part in attached.split(","))
        versions = {name: Wire(port).call("GetPluginInfo", {})["version"] for name, port in ports.items()}
        assert versions == {"gme": "0.1.0", "tencentcloud": "0.2.3"}
    with pytest.raises(Refused):
        Wire(ports["gme"]).call("GetPluginInfo", {})


def test_the_plugin_prints_its_port_serves_and_ends_quietly() -> None:
    plugin = ROOT / "providers" / "gme" / "pulumi-resource-gme"
    assert os.access(plugin, os.X_OK)
    pipe = subprocess.PIPE
    with subprocess.Popen([plugin, "127.0.0.1:1"], stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        wire = Wire(process.stdout.readline().strip())
        assert wire.call("GetPluginInfo", {}) == {"version": "0.1.0"}
        wire.channel.close()
        process.send_signal(signal.SIGINT)  # as the engine does
        _, said = process.communicate(timeout=10)
    assert (process.returncode, said) == (0, "")


@pytest.mark.parametrize("name", ["gme", "tencentcloud"])
def test_whoever_asks_a_plugin_for_help_gets_its_usage(name: str) -> None:
    asked = [sys.executable, "-m", f"providers.{name}", "--help"]
    if name == "gme":
        asked = [str(ROOT / "providers" / "gme" / "pulumi-resource-gme"), "--help"]
    said = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=30, check=True).stdout
    assert said.startswith(f"Usage: python -m providers.{name} [ENGINE]\n")


def test_vendor_sdks_are_loaded_only_where_they_are_called() -> None:
    code = "import sys, providers.gme, providers.tencentcloud; print([m for m in sys.modules if m in %r])"
    heavy = ("qcloud_cos", "tencentcloud", "requests", "tencentcloud_iac_pulumi", "ruamel.yaml")
    done = subprocess.run(
        [sys.executable, "-c", code % (heavy,)], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]"
