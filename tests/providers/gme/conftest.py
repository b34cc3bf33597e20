from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from providers.gme import provider
from tests.providers.wire import Wire, wired


@pytest.fixture
def unused_tcp_url() -> str:
    """A loopback address where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture
def wire() -> Iterator[Wire]:
    with wired("gme", provider()) as wire:
        yield wire
