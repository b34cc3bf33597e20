"""Serving providers: inside this process, attached to an engine, or as a plugin that the engine starts."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from gme_recording.errors import UserError
from providers.kit.apply import HalfMade
from providers.kit.caller import CALLER, Caller
from providers.kit.provider import TableProvider

if TYPE_CHECKING:
    Interceptor = grpc.aio.ServerInterceptor[Any, Any]
else:  # generic in its stubs only
    Interceptor = grpc.aio.ServerInterceptor

log = logging.getLogger(__name__)

MESSAGE_LIMIT = 400 * 1024 * 1024
"""Bytes; the engine's own limit (gRPC's default of 4 MiB is too small for large inputs)."""
OPTIONS = [
    ("grpc.max_receive_message_length", MESSAGE_LIMIT),
    ("grpc.max_send_message_length", MESSAGE_LIMIT),
    ("grpc.so_reuseport", 0),
]
STARTING_SECONDS = 30.0
"""How long servers may take to listen."""


class Servicer(ProviderServicer):
    """The SDK's servicer, completed."""

    async def Handshake(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802
        """Greet an engine; secrets are wanted in clear, as `Configure` says once more."""
        return provider_pb2.ProviderHandshakeResponse()

    async def Attach(self, request: Any, context: Any) -> Empty:  # noqa: ARG002, N802
        """Accept an engine: it greets a provider it is attached to, and the SDK has no answer."""
        return Empty()

    async def DiffConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Answer as Diff does: the SDK sends "changes" as "no changes" here, and fails on details."""
        return await self.Diff(request, context)


class Calls(Interceptor):
    """Notes who calls, and turns what a provider raises into one line: a UserError into its own, anything
    else also into a log.
    """

    def __init__(self) -> None:
        self._engines: dict[str, str] = {}
        """Connection → address of the engine at its other end."""

    def _note(self, request: Any, connection: str) -> None:
        if isinstance(request, provider_pb2.ProviderHandshakeRequest):
            self._engines[connection] = request.engine_address
        engine = self._engines.get(connection, "")
        CALLER.set(Caller(connection, engine, getattr(request, "urn", "")))

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        handler = await continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            return handler
        perform = handler.unary_unary

        async def guarded(request: Any, context: Any) -> Any:
            self._note(request, context.peer())
            try:
                return await perform(request, context)
            except HalfMade as error:
                await context.abort(grpc.StatusCode.UNKNOWN, str(error), (_details(error),))
            except UserError as error:
                await context.abort(grpc.StatusCode.UNKNOWN, str(error))
            except Exception as error:
                if isinstance(error, grpc.aio.AbortError | NotImplementedError):
                    raise
                log.exception("%s failed", handler_call_details.method)
                await context.abort(grpc.StatusCode.INTERNAL, _one_line(error))

        return grpc.unary_unary_rpc_method_handler(
            guarded, handler.request_deserializer, handler.response_serializer
        )


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"defect in the provider: {type(error).__name__}: {text}; the log has more"


def _details(error: HalfMade) -> tuple[str, bytes]:
    """What the engine records of a resource that is half made."""
    details = provider_pb2.ErrorResourceInitFailed(
        id=error.resource_id,
        properties=PropertyValue.marshal_map(error.state),
        reasons=[str(error)],
        inputs=PropertyValue.marshal_map(error.inputs),
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error))
    status.details.add().Pack(details)
    return "grpc-status-details-bin", status.SerializeToString()


async def listen(provider: TableProvider[Any]) -> tuple[grpc.aio.Server, int]:
    """Serve a provider on a free loopback port; return the server and the port."""
    server = grpc.aio.server(options=OPTIONS, interceptors=(Calls(),))
    servicer = Servicer([], provider.package.version, provider, engine_address="")
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    return server, port


class _Thread:
    """A thread with an event loop that serves providers until it is told to stop."""

    def __init__(self, providers: Mapping[str, TableProvider[Any]]) -> None:
        self._providers = providers
        self._stopped = asyncio.Event()
        self._loop: Future[asyncio.AbstractEventLoop] = Future()
        self.ports: Future[dict[str, int]] = Future()
        self._thread = threading.Thread(target=self._main, name="providers", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        with suppress(RuntimeError):  # the loop has ended by itself
            self._loop.result().call_soon_threadsafe(self._stopped.set)
        self._thread.join(STARTING_SECONDS)

    def _main(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits for the ports
            self.ports.set_exception(error)

    async def _serve(self) -> None:
        self._loop.set_result(asyncio.get_running_loop())
        served = {name: await listen(provider) for name, provider in self._providers.items()}
        self.ports.set_result({name: port for name, (_, port) in served.items()})
        await self._stopped.wait()
        for server, _ in served.values():
            await server.stop(grace=1.0)


@contextmanager
def serve(providers: Mapping[str, TableProvider[Any]]) -> Iterator[str]:
    """Serve providers from a thread of this process; yield the value of `PULUMI_DEBUG_PROVIDERS`."""
    thread = _Thread(providers)
    try:
        ports = thread.ports.result(STARTING_SECONDS)
        yield ",".join(f"{name}:{port}" for name, port in ports.items())
    finally:
        thread.stop()


USAGE = """\
Usage: python -m providers.{name} [ENGINE]

  The Pulumi provider {name} {version} as a plugin. The engine starts it with its own address, reads the port
  from the first line of the output, and ends it. Nobody else needs to: gme-recording serves it itself.
"""


def main(provider: TableProvider[Any]) -> None:
    """Be a plugin: print the port that the engine is to use, and serve until it ends this process."""
    if {"-h", "--help"} & {*sys.argv[1:]}:
        sys.stdout.write(USAGE.format(name=provider.package.name, version=provider.package.version))
        return

    async def run() -> None:
        server, port = await listen(provider)
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        try:
            await server.wait_for_termination()
        finally:
            await server.stop(grace=None)

    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    try:
        asyncio.run(run())
    except KeyboardInterrupt:  # the engine's way to end a plugin, and a person's
        return
