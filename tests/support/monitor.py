"""The engine's side of a deployment over gRPC, for plugins: it keeps what is registered, as `wire` does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import engine_pb2_grpc, resource_pb2, resource_pb2_grpc

from tests.support import wire


class Engine(engine_pb2_grpc.EngineServicer):
    """Takes what is logged."""

    def Log(self, request: Any, context: Any) -> Any:  # noqa: N802 - the name on the wire
        return Empty()


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """Answers what a component asks."""

    def __init__(self) -> None:
        self.wire = wire.Wire(wire.ACCOUNT)
        self.hooks: list[str] = []
        self.transforms = 0

    def SupportsFeature(self, request: Any, context: Any) -> Any:  # noqa: N802 - the names on the wire
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in {"resourceHooks", "transforms"})

    def RegisterResource(self, request: Any, context: Any) -> Any:  # noqa: N802
        self.transforms += len(request.transforms)
        return self.wire.RegisterResource(request)

    def RegisterResourceOutputs(self, request: Any, context: Any) -> Any:  # noqa: N802
        return self.wire.RegisterResourceOutputs(request)

    def RegisterResourceHook(self, request: Any, context: Any) -> Any:  # noqa: N802
        self.hooks.append(request.name)
        return Empty()


@contextmanager
def serve() -> Iterator[tuple[Monitor, str]]:
    """A monitor and its address, which is that of the engine too."""
    loops: list[asyncio.AbstractEventLoop] = []

    def give_loop() -> None:
        """The SDK's mocks want one on each thread."""
        loops.append(asyncio.new_event_loop())
        asyncio.set_event_loop(loops[-1])

    monitor = Monitor()
    workers = ThreadPoolExecutor(4, initializer=give_loop)
    server = grpc.server(workers)
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
    engine_pb2_grpc.add_EngineServicer_to_server(Engine(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield monitor, f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()
        workers.shutdown()
        for loop in loops:
            loop.close()
