"""Who asks: the engine's connection that a request came over, and the resource that it is about."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

log = logging.getLogger(__name__)

ANSWER_SECONDS = 5.0
"""How long the engine may take to note a warning."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Set for the time of one request, also in threads that are started for it."""

    connection: str = ""
    """The engine opens one for each provider of a program, so it stands for that provider's configuration."""
    engine: str = ""
    """Address of the engine's own service; empty where no engine asks."""
    urn: str = ""

    @property
    def stack(self) -> str:
        """Name of the stack that the resource is of (`urn:pulumi:<stack>::…`); empty if it is not known."""
        return self.urn.partition("::")[0].removeprefix("urn:pulumi:")


CALLER: Final[ContextVar[Caller]] = ContextVar("caller", default=Caller())  # noqa: B039 - it is frozen


def warn(text: str) -> None:
    """Have the engine show a warning at the resource in question; without an engine it is logged."""
    caller = CALLER.get()
    if not caller.engine:
        log.warning("%s", text)
        return
    request = engine_pb2.LogRequest(severity=engine_pb2.WARNING, message=text, urn=caller.urn)
    try:
        with grpc.insecure_channel(caller.engine, options=[("grpc.enable_http_proxy", 0)]) as channel:
            engine_pb2_grpc.EngineStub(channel).Log(request, timeout=ANSWER_SECONDS)
    except grpc.RpcError:
        log.warning("%s", text)
