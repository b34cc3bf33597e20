"""What a bucket's CORS rules allow a page of another origin (436/8288): the first rule that fits decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.localcloud.access.match import matches
from gme_recording.localcloud.dialects import documents
from gme_recording.localcloud.services.cos.model import Configuration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gme_recording.localcloud.cloud import Call
    from gme_recording.localcloud.dialects.documents import Element

KIND = "cors"


def rules_of(call: Call, bucket: str) -> Sequence[Element]:
    found = call.store.find(Configuration, bucket=bucket, kind=KIND)
    return tuple(documents.parse(found.text).each("CORSRule")) if found else ()


def allowed(rules: Iterable[Element], origin: str, method: str, headers: Iterable[str]) -> dict[str, str]:
    """The headers that let the page proceed; empty if no rule fits."""
    wanted = [name.strip() for name in headers if name.strip()]
    rule = next((rule for rule in rules if _fits(rule, origin, method, wanted)), None)
    if rule is None:
        return {}
    origins = _texts(rule, "AllowedOrigin")
    return {
        "Access-Control-Allow-Origin": "*" if "*" in origins else origin,
        "Access-Control-Allow-Methods": ",".join(_texts(rule, "AllowedMethod")),
        "Access-Control-Allow-Headers": ",".join(wanted),
        "Access-Control-Expose-Headers": ",".join(_texts(rule, "ExposeHeader")),
        "Access-Control-Max-Age": rule.value("MaxAgeSeconds"),
        "Vary": "Origin",
    }


def of_answer(call: Call, bucket: str) -> Mapping[str, str]:
    """What the answer to a request itself tells the page that sent it."""
    request = call.request
    if not (origin := request.headers.get("origin", "")):
        return {}
    return allowed(rules_of(call, bucket), origin, request.method, ())


def _fits(rule: Element, origin: str, method: str, headers: Iterable[str]) -> bool:
    if method not in _texts(rule, "AllowedMethod"):
        return False
    if not any(_matches(pattern, origin) for pattern in _texts(rule, "AllowedOrigin")):
        return False
    patterns = _texts(rule, "AllowedHeader")
    return all(any(_matches(pattern, name) for pattern in patterns) for name in headers)


def _texts(rule: Element, name: str) -> list[str]:
    return [child.text.strip() for child in rule.each(name)]


def _matches(pattern: str, text: str) -> bool:
    """`*` stands for anything; neither origins nor names of headers know upper and lower case."""
    return "?" not in pattern and matches(pattern.lower(), text.lower())
