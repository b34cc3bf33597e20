"""What a page of another origin may do with a bucket."""

from typing import Any

import pytest

from gme_recording.localcloud.messages import Response
from tests.localcloud.services.cos.wire import ANONYMOUS, Wire, code_of, header

ORIGIN = "https://play.example.com"
RULES = """<CORSConfiguration>
<CORSRule><AllowedOrigin>https://*.example.com</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>
<AllowedMethod>GET</AllowedMethod><AllowedHeader>x-cos-*</AllowedHeader><ExposeHeader>ETag</ExposeHeader>
<MaxAgeSeconds>600</MaxAgeSeconds></CORSRule>
<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>HEAD</AllowedMethod></CORSRule>
</CORSConfiguration>"""


@pytest.fixture
def shared(bucket: Wire) -> Wire:
    assert bucket.send("PUT", "/", "cors", RULES).status == 200
    return bucket


def preflight(
    wire: Wire, path: str = "/a", origin: str = ORIGIN, method: str = "PUT", **more: Any
) -> Response:
    asked = {"origin": origin, "access_control_request_method": method, **more}
    return wire.as_(ANONYMOUS).send(
        "OPTIONS", path, **{name: value for name, value in asked.items() if value}
    )


@pytest.mark.parametrize("path", ["/", "/a"])
def test_first_rule_that_fits_answers(shared: Wire, path: str) -> None:
    answer = preflight(shared, path, access_control_request_headers="x-cos-acl, X-COS-Meta-k")
    granted = {name: value for name, value in answer.headers if name.startswith("Access-Control")}
    assert granted == {
        "Access-Control-Allow-Origin": ORIGIN,
        "Access-Control-Allow-Methods": "PUT,GET",
        "Access-Control-Allow-Headers": "x-cos-acl,X-COS-Meta-k",
        "Access-Control-Expose-Headers": "ETag",
        "Access-Control-Max-Age": "600",
    }


def test_any_origin_is_answered_with_a_star(shared: Wire) -> None:
    answer = preflight(shared, origin="https://elsewhere.org", method="HEAD")
    assert header(answer, "Access-Control-Allow-Origin") == "*"


@pytest.mark.parametrize(
    "asked",
    [
        {"origin": "https://elsewhere.org"},
        {"method": "DELETE"},
        {"origin": "https://play.example.com.evil.org"},
        {"access_control_request_headers": "authorization"},
    ],
)
def test_request_that_no_rule_fits_is_forbidden(shared: Wire, asked: dict[str, str]) -> None:
    assert code_of(preflight(shared, **asked)) == (403, "AccessForbidden")


def test_patterns_with_many_stars_hold_nobody_up(bucket: Wire) -> None:
    rule = "<AllowedMethod>PUT</AllowedMethod><AllowedHeader>*</AllowedHeader>"
    origin = f"<AllowedOrigin>https://{'a*' * 60}.org</AllowedOrigin>"
    rules = f"<CORSConfiguration><CORSRule>{origin}{rule}</CORSRule></CORSConfiguration>"
    assert bucket.send("PUT", "/", "cors", rules).status == 200
    assert code_of(preflight(bucket, origin=f"https://{'a' * 200}.com")) == (403, "AccessForbidden")
    assert preflight(bucket, origin=f"HTTPS://{'A' * 200}.org").status == 200


def test_bucket_without_rules_forbids(bucket: Wire) -> None:
    assert code_of(preflight(bucket)) == (403, "AccessForbidden")


@pytest.mark.parametrize("asked", [{"origin": ""}, {"method": ""}])
def test_preflight_must_say_what_it_asks_for(shared: Wire, asked: dict[str, str]) -> None:
    assert code_of(preflight(shared, **asked)) == (400, "InvalidArgument")


def test_answers_tell_the_page_that_it_may_read_them(shared: Wire) -> None:
    assert header(shared.put("a", origin=ORIGIN), "Access-Control-Allow-Origin") == ORIGIN
    assert header(shared.get("a", origin=ORIGIN), "Access-Control-Expose-Headers") == "ETag"
    assert header(shared.get("a", origin="https://elsewhere.org"), "Access-Control-Allow-Origin") is None
    assert header(shared.get("a"), "Access-Control-Allow-Origin") is None
