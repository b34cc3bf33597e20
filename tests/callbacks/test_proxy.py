"""The proxy's example as it is run: the real nginx with TLS before the real receiver."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gme_recording.callbacks.receiver import LARGEST_BODY
from gme_recording.callbacks.relay_token import VARIABLE
from gme_recording.callbacks.signature import sign
from gme_recording.callbacks.store import Selection
from gme_recording.smoke import relay
from tests.callbacks.make import APP, KEY, PATH, TOKEN, Running, a_body, running
from tests.callbacks.proxy import Proxy, nginx
from tests.smoke.make import a_run, a_target

pytestmark = pytest.mark.skipif(
    not shutil.which("nginx"), reason="nginx is not installed (apt-get install nginx)"
)


@pytest.fixture(scope="module")
def set_up(tmp_path_factory) -> Iterator[tuple[Proxy, Running]]:
    folder = tmp_path_factory.mktemp("proxy")
    with running(folder / "db.sqlite", relay_token=TOKEN) as live, nginx(folder, live.address) as proxy:
        yield proxy, live


@pytest.fixture
def proxy(set_up: tuple[Proxy, Running]) -> Proxy:
    return set_up[0]


@pytest.fixture
def live(set_up: tuple[Proxy, Running]) -> Running:
    return set_up[1]


def signed(body: bytes) -> dict[str, str]:
    return {"Signature": sign(body, KEY)}


@pytest.mark.parametrize("size", [0, LARGEST_BODY - 1_000])
def test_a_signed_callback_goes_through_byte_for_byte(proxy: Proxy, live: Running, size: int) -> None:
    """Small ones stay in memory, large ones pass through a file of nginx's."""
    body = a_body(1, size, Padding="\u00fc" * (size // 6))

    assert proxy.request("POST", PATH, body, signed(body)) == (200, '{"result":"stored"}')
    assert body in [one.body for one in live.receiver.store.select(Selection())]


def test_a_refusal_is_the_receivers(proxy: Proxy) -> None:
    refused = (401, '{"result":"wrong signature"}')

    assert proxy.request("POST", PATH, a_body(), {"Signature": "wrong"}) == refused


@pytest.mark.parametrize("path", ["/metrics", "/readyz", "/healthz", "/", f"{PATH}/", f"{PATH}/relay/x"])
def test_everything_else_stays_on_the_machine(proxy: Proxy, live: Running, path: str) -> None:
    assert live.get("/readyz")[0] == 200
    assert proxy.request("GET", path)[0] == 404


@pytest.mark.parametrize(("method", "path"), [("GET", PATH), ("PUT", PATH), ("POST", f"{PATH}/relay")])
def test_other_methods_stop_at_the_proxy(proxy: Proxy, method: str, path: str) -> None:
    status, text = proxy.request(method, path)

    assert (status, "nginx" in text) == (403, True)


def test_a_body_that_is_too_large_never_reaches_the_receiver(proxy: Proxy, live: Running) -> None:
    body = a_body(Padding="x" * LARGEST_BODY)
    before = dict(live.receiver.metrics.requests)

    status, text = proxy.request("POST", PATH, body, signed(body))

    assert (status, "nginx" in text) == (413, True)
    assert live.receiver.metrics.requests == before


def test_the_relay_is_reached_from_outside_with_its_token_alone(proxy: Proxy) -> None:
    question = f"{PATH}/relay?bizId={APP}&taskId=1&seconds=1"
    token = {"Authorization": f"Bearer {TOKEN.reveal()}"}

    assert proxy.request("GET", question)[0] == 401
    status, text = proxy.request("GET", question, headers=token)
    assert (status, json.loads(text)["listens"]) == (200, True)


def test_a_smoke_test_asks_over_tls(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, TOKEN.reveal())
    run = replace(
        a_run(), target=a_target(callback_relay=f"https://127.0.0.1:{proxy.port}{PATH}/relay"), task_id="1"
    )
    run.began = run.clock.now()

    with pytest.raises(relay.Away, match="CERTIFICATE_VERIFY_FAILED"):
        relay.ask(run)
    monkeypatch.setenv("SSL_CERT_FILE", str(proxy.certificate))
    assert relay.ask(run).listens


def test_the_relay_cannot_be_asked_too_often(live: Running, tmp_path: Path) -> None:
    with nginx(tmp_path, live.address) as proxy:
        assert any(proxy.request("GET", f"{PATH}/relay")[0] == 503 for _ in range(100))


def test_a_receiver_that_is_down_is_a_bad_gateway(tmp_path: Path) -> None:
    with nginx(tmp_path, "127.0.0.1:9") as proxy:
        assert proxy.request("POST", PATH, a_body(), signed(a_body()))[0] == 502
