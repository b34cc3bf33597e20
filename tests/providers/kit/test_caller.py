"""Who calls a provider: warnings go to that engine, and each of its connections has a configuration."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from pulumi.provider.experimental.provider import CheckFailure
from pulumi.runtime.proto import engine_pb2_grpc

from providers.kit.caller import warn
from providers.kit.property import Property
from providers.kit.provider import Package, TableProvider
from providers.kit.resource import Resource
from providers.kit.serve import serve
from providers.kit.values import Values
from tests.providers.wire import Json, Refused, Wire

URN = "urn:pulumi:dev::p::test:index:Place::it"


class Place(Resource[str]):
    """Is where its provider is configured to be."""

    token = "test:index:Place"
    properties = (Property(name="name"), Property(name="where", output=True))

    @classmethod
    def warnings(cls, wanted: Values, known: Values | None) -> Iterable[str]:
        yield f"from {known and known['name']} to {wanted['name']}"

    def create(self, wanted: Values) -> str:
        return str(wanted["name"])

    def read(self, resource_id: str, known: Values) -> dict[str, Any]:
        return {"name": resource_id, "where": self.cloud}

    def update(self, resource_id: str, known: Values, wanted: Values, changed: frozenset[str]) -> None:
        raise AssertionError

    def delete(self, resource_id: str, known: Values) -> None:
        warn(f"{resource_id} stays")


@pytest.fixture
def port() -> Iterator[str]:
    package: Package[str] = Package(
        name="test",
        version="1.0.0",
        configuration=(Property(name="region"),),
        connect=lambda configuration: str(configuration["region"]),
        resources=(Place,),
        functions={},
        word=lambda failure, name: CheckFailure(failure.path, f"{name}: {failure.reason}"),
    )
    with serve({"test": TableProvider(package)}) as attached:
        yield attached.partition(":")[2]


class Engine(engine_pb2_grpc.EngineServicer):
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[Json] = []

    def Log(self, request: Any, context: Any) -> Empty:  # noqa: N802
        self.told.append(MessageToDict(request))
        return Empty()


@pytest.fixture
def engine() -> Iterator[tuple[Engine, str]]:
    engine, server = Engine(), grpc.server(ThreadPoolExecutor(1))
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield engine, address
    server.stop(None).wait()


def create(wire: Wire, name: str, *, preview: bool = False, urn: str = URN) -> Json:
    return wire.call("Create", {"urn": urn, "properties": {"name": name}, "preview": preview})


def test_each_connection_has_the_configuration_it_was_given(port: str) -> None:
    wires = {region: Wire(port) for region in ("ap-guangzhou", "ap-singapore")}
    for region, wire in wires.items():
        wire.call("Configure", {"args": {"region": region}})
    assert {region: create(wire, "a")["properties"]["where"] for region, wire in wires.items()} == {
        region: region for region in wires
    }


def test_a_renewed_connection_has_the_only_configuration_there_is(port: str) -> None:
    Wire(port).call("Configure", {"args": {"region": "ap-guangzhou"}})
    assert create(Wire(port), "a")["properties"]["where"] == "ap-guangzhou"
    Wire(port).call("Configure", {"args": {"region": "ap-guangzhou"}})
    assert create(Wire(port), "a")["properties"]["where"] == "ap-guangzhou"


def test_a_renewed_connection_of_several_is_told_by_a_resource_it_asked_for(port: str) -> None:
    for region in ("ap-guangzhou", "ap-singapore"):
        wire = Wire(port)
        wire.call("Configure", {"args": {"region": region}})
        wire.call("Check", {"urn": f"{URN}-{region}", "type": Place.token, "news": {"name": "a"}})
    for region in ("ap-singapore", "ap-guangzhou"):
        renewed = Wire(port)
        assert create(renewed, "a", urn=f"{URN}-{region}")["properties"]["where"] == region
        assert create(renewed, "b", urn=f"{URN}-new")["properties"]["where"] == region
    with pytest.raises(Refused, match="cannot tell which configuration a new connection stands for"):
        create(Wire(port), "a", urn=f"{URN}-new")


def test_previews_warn_at_the_resource_and_deployments_do_not(port: str, engine: tuple[Engine, str]) -> None:
    noted, address = engine
    wire = Wire(port)
    wire.call("Handshake", {"engineAddress": address})
    wire.call("Configure", {"args": {"region": "ap-guangzhou"}})
    create(wire, "a", preview=True)
    olds = {"urn": URN, "id": "a", "olds": {"name": "a"}, "news": {"name": "b"}}
    wire.call("Update", olds | {"preview": True})
    create(wire, "a")
    wire.call("Delete", {"urn": URN, "id": "a", "properties": {"name": "a"}})
    assert noted.told == [
        {"severity": "WARNING", "message": text, "urn": URN}
        for text in ("from None to a", "from a to b", "a stays")
    ]


@pytest.mark.parametrize("address", ["", "127.0.0.1:1"], ids=["no engine", "an engine that has gone"])
def test_a_warning_that_no_engine_hears_is_logged(
    port: str, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    wire = Wire(port)
    if address:
        wire.call("Handshake", {"engineAddress": address})
    with caplog.at_level(logging.WARNING):
        create(wire, "a", preview=True)
    assert "from None to a" in caplog.text
