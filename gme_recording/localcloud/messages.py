"""A request and a response, free of sockets: what `Cloud.handle` takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import unquote_plus


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as it arrived."""

    method: str
    host: str
    """Lower case, with the port only where it is not the scheme's own."""
    path: str
    """Percent-encoded as sent; starts with `/`."""
    query: str = ""
    """Raw, without the question mark."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case; the values of a repeated header joined by `, `."""
    body: bytes = b""
    secure: bool = True
    """Came over TLS, or through the forward proxy, which stands for the encrypted leg."""
    tls: str = ""
    """Version of TLS that was really spoken, `1.3`; empty where the proxy's leg stands for it."""
    client: str = "127.0.0.1"
    """Address of the caller; empty for what a service does by itself."""

    def arguments(self) -> tuple[tuple[str, str], ...]:
        """The query's parameters in order, decoded; a bare name has an empty value.

        `+` is a space: so the vendor's Python SDKs write one, and sign it as `%20`.
        """
        pairs = (part.partition("=") for part in self.query.split("&") if part)
        return tuple((unquote_plus(name), unquote_plus(value)) for name, _, value in pairs)


class Delivery(StrEnum):
    """How a response gets to its client; all but the first are faults that somebody asked for."""

    WHOLE = "whole"
    TRUNCATED = "truncated"
    """The connection ends in the middle."""
    RESET = "reset"
    """Nothing arrives, the connection is reset."""


@dataclass(frozen=True, slots=True)
class Response:
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    """A HEAD that has no body to measure says `Content-Length` itself."""
    body: bytes = b""
    delivery: Delivery = Delivery.WHOLE
    after_seconds: float = 0.0
    """It leaves that much later; other connections do not wait for it."""
