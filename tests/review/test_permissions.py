"""Who may do what that they could not before."""

from gme_recording.review.effect import Effect, Severity
from gme_recording.review.permissions import effects
from gme_recording.review.plan import Plan
from policy.inputs import UNKNOWN
from tests.review.make import (
    ATTACHMENT,
    BUCKET_POLICY,
    LINKED_ROLE,
    POLICY,
    ROLE,
    changed,
    created,
    deleted,
    document,
    golden,
    plan,
    raw_step,
    urn,
)

FILES = "qcs::cos:ap-guangzhou:uid/1250000000:voice-1250000000/*"
READ = {"effect": "allow", "action": ["cos:GetObject", "cos:HeadObject"], "resource": [FILES]}


def told(plan: Plan) -> list[tuple[Severity, str]]:
    return [(each.severity, each.text) for each in effects(plan)]


def test_a_public_bucket_is_loud():
    policy = {"bucket": "voice-1250000000", "policy": document({**READ, "principal": "*"})}

    assert told(created(BUCKET_POLICY, policy)) == [
        (
            Severity.LOUD,
            f"**everybody, without a key,** may from now on: `cos:GetObject`, `cos:HeadObject` on `{FILES}`",
        )
    ]


def test_actions_on_different_resources_are_told_apart():
    writes = {"effect": "allow", "action": "cos:PutObject", "resource": [FILES, f"{FILES}.mp3"]}

    assert told(created(POLICY, {"document": document(READ, writes)})) == [
        (
            Severity.WARNING,
            "whoever has policy `it` may from now on: `cos:GetObject`, `cos:HeadObject` on "
            f"`{FILES}`; `cos:PutObject` on `{FILES}`, `{FILES}.mp3`",
        )
    ]


def test_less_is_told_without_alarm():
    less = {**READ, "action": ["cos:HeadObject"]}

    assert told(changed(POLICY, {"document": document(READ)}, {"document": document(less)})) == [
        (Severity.NOTE, f"whoever has policy `it` may no longer: `cos:GetObject` on `{FILES}`")
    ]


def test_a_user_who_gets_a_policy_that_was_there_gets_what_it_allows():
    policy = raw_step(
        POLICY, "same", {"document": document(READ)}, {"document": document(READ)}, name="reader"
    )
    attachment = raw_step(
        ATTACHMENT, "create", None, {"userName": "alice", "policyId": "id-reader"}, name="a"
    )

    assert told(plan(policy, attachment)) == [
        (
            Severity.WARNING,
            f"user `alice` gets policy `reader`: `cos:GetObject`, `cos:HeadObject` on `{FILES}`",
        )
    ]


def test_users_of_a_new_policy_are_named_with_it():
    policy = raw_step(POLICY, "create", None, {"document": document(READ)}, name="reader")
    made = {"propertyDependencies": {"policyId": [urn(POLICY, "reader")]}}
    attachment = raw_step(
        ATTACHMENT, "create", None, {"userName": "alice", "policyId": UNKNOWN}, name="a", state=made
    )

    assert [text for _, text in told(plan(policy, attachment))] == [
        "whoever has policy `reader` (users `alice`) may from now on: `cos:GetObject`, `cos:HeadObject` on "
        f"`{FILES}`",
        "user `alice` gets policy `reader`",
    ]


def test_a_user_who_loses_a_policy():
    assert told(deleted(ATTACHMENT, {"userName": "alice", "policyId": "7"})) == [
        (Severity.NOTE, "user `alice` no longer has a policy that is not in the preview")
    ]


def test_the_grant_to_gme_comes_and_goes():
    grant = {"qcsServiceNames": ["gamemedia.gme.cloud.tencent.com"]}

    assert told(created(LINKED_ROLE, grant)) == [
        (
            Severity.WARNING,
            "`gamemedia.gme.cloud.tencent.com` may act from now on with the rights of ServiceLinkedRole `it`",
        )
    ]
    assert told(deleted(LINKED_ROLE, grant))[0][1].startswith(
        "`gamemedia.gme.cloud.tencent.com` may no longer act"
    )


def test_a_role_that_trusts_somebody_more():
    def trusting(*services: str) -> dict[str, str]:
        return {
            "document": document(
                {"effect": "allow", "action": "sts:AssumeRole", "principal": {"service": [*services]}}
            )
        }

    assert told(changed(ROLE, trusting("a.tencent.com"), trusting("a.tencent.com", "b.tencent.com"))) == [
        (Severity.WARNING, "`b.tencent.com` may act from now on with the rights of Role `it`")
    ]


def test_what_cannot_be_read_is_said():
    wanted = (Severity.WARNING, "Policy `it`: what it allows cannot be read in the preview")

    assert told(created(POLICY, {"document": UNKNOWN})) == [wanted]
    assert told(created(POLICY, {"document": "{}"})) == [wanted]


def test_values_of_conditions_are_not_told():
    secret = {**READ, "condition": {"string_equal": {"cos:referer": ["canary"]}}}
    found: list[Effect] = [*effects(created(POLICY, {"document": document(secret)}))]

    assert "(depends on `cos:referer`)" in found[0].text
    assert "canary" not in str(found)


def test_a_recorded_preview():
    assert [text for _, text in told(golden("prod"))] == [
        "whoever has policy `recording-access-reader` (users `alice`) may from now on: `cos:GetBucket`, "
        "`cos:GetObject`, `cos:HeadObject` on "
        "`qcs::cos:ap-guangzhou:uid/1250000000:voice-prod-1250000000/1400000001_*`, "
        "`qcs::cos:ap-guangzhou:uid/1250000000:voice-prod-1250000000/1400000002_*`",
        "whoever has policy `recording-access-recorder` may no longer: `gme:DescribeRecordInfo`, "
        "`gme:DescribeTaskInfo`, `gme:ModifyRecordInfo`, `gme:StartRecord`, `gme:StopRecord` on "
        "`qcs::gme::uin/100000000001:bizid/1400000001`",
        "user `alice` gets policy `recording-access-reader`",
    ]
