"""What the official provider asked and was answered, asked again: same status, same content."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gme_recording.localcloud.dialects import documents
from gme_recording.localcloud.dialects.documents import Element
from gme_recording.localcloud.messages import Request, Response
from tests.localcloud.services.cos.wire import Wire, header, tree_of

GOLDEN = Path(__file__).parents[3] / "golden"
TYPES = ("cos.Bucket", "cos.BucketPolicy", "cos.BucketReferer", "cos.BucketInventory")
FILES = [path for kind in TYPES for path in sorted((GOLDEN / "http" / kind).glob("*.jsonl"))]
SECOND = "rec2-1250000000"
VERSIONED = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"


def exchanges(path: Path) -> list[dict[str, Any]]:
    """The recorded requests; `(as before)` replaced by what the same request was answered before."""
    found = [json.loads(line) for line in path.read_text().splitlines()]
    last: dict[str, dict[str, Any]] = {}
    for exchange in found:
        key = f"{exchange['method']} {exchange['host']} {exchange['query']}"
        if exchange["answer"] == "(as before)":
            exchange["answer"] = last[key]["answer"]
        last[key] = exchange
    return found


def steps(path: Path) -> list[dict[str, Any]]:
    scenarios = json.loads((GOLDEN / "provider" / path.parent.name / "scenarios.json").read_text())
    return next(s["steps"] for s in scenarios if s["scenario"] == path.stem)


def is_injected(exchange: dict[str, Any]) -> bool:
    """Refused by a fault of the recording's own, so it never reached the cloud."""
    return exchange["status"] in (403, 500)


def next_answer(rest: list[dict[str, Any]], subresource: str) -> str:
    named = (
        e for e in rest if e["method"] == "GET" and e["query"].startswith(subresource) and e["status"] == 200
    )
    return str(next(named)["answer"])


def forget_bucket(wire: Wire, _rest: list[dict[str, Any]]) -> None:
    assert wire.send("DELETE").status == 204


def make(name: str) -> Callable[[Wire, list[dict[str, Any]]], object]:
    return lambda wire, _rest: wire.make(name)


def as_recorded(subresource: str) -> Callable[[Wire, list[dict[str, Any]]], object]:
    """Somebody else wrote what the recording shows afterwards."""

    def change(wire: Wire, rest: list[dict[str, Any]]) -> None:
        assert wire.send("PUT", query=subresource, body=next_answer(rest, subresource)).status == 200

    return change


def without(subresource: str) -> Callable[[Wire, list[dict[str, Any]]], object]:
    return lambda wire, _rest: wire.send("DELETE", query=subresource)


def a_furnished_bucket(wire: Wire, rest: list[dict[str, Any]]) -> None:
    wire.make()
    for subresource in ("versioning", "encryption", "tagging", "lifecycle"):
        as_recorded(subresource)(wire, rest)


def replication_target(wire: Wire, _rest: list[dict[str, Any]]) -> None:
    wire.make("copy-1250000000")
    wire.send("PUT", query="versioning", body=VERSIONED, bucket="copy-1250000000")


def two_unversioned_objects(wire: Wire, _rest: list[dict[str, Any]]) -> None:
    """The recorded cloud gave no version ids, so they are written while versioning is suspended."""
    before = tree_of(wire.send("GET", query="versioning")).value("Status")
    wire.send("PUT", query="versioning", body=VERSIONED.replace("Enabled", "Suspended"))
    wire.put("a.mp3")
    wire.put("b c.mp3")
    if before == "Enabled":
        wire.send("PUT", query="versioning", body=VERSIONED)


