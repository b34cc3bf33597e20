"""Who may ask the local cloud's own endpoints, and how."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.localcloud.messages import Request, Response
from tests.localcloud.services.gme.world import World

WORLD = World(ready=False)
CLOUD = WORLD.cloud
HOST = "127.0.0.1:8000"
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
JOIN = b'{"bizId": 1400000001, "roomId": "r", "userId": "u"}'


def ask(
    method: str, path: str, *, host: str = HOST, body: bytes = b"", headers: Mapping[str, str] = JSON
) -> Response:
    target, _, query = path.partition("?")
    return CLOUD.handle(Request(method, host, target, query, headers, body))


def problem(response: Response) -> tuple[int, str]:
    return response.status, json.loads(response.body)["error"]


@pytest.mark.parametrize("host", [HOST, "localhost:8000", "[::1]:8000", "127.0.0.1"])
def test_loopback_hosts_are_answered(host: str) -> None:
    assert ask("GET", "/healthz", host=host).status == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8000", "192.168.1.2:8000", "", "["])
def test_foreign_hosts_are_refused(host: str) -> None:
    assert problem(ask("POST", "/admin/reset", host=host, body=b"{}")) == (403, "Forbidden")


def test_vendor_hosts_keep_their_paths() -> None:
    response = ask("GET", "/admin/rooms", host="voice-1250000000.cos.ap-guangzhou.myqcloud.com")
    assert b"<Error>" in response.body


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:8001", "https://127.0.0.1:8000"]
)
def test_other_sites_are_refused(origin: str) -> None:
    found = ask("POST", "/admin/rooms/join", body=JOIN, headers={**JSON, "origin": origin})
    assert problem(found) == (403, "Forbidden")


def test_own_origin_is_answered() -> None:
    headers = {**JSON, "origin": f"http://{HOST}"}
    assert ask("POST", "/admin/rooms/join", body=JOIN, headers=headers).status == 200


def test_form_must_say_where_it_comes_from() -> None:
    body = b"bizId=1400000001&roomId=r&userId=u"
    assert problem(ask("POST", "/admin/rooms/join", body=body, headers=FORM)) == (403, "Forbidden")
    own = {**FORM, "origin": f"http://{HOST}"}
    assert ask("POST", "/admin/rooms/join", body=body, headers=own).status == 200


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", ""])
def test_only_json_is_taken_from_programs(content_type: str) -> None:
    found = ask("POST", "/admin/rooms/join", body=JOIN, headers={"content-type": content_type})
    assert problem(found) == (415, "UnsupportedMediaType")


@pytest.mark.parametrize("body", [b"[1]", b"{", b"\xff", b"[" * 100_000, b"null"])
def test_body_must_be_an_object(body: bytes) -> None:
    assert problem(ask("POST", "/admin/rooms/join", body=body)) == (400, "InvalidRequest")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"bizId": 1400000001, "roomId": "r"}, "MissingParameter"),
        ({"bizId": 1400000001, "roomId": "r", "userId": "u", "mic": True}, "UnknownParameter"),
        ({"bizId": "x", "roomId": "r", "userId": "u"}, "InvalidParameter"),
        ({"bizId": 2**64, "roomId": "r", "userId": "u"}, "InvalidParameter"),
    ],
)
def test_parameters_are_checked(body: dict[str, object], code: str) -> None:
    assert problem(ask("POST", "/admin/rooms/join", body=json.dumps(body).encode())) == (400, code)


def test_unknown_paths_and_methods_are_told_apart() -> None:
    assert problem(ask("GET", "/admin/nothing")) == (404, "NotFound")
    assert problem(ask("DELETE", "/admin/rooms")) == (405, "MethodNotAllowed")


@pytest.mark.parametrize("accept", ["*/*", "text/html"])
def test_half_of_a_surrogate_pair_is_refused_wherever_it_stands(accept: str) -> None:
    for body in (rb'{"\ud800": 1}', rb'{"name": "\ud800"}'):
        found = ask("POST", "/admin/applications", body=body, headers={**JSON, "accept": accept})
        assert found.status == 400
        assert found.body.decode()


def test_refusals_of_pages_are_pages() -> None:
    found = ask("GET", "/console/applications/7", headers={"accept": "text/html,*/*"})
    assert found.status == 404
    assert b"<h1>UnknownApplication</h1>" in found.body


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"]),
    path=st.sampled_from(
        [
            operation.match.partition(" ")[2]
            for s in CLOUD.services
            for operation in s.operations.values()
            if s.name in {"admin", "console"}
        ]
    ),
    query=st.text(max_size=20),
    body=st.one_of(
        st.binary(max_size=30),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: st.dictionaries(
                st.sampled_from(["bizId", "roomId", "userId", "on", "advance", "next", "taskId", "name"]),
                inner,
                max_size=4,
            ),
            max_leaves=6,
        ).map(lambda value: json.dumps(value).encode()),
    ),
    headers=st.sampled_from([JSON, {**FORM, "origin": f"http://{HOST}"}, {"accept": "text/html"}]),
)
def test_nothing_makes_it_fail(
    method: str, path: str, query: str, body: bytes, headers: Mapping[str, str]
) -> None:
    assert (
        ask(method, f"{path}?{query}".replace("{biz_id}", "1400000001"), body=body, headers=headers).status
        < 500
    )
