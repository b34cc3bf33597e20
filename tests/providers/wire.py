"""Driving a provider over real gRPC, without an engine."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf import empty_pb2
from google.protobuf.json_format import MessageToDict, ParseDict
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from providers.kit.serve import OPTIONS, serve

Json = dict[str, Any]
REQUESTS: dict[str, Any] = {
    "Handshake": provider_pb2.ProviderHandshakeRequest,
    "CheckConfig": provider_pb2.CheckRequest,
    "DiffConfig": provider_pb2.DiffRequest,
    "Configure": provider_pb2.ConfigureRequest,
    "Check": provider_pb2.CheckRequest,
    "Diff": provider_pb2.DiffRequest,
    "Create": provider_pb2.CreateRequest,
    "Read": provider_pb2.ReadRequest,
    "Update": provider_pb2.UpdateRequest,
    "Delete": provider_pb2.DeleteRequest,
    "Invoke": provider_pb2.InvokeRequest,
    "GetSchema": provider_pb2.GetSchemaRequest,
    "GetPluginInfo": empty_pb2.Empty,
    "Attach": plugin_pb2.PluginAttach,
}


class Refused(Exception):
    """The provider answered with an error."""

    def __init__(self, error: grpc.RpcError) -> None:
        super().__init__(error.details())
        self.code = error.code()
        self.text = error.details() or ""
        self.half_made: Json | None = None
        metadata: Any = error.trailing_metadata() or ()
        for key, value in metadata:
            if key == "grpc-status-details-bin":
                status = status_pb2.Status.FromString(value)
                details = provider_pb2.ErrorResourceInitFailed()
                status.details[0].Unpack(details)
                self.half_made = MessageToDict(details)


class Wire:
    """Calls a provider with requests in protobuf's JSON form, as recordings hold them."""

    def __init__(self, port: str) -> None:
        own = [*OPTIONS, ("grpc.use_local_subchannel_pool", 1)]  # a connection for each, as the engine does
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=own)
        self.stub = provider_pb2_grpc.ResourceProviderStub(self.channel)

    def call(self, method: str, request: Json) -> Json:
        message = ParseDict(request, REQUESTS[method](), ignore_unknown_fields=True)
        try:
            return MessageToDict(getattr(self.stub, method)(message, timeout=30))
        except grpc.RpcError as error:
            raise Refused(error) from None


@contextmanager
def wired(name: str, provider):
    with serve({name: provider}) as attached:
        wire = Wire(attached.partition(":")[2])
        try:
            yield wire
        finally:
            wire.channel.close()
