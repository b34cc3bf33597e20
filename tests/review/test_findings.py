"""The policy pack's rules on previews."""

import json

import pytest

from gme_recording.errors import InvalidInput, UserError
from gme_recording.review import effect
from gme_recording.review.findings import configuration, effects, judged
from gme_recording.review.plan import Plan, parse
from policy.configuration import Configuration, Level
from policy.inputs import UNKNOWN
from tests.review.make import BUCKET, GOLDEN, SETTINGS, changed, created, golden, plan, raw_step


def found(plan: Plan, given: Configuration | None = None) -> set[tuple[str, str, bool]]:
    return {(each.rule.id, str(each.level), each.known) for each in judged(plan, given or {}).findings}


def test_the_recorded_stacks_break_few_rules():
    assert found(golden("dev")) == {("bucket-logged", "advisory", False)}
    assert found(golden("prod")) == {
        ("bucket-protected", "mandatory", True),
        ("versioning-decided", "mandatory", False),
        ("bucket-logged", "advisory", False),
    }


def test_a_change_that_breaks_a_rule_is_new():
    old, new = {"encryptionAlgorithm": "AES256"}, {"encryptionAlgorithm": "none"}

    assert ("bucket-encrypted", "mandatory", False) in found(changed(BUCKET, old, new))
    assert ("bucket-encrypted", "mandatory", True) in found(changed(BUCKET, new, {**new, "acl": "private"}))


def test_protection_that_goes_was_there_before():
    bucket = {"tags": {"environment": "prod"}}
    step = raw_step(BUCKET, "same", bucket, bucket, old_state={"protect": True})

    assert ("bucket-protected", "mandatory", False) in found(plan(step))


def test_what_is_deleted_breaks_no_rule():
    assert found(plan(raw_step(BUCKET, "delete", {"acl": "public-read"}))) == set()


def test_configuration_sets_levels_and_options():
    given = {
        "bucket-logged": "mandatory",
        "bucket-protected": "disabled",
        "retention-limited": {"enforcementLevel": "advisory", "maximumDays": 5},
    }

    assert found(golden("prod"), given) == {
        ("bucket-logged", "mandatory", False),
        ("retention-limited", "advisory", True),
        ("versioning-decided", "mandatory", False),
    }


def test_a_rule_that_cannot_be_decided_says_so():
    judgement = judged(created(SETTINGS, {"callbackUrl": UNKNOWN, "region": "ap-guangzhou"}), {})

    assert "callback-https" in judgement.undecided
    assert [*effects(created(SETTINGS, {}), judgement)][-1].text.startswith("Not decided: `callback-https`")


def test_rules_on_the_whole_stack_need_the_whole_stack():
    digest = json.loads((GOLDEN / "dev.json").read_text())
    partial = parse("dev", {**digest, "changeSummary": {"create": 12, "same": 3}})

    judgement = judged(partial, {})

    assert judgement.findings == ()
    assert "bucket-logged" in judgement.undecided
    assert "`--show-sames`" in [*effects(partial, judgement)][-1].text


def test_findings_say_what_is_wrong_why_and_what_to_do():
    judgement = judged(golden("dev"), {})

    (told,) = effects(golden("dev"), judgement)

    assert told.severity is effect.Severity.WARNING
    assert told.text == "**warns** `bucket-logged`, the stack: voice-dev-1250000000: logEnable is not true"
    assert told.lines[0].startswith("After a leak nobody can say")
    assert "What to do: logEnable and logTargetBucket" in told.lines[0]


def test_what_stops_comes_first():
    words = [each.text.split()[0] for each in effects(golden("prod"), judged(golden("prod"), {}))]

    assert words == ["**stops**", "**stops**", "**warns**"]


def test_a_judgement_in_a_word():
    assert str(judged(golden("dev"), {})) == "1 warns"
    assert str(judged(golden("prod"), {})) == "**2 stop**, 1 warns"
    assert str(judged(golden("dev"), {"bucket-logged": "disabled"})) == "passes"


def test_the_projects_configuration_is_read(tmp_path):
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy/prod.json").write_text('{"bucket-logged": "mandatory"}')

    assert configuration(tmp_path, "prod") == {"bucket-logged": Level.MANDATORY}
    assert configuration(tmp_path, "studio/voice/prod") == {"bucket-logged": "mandatory"}
    assert configuration(tmp_path, "dev") == {}


@pytest.mark.parametrize("text", ["{", "mandatory", "[1,"])
def test_a_configuration_that_is_no_json_is_refused(tmp_path, text):
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy/prod.json").write_text(text)

    with pytest.raises(UserError, match=r"prod\.json is no configuration of the policy pack"):
        configuration(tmp_path, "prod")


def test_an_empty_configuration_sets_nothing(tmp_path):
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy/prod.json").write_text("\n")

    assert configuration(tmp_path, "prod") == {}


def test_options_of_the_wrong_kind_are_no_open_question():
    """Inputs that cannot be read leave a rule undecided; options that cannot be read are a mistake."""
    with pytest.raises(InvalidInput, match=r"retention-limited\.maximumDays"):
        judged(golden("prod"), {"retention-limited": {"maximumDays": "365"}})
