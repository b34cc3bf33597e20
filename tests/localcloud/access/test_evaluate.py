import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.localcloud.access.condition import Facts
from gme_recording.localcloud.access.evaluate import Question, decide, facts_of, trusts
from gme_recording.localcloud.identity import ANONYMOUS, Kind, Principal
from gme_recording.localcloud.messages import Request

OWNER = Principal(Kind.OWNER, "100000000001", "1250000000", "100000000001")
USER = Principal(Kind.USER, "100000000001", "1250000000", "100000000100")
ROLE = Principal(Kind.ROLE, "100000000001", "1250000000", role="writer")
STRANGER = Principal(Kind.OWNER, "100000000002", "1250000001", "100000000002")
BUCKET = "qcs::cos:ap-guangzhou:uid/1250000000:rec-1250000000"
OBJECT = f"{BUCKET}/a.mp3"


def statement(
    effect: str = "allow", action: str = "cos:*", resource: str = "*", **more: object
) -> dict[str, object]:
    return {"effect": effect, "action": action, "resource": resource, **more}


def policy(*statements: dict[str, object]) -> str:
    return json.dumps({"version": "2.0", "statement": list(statements)})


def on_bucket(principal: Principal | str, **parts: object) -> str:
    name = principal if isinstance(principal, str) else principal.qcs
    return policy({**statement(), "principal": {"qcs": [name]}, **parts})


def allowed(
    principal: Principal,
    identity: Sequence[str] = (),
    on_resource: Sequence[str] = (),
    *,
    action: str = "cos:GetObject",
    resource: str = OBJECT,
    facts: Facts | None = None,
) -> bool:
    return decide(Question(principal, action, resource, facts or {}), identity, on_resource)


def test_what_nobody_allows_is_denied():
    assert not allowed(USER)
    assert not allowed(ROLE)
    assert not allowed(ANONYMOUS)


def test_the_account_may_do_everything_with_what_is_its_own():
    assert allowed(OWNER)
    assert not allowed(STRANGER)


@pytest.mark.parametrize("principal", [USER, ROLE])
def test_an_identity_policy_allows(principal):
    assert allowed(principal, [policy(statement(action="name/cos:GetObject"))])
    assert not allowed(principal, [policy(statement(action="name/cos:PutObject"))])
    assert not allowed(principal, [policy(statement(resource=f"{BUCKET}/other/*"))])


@pytest.mark.parametrize("principal", [USER, ROLE])
def test_a_bucket_policy_allows_whom_it_names(principal):
    assert allowed(principal, on_resource=[on_bucket(principal)])
    assert not allowed(principal, on_resource=[on_bucket(OWNER)])


def test_anonymous_callers_are_allowed_by_resource_policies_only():
    assert allowed(ANONYMOUS, on_resource=[on_bucket("qcs::cam::anyone:anyone")])
    assert not allowed(ANONYMOUS, on_resource=[on_bucket(USER)])
    assert not allowed(ANONYMOUS, [policy(statement())])


@pytest.mark.parametrize("principal", [OWNER, USER, ROLE])
def test_a_deny_wins_even_against_the_owner(principal):
    deny = on_bucket("*", effect="deny")
    assert not allowed(principal, [policy(statement())], [on_bucket(principal), deny])


def test_a_bucket_that_wants_tls_refuses_plain_requests():
    tls_only = on_bucket(
        "*", effect="deny", action="*", condition={"bool_equal": {"cos:secure-transport": "false"}}
    )
    assert allowed(OWNER, on_resource=[tls_only], facts={"cos:secure-transport": "true"})
    assert not allowed(OWNER, on_resource=[tls_only], facts={"cos:secure-transport": "false"})


def test_a_condition_that_cannot_be_judged_allows_nothing_and_denies_all():
    odd = {"moon_phase": {"qcs:moon": "full"}}
    assert not allowed(USER, [policy(statement(condition=odd))])
    assert not allowed(OWNER, [policy(statement("deny", condition=odd))])


