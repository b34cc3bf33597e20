"""The rules on documents against the local cloud's evaluator: what they let pass gives nothing away."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gme_recording.localcloud.access.evaluate import Question, decide
from gme_recording.localcloud.identity import ANONYMOUS, Kind, Principal
from policy import RESOURCE_RULES
from policy.access import ANYONE, BUCKET_POLICY
from policy.rule import Outcome, Resource, judge
from tests.policy.resources import ACCOUNT, APPID, PART, TLS_ONLY, a, document

RULES = {rule.id: rule for rule in RESOURCE_RULES}
ACTIONS = ("cos:GetObject", "cos:PutObject", "cos:DeleteObject", "cos:GetBucket", "cos:PutBucketACL")
OWNER = Principal(Kind.OWNER, "100000000001", APPID, "100000000001")

principals = st.sampled_from(
    ["*", {"qcs": ["*"]}, {"qcs": [ANYONE]}, {"qcs": ANYONE}, {"qcs": [f"{ACCOUNT}/100000000002"]}]
)
actions = st.lists(
    st.sampled_from([*ACTIONS, *(f"name/{action}" for action in ACTIONS), "*", "cos:*", "cos:Get*"]),
    min_size=1,
)
resources = st.lists(
    st.sampled_from(["*", f"{PART}/*", f"{PART}/", f"{PART}/a.mp3", "qcs::cos:::*"]), min_size=1
)
conditions = st.sampled_from(
    [
        {},
        {"bool_equal": {"cos:secure-transport": "false"}},
        {"bool_equal": {"cos:secure-transport": "true"}},
        {"ip_equal": {"qcs:ip": "10.0.0.0/8"}},
        {"ip_not_equal": {"qcs:ip": ["10.0.0.0/8"]}},
    ]
)


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    """A statement as people write it: keys in either case, one value for a list of one."""
    found: dict[str, Any] = {
        "effect": draw(st.sampled_from(["allow", "Allow", "deny"])),
        "principal": draw(principals),
        "action": draw(actions),
        "resource": draw(resources),
    }
    if condition := draw(conditions):
        found["condition"] = condition
    if draw(st.booleans()) and len(found["action"]) == 1:
        found["action"] = found["action"][0]
    return {key.capitalize() if draw(st.booleans()) else key: value for key, value in found.items()}


documents = st.lists(st.one_of(statements(), st.just(TLS_ONLY)), min_size=1, max_size=4)


def policy(*parts: dict[str, Any]) -> Resource:
    return a(BUCKET_POLICY, policy=document(*parts))


def passes(rule: str, resource: Resource) -> bool:
    return judge(RULES[rule], resource, {}).outcome is Outcome.PASSED


def asked(who: Principal, action: str, *, secure: bool, client: str = "10.1.2.3") -> Question:
    facts = {"cos:secure-transport": str(secure).lower(), "qcs:ip": client}
    return Question(who, action, f"{PART}/a.mp3", facts)


@given(documents, st.sampled_from(ACTIONS), st.booleans())
def test_what_is_not_public_gives_a_stranger_nothing(
    parts: list[dict[str, Any]], action: str, secure: bool
) -> None:
    if passes("policy-not-public", policy(*parts)):
        assert not decide(asked(ANONYMOUS, action, secure=secure), [], [document(*parts)])


@given(documents, st.sampled_from(ACTIONS), st.sampled_from(["10.1.2.3", "8.8.8.8"]))
def test_what_is_tls_only_refuses_even_the_owner_over_plain_http(
    parts: list[dict[str, Any]], action: str, client: str
) -> None:
    if passes("policy-tls-only", policy(*parts)):
        assert not decide(asked(OWNER, action, secure=False, client=client), [], [document(*parts)])


@given(documents)
def test_a_locked_out_owner_is_always_found(parts: list[dict[str, Any]]) -> None:
    denied = {**TLS_ONLY, "condition": {"bool_equal": {"cos:secure-transport": ["true", "false"]}}}
    assert not passes("policy-no-lockout", policy(*parts, denied))


@given(documents, st.randoms(use_true_random=False))
def test_order_decides_nothing(parts: list[dict[str, Any]], random: Any) -> None:
    shuffled = random.sample(parts, len(parts))
    for rule in (each for each in RESOURCE_RULES if BUCKET_POLICY in each.types):
        assert judge(rule, policy(*parts), {}) == judge(rule, policy(*shuffled), {})


@given(documents)
def test_the_tls_only_statement_makes_any_policy_tls_only(parts: list[dict[str, Any]]) -> None:
    assert passes("policy-tls-only", policy(*parts, TLS_ONLY))


@given(st.text())
def test_what_is_no_policy_is_one_violation_not_many(text: str) -> None:
    resource = a(BUCKET_POLICY, policy=text)
    outcomes = {rule: judge(RULES[rule], resource, {}).outcome for rule in RULES if "policy" in rule}
    assert judge(RULES["document-readable"], resource, {}).outcome is Outcome.VIOLATED
    assert set(outcomes.values()) == {Outcome.UNDECIDED}
