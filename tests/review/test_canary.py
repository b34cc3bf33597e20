"""Whatever is in a preview: no secret and no unknown value gets into a comment, or into its JSON."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gme_recording.review.comment import render
from gme_recording.review.plan import Plan, parse
from gme_recording.review.report import Means, review
from gme_recording.review.values import HARMLESS
from policy.inputs import SECRET, SIGNATURE, UNKNOWNS
from tests.review.make import (
    ATTACHMENT,
    BUCKET,
    BUCKET_POLICY,
    GOLDEN,
    LINKED_ROLE,
    POLICY,
    ROLE,
    SETTINGS,
    STASH,
    raw_step,
)

CANARY = "canary-7f3a"
KINDS = [
    BUCKET,
    BUCKET_POLICY,
    POLICY,
    ATTACHMENT,
    LINKED_ROLE,
    ROLE,
    SETTINGS,
    STASH,
    "some:other/type:Type",
]
SHOWN_NAMES = ("bucket", "acl", "lifecycleRules", "input", "policy", "document", "callbackUrl", "policyId")
WRAPPED = {SIGNATURE: SECRET, "plaintext": json.dumps(CANARY), "ciphertext": CANARY, "value": CANARY}


def everything(plan: Plan) -> str:
    told = review([plan], Means(), commit="1a2b3c4", at=datetime(2026, 11, 22, tzinfo=UTC))
    return render(told.comment, 10_000_000) + json.dumps(told.data(), ensure_ascii=False)


hidden = st.sampled_from([WRAPPED, *sorted(UNKNOWNS)])
names = st.sampled_from([*SHOWN_NAMES, "userName", "qcsServiceNames", "bizId", "tags", "mode", "forceClean"])
values = st.recursive(
    hidden | st.sampled_from([None, True, 3, "name"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
inputs = st.dictionaries(names, values, max_size=6)


@st.composite
def steps(draw: st.DrawFn) -> dict[str, Any]:
    op = draw(st.sampled_from(["same", "create", "update", "replace", "delete", "import"]))
    old = None if op in {"create", "import"} else draw(inputs)
    new = None if op == "delete" else draw(inputs)
    kind, name = draw(st.sampled_from(KINDS)), draw(st.sampled_from("abc"))
    reasons = draw(st.lists(names, max_size=2))
    return raw_step(kind, op, old, new, name=name, diffReasons=reasons, replaceReasons=reasons)


@given(st.lists(steps(), max_size=6))
def test_nothing_secret_or_unknown_is_told(raw):
    text = everything(parse("prod", {"steps": raw}))

    assert CANARY not in text
    assert not [each for each in UNKNOWNS if each in text]


def planted(value: Any, kind: str, path: str = "") -> Any:
    """The inputs with a canary for every text whose value is not known to be harmless."""
    if isinstance(value, dict):
        return {key: planted(each, kind, f"{path}.{key}".lstrip(".")) for key, each in value.items()}
    if isinstance(value, list):
        return [planted(each, kind, f"{path}[{at}]") for at, each in enumerate(value)]
    known = kind in HARMLESS and HARMLESS[kind].fullmatch(path)
    kept = known or path in {"policy", "document", "policyId"} or path.endswith((".id", ".environment"))
    return value if kept or not isinstance(value, str) else CANARY


def test_no_value_is_told_that_is_not_known_to_be_harmless():
    digest = json.loads((GOLDEN / "staging.json").read_text())
    for step in digest["steps"]:
        for state in filter(None, (step.get("oldState"), step.get("newState"))):
            state["inputs"] = planted(state.get("inputs") or {}, state["type"])
            state["outputs"] = {"key": CANARY}
    digest |= {"config": {"a:b": CANARY}, "diagnostics": [{"severity": "error", "message": CANARY}]}

    text = everything(parse("staging", digest))

    assert CANARY in json.dumps(digest)
    assert CANARY not in text
    assert "recording-storage-bucket" in text


def test_a_credential_in_a_harmless_place_is_withheld():
    key = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE"
    step = raw_step(BUCKET, "update", {"bucket": "a"}, {"bucket": key, "encryptionAlgorithm": key}, name=key)

    text = everything(parse("prod", {"steps": [step]}))

    assert key not in text.replace(step["urn"], "")
    assert "`no-plain-secrets`" in text