def test_a_session_policy_narrows_and_never_widens():
    session = policy(statement(action="cos:GetObject"))
    owner = Principal(Kind.OWNER, "100000000001", "1250000000", "100000000001", session_policy=session)
    user = Principal(Kind.USER, "100000000001", "1250000000", "100000000100", session_policy=session)
    assert allowed(owner)
    assert not allowed(owner, action="cos:PutObject")
    assert not allowed(user)
    assert allowed(user, [policy(statement())])


def test_another_account_needs_the_bucket_policy_besides_its_own():
    assert allowed(STRANGER, on_resource=[on_bucket(STRANGER)])
    guest = Principal(Kind.USER, "100000000002", "1250000001", "100000000200")
    assert not allowed(guest, on_resource=[on_bucket(guest)])
    assert allowed(guest, [policy(statement())], [on_bucket(guest)])


def test_a_resource_without_account_belongs_to_the_caller():
    tagged = "qcs::cam::uin/:role/4611686018427400001"
    assert allowed(OWNER, resource=tagged, action="tag:ModifyResourceTags")


def test_a_role_is_trusted_by_name_or_account():
    def trust(*principals: str) -> str:
        each = {"effect": "allow", "action": "name/sts:AssumeRole", "principal": {"qcs": list(principals)}}
        return json.dumps({"version": "2.0", "statement": [each]})

    assert trusts(trust(USER.qcs), USER, {})
    assert trusts(trust("qcs::cam::uin/100000000001:root"), USER, {})
    assert not trusts(trust(USER.qcs), OWNER, {})
    assert not trusts(trust("qcs::cam::uin/100000000002:root"), USER, {})


def test_facts_come_from_connection_headers_and_query():
    request = Request(
        "GET",
        "rec-1250000000.cos.ap-guangzhou.myqcloud.com",
        "/",
        "prefix=a%2F&max-keys=5&other=1",
        {"x-cos-acl": "private", "range": "bytes=0-1"},
        secure=False,
        client="10.0.0.1",
    )
    assert facts_of(request) == {
        "cos:secure-transport": "false",
        "qcs:ip": "10.0.0.1",
        "cos:x-cos-acl": "private",
        "cos:prefix": "a/",
        "cos:max-keys": "5",
    }


EFFECTS = st.sampled_from(["allow", "deny"])
ACTIONS = st.sampled_from(["*", "cos:*", "name/cos:GetObject", "cos:PutObject"])
RESOURCES = st.sampled_from(["*", f"{BUCKET}/*", OBJECT, f"{BUCKET}/other"])
STATEMENTS = st.builds(statement, EFFECTS, ACTIONS, RESOURCES)
POLICIES = st.lists(STATEMENTS, min_size=1, max_size=3).map(lambda some: policy(*some))
PRINCIPALS = st.sampled_from([OWNER, USER, ROLE])


@given(PRINCIPALS, st.lists(POLICIES, max_size=4), st.randoms())
def test_order_does_not_count(principal, documents, random):
    shuffled = list(documents)
    random.shuffle(shuffled)
    assert allowed(principal, documents) == allowed(principal, shuffled)


@given(PRINCIPALS, st.lists(POLICIES, max_size=3))
def test_an_added_deny_of_everything_denies(principal, documents):
    assert not allowed(principal, [*documents, policy(statement("deny", "*"))])


@given(PRINCIPALS, st.lists(POLICIES, max_size=3), st.builds(statement, st.just("allow"), ACTIONS, RESOURCES))
def test_an_added_allow_takes_nothing_away(principal, documents, more):
    assert not allowed(principal, documents) or allowed(principal, [*documents, policy(more)])


@given(PRINCIPALS, st.lists(POLICIES, max_size=3), st.builds(statement, st.just("deny"), ACTIONS, RESOURCES))
def test_an_added_deny_gives_nothing(principal, documents, more):
    assert allowed(principal, documents) or not allowed(principal, [*documents, policy(more)])