OUTSIDE: dict[str, Callable[[Wire, list[dict[str, Any]]], object]] = {
    "the bucket exists, in this account": make("rec-1250000000"),
    "the bucket exists": make("rec-1250000000"),
    "a second bucket exists": make(SECOND),
    "a bucket without policy exists": make(SECOND),
    "the target bucket exists": make("acclogs-1250000000"),
    "the destination bucket exists with versioning": replication_target,
    "a bucket with versioning, AES256, a tag and a lifecycle rule exists": a_furnished_bucket,
    "bucket deleted": forget_bucket,
    "the bucket is deleted": forget_bucket,
    "an object is in the bucket": lambda wire, _rest: wire.put("a.mp3"),
    "two objects are in the bucket": two_unversioned_objects,
    "acl made public-read": lambda wire, _rest: wire.send("PUT", query="acl", x_cos_acl="public-read"),
    "first lifecycle rule expires after 5 days, the second one is gone": as_recorded("lifecycle"),
    "encryption removed": without("encryption"),
    "versioning suspended": as_recorded("versioning"),
    "one tag changed, one added": as_recorded("tagging"),
    "all tags removed": without("tagging"),
    "cors removed": without("cors"),
    "lifecycle removed": without("lifecycle"),
    "the policy is deleted": without("policy"),
    "a policy exists": as_recorded("policy"),
    "the policy grants PutObject instead": as_recorded("policy"),
    "referer set": as_recorded("referer"),
    "disabled outside": as_recorded("referer"),
    "reset to the default outside": as_recorded("referer"),
    "an inventory exists": as_recorded("inventory&id=daily"),
    "weekly outside": as_recorded("inventory&id=daily"),
    "inventory deleted outside": without("inventory&id=daily"),
}


def replay(wire: Wire, path: Path) -> Iterator[tuple[dict[str, Any], Response]]:
    recorded = exchanges(path)
    done = 0
    for step in steps(path):
        if "step" not in step:
            if "fault" not in step:
                OUTSIDE[step["cloud"]](wire, recorded[done:])
            continue
        names = (step["step"], f"{step['step']}.preview", f"{step['step']}.up")
        while done < len(recorded) and recorded[done]["step"] in names:
            exchange = recorded[done]
            done += 1
            if not is_injected(exchange):
                yield exchange, wire.handle(as_request(exchange))
    assert done == len(recorded), f"nothing replays step {recorded[done]['step']}"


def as_request(exchange: dict[str, Any]) -> Request:
    return Request(
        exchange["method"],
        exchange["host"],
        exchange["path"],
        exchange["query"],
        exchange["headers"],
        exchange["body"].encode(),
    )


def content(answer: str) -> object:
    """What the provider reads of an answer: no request ids, no wording, no ids that the server chose."""
    if not answer or answer.startswith("{"):
        return answer
    document = documents.parse(answer)
    if document.name == "Error":
        return document.value("Code")
    if document.name == "AccessControlPolicy":
        grants = (g for entries in document.each("AccessControlList") for g in entries.each("Grant"))
        return sorted(f"{who(grant)} {grant.value('Permission')}" for grant in grants)
    if document.name == "ListVersionsResult":
        found = [
            (v.value("Key"), v.value("VersionId"), v.value("IsLatest")) for v in document.each("Version")
        ]
        return document.value("IsTruncated"), found
    return without_chosen_ids(document)


def who(grant: Element) -> str:
    grantee = grant.find("Grantee")
    assert grantee is not None
    return grantee.value("ID") + grantee.value("URI")


def without_chosen_ids(document: Element) -> object:
    if document.name == "ID" and (document.text.startswith("rule-00") or len(document.text) == 32):
        return "ID"
    return document.name, document.text, sorted(map(repr, map(without_chosen_ids, document.children)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_recorded_requests_are_answered_alike(wire: Wire, path: Path) -> None:
    replayed = list(replay(wire, path))

    assert [(e["method"], e["query"], r.status) for e, r in replayed] == [
        (e["method"], e["query"], e["status"]) for e, _ in replayed
    ]
    for exchange, response in replayed:
        assert content(response.body.decode()) == content(exchange["answer"]), exchange
        for name, value in exchange.get("answer_headers", {}).items():
            assert header(response, name) == value, exchange
