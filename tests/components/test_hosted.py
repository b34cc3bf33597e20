"""RecordingEnvironment as a plugin: its types against the model, and the protocol as the engine speaks it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

import grpc
import pytest
import yaml
from google.protobuf import struct_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

import components
from components import hosted
from components.config import model, schema
from components.config.keys import Many, Named, keys, required
from tests.components.stacks import ROOT
from tests.support import monitor, wire

FOLDER = Path(components.__file__).parent
TOKEN = "gme-recording:index:RecordingEnvironment"
INPUTS: dict[str, Any] = {
    "appid": "1250000000",
    "ownerUin": "100000000001",
    "region": "ap-singapore",
    "storage": {"name": "voice", "retention": {"keep": "30 days"}, "encryption": "SM4"},
    "apps": [{"name": "arena", "bizId": 1400000001, "callbackUrl": "https://voice.example.com/gme"}],
    "access": {"grant": "create", "policies": ["reader"]},
    "smoke": {"mode": "probe"},
    "tags": {"environment": "test"},
}


def of_type(kind: type[Any]) -> dict[str, Any]:
    """Keys of a typed dictionary: whether required, and what is inside."""
    found = {}
    for name, hint in get_type_hints(kind).items():
        inner = [each for each in (hint, *get_args(hint)) if is_typeddict(each)]
        found[name] = (
            name in kind.__required_keys__,
            of_type(inner[0]) if inner else get_origin(hint) or hint,
        )
    return found


def of_model(kind: type[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, key in keys(kind):
        read: Any = key.read.kind if isinstance(key.read, Many | Named) else key.read
        inner: Any = of_model(read) if isinstance(read, type) else plain_type(read.schema)
        found[hosted._snake(key.name)] = (name in required(kind), inner)
    return found


def plain_type(rule: dict[str, Any]) -> type[Any]:
    words = {"array": list, "object": dict, "boolean": bool, "integer": int}
    return words.get(str(rule.get("type")), str)


def test_the_types_are_those_of_the_model() -> None:
    inputs = of_type(hosted.RecordingEnvironmentArgs)
    assert inputs.pop("owner_uin") == (True, str)
    assert inputs.pop("cloud") == (False, str)
    declared = of_model(model.Stack)
    assert declared.pop("cloud") == (True, str)
    assert inputs == declared


def test_every_type_is_described() -> None:
    kinds = [each for each in vars(hosted).values() if is_typeddict(each)]
    assert len(kinds) == 9
    for kind in kinds:
        assert schema.descriptions(kind).keys() == kind.__annotations__.keys()


def run(**changes: Any) -> wire.Wire:
    args: Any = {
        "appid": "1250000000",
        "owner_uin": "100000000001",
        "region": "ap-singapore",
        "storage": {"name": "voice", "retention": {"keep": "30 days"}},
        "apps": [{"name": "arena", "biz_id": 1400000001, "callback_url": "https://voice.example.com/gme"}],
        **changes,
    }

    def program() -> None:
        hosted.RecordingEnvironment("theirs", args)

    return wire.run(program)


def test_an_environment_is_made_inside_a_component_of_its_own() -> None:
    sent = run(storages={"eu-frankfurt": {"name": "voice-eu", "retention": {"keep": "5 days"}}})
    outer, inner = (each for each in sent.registered if each.name == "theirs")
    assert (outer.type, inner.parent) == (TOKEN, outer.urn)
    assert {each.props["bucket"] for each in sent.of_type("Bucket")} == {
        "voice-1250000000",
        "voice-eu-1250000000",
    }
    assert sent.only("RecordingSettings").props["callbackUrl"] == "https://voice.example.com/gme"
    assert sent.outputs[outer.urn] == sent.outputs[inner.urn]


def test_mistakes_are_reported_as_for_a_stack_file() -> None:
    with pytest.raises(Exception, match=r"2 problems in RecordingEnvironment theirs") as raised:
        run(region="mars", apps=[{"name": "arena", "biz_id": "1"}])
    assert "gme-recording:apps[0].bizId" in str(raised.value)
    assert "Traceback" not in str(raised.value)


@contextmanager
def plugin(engine: str = "127.0.0.1:1") -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    """The plugin as the language host starts it, with the address of the engine."""
    command = [sys.executable, str(FOLDER), engine]
    with subprocess.Popen(command, cwd=FOLDER, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        try:
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield provider_pb2_grpc.ResourceProviderStub(channel)
        finally:
            process.terminate()


def test_what_the_plugin_needs_is_installed_from_its_folder() -> None:
    """Where `pulumi package add` runs pip."""
    (line,) = (FOLDER / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert (FOLDER / line.removeprefix("-r ")).resolve() == ROOT / "requirements.txt"


def test_the_plugin_tells_its_schema() -> None:
    with plugin() as stub:
        told = json.loads(stub.GetSchema(provider_pb2.GetSchemaRequest()).schema)
    assert told["name"] == "gme-recording"
    resource = told["resources"][TOKEN]
    assert resource["isComponent"]
    assert set(resource["requiredInputs"]) == {"appid", "ownerUin", "region", "storage", "apps"}
    assert resource["inputProperties"].keys() >= INPUTS.keys()
    assert told["types"]["gme-recording:index:App"]["required"] == ["bizId", "name"]
    assert all("description" in each for each in resource["inputProperties"].values())


def test_the_plugin_constructs_an_environment() -> None:
    inputs = struct_pb2.Struct()
    inputs.update(INPUTS)
    with monitor.serve() as (engine, address), plugin(address) as stub:
        answer = stub.Construct(
            provider_pb2.ConstructRequest(
                project="theirs",
                stack="test",
                type=TOKEN,
                name="recording",
                inputs=inputs,
                monitorEndpoint=address,
                config={"tencentcloud:region": "ap-singapore"},
            )
        )
    made = {each.type.rpartition(":")[2] for each in engine.wire.registered}
    assert made >= {"Bucket", "BucketPolicy", "ServiceLinkedRole", "Policy", "RecordingSettings", "Stash"}
    assert answer.urn == next(each.urn for each in engine.wire.registered if each.type == TOKEN)
    assert rpc.deserialize_properties(answer.state)["bucket"] == "voice-1250000000"
    assert engine.hooks == ["recording-smoke-test"]
    assert engine.transforms == 1


def test_the_plugin_refuses_with_the_words_of_a_stack_file() -> None:
    inputs = struct_pb2.Struct()
    inputs.update({**INPUTS, "region": "mars"})
    with (
        monitor.serve() as (engine, address),
        plugin(address) as stub,
        pytest.raises(grpc.RpcError) as raised,
    ):
        stub.Construct(
            provider_pb2.ConstructRequest(
                project="theirs",
                stack="test",
                type=TOKEN,
                name="recording",
                inputs=inputs,
                monitorEndpoint=address,
            )
        )
    told = str(raised.value.details())
    assert told.startswith(
        "1 problem in RecordingEnvironment recording; nothing was changed:\n  gme-recording:region is mars"
    )
    assert 'File "' not in told
    assert engine.wire.registered == []


def test_the_cli_finds_out_how_to_start_it() -> None:
    described = yaml.safe_load((FOLDER / "PulumiPlugin.yaml").read_text(encoding="utf-8"))
    runtime = described["runtime"]
    assert runtime["name"] == "python"
    assert (FOLDER / runtime["options"]["virtualenv"]).resolve() == (ROOT / ".venv").resolve()
