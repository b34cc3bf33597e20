from __future__ import annotations

import socket

import pytest


@pytest.fixture
def unused_tcp_url() -> str:
    """A loopback address where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"
