"""Previews in, plans out."""

import json

import pytest

from gme_recording.errors import ExitCode, UserError
from gme_recording.review.plan import Op, Plan, find, parse, read
from policy.inputs import SECRET, SIGNATURE
from tests.review.make import BUCKET, GOLDEN, POLICY, SETTINGS, golden, plan, raw_step


def ops(plan: Plan) -> dict[str, Op]:
    return {step.name: step.op for step in plan.steps}


def test_components_providers_and_the_stack_are_no_resources():
    assert ops(golden("staging")) == {
        "recording-access-grant": Op.UPDATE,
        "recording-access-reader": Op.CREATE,
        "recording-access-reader-alice": Op.CREATE,
        "recording-storage-bucket": Op.REPLACE,
        "recording-storage-policy": Op.REPLACE,
        "recording-console-1400000002-settings": Op.CREATE,
        "recording-console-1400000003-settings": Op.CREATE,
        "recording-smoke-marker": Op.UPDATE,
        "recording-console-1400000001-settings": Op.DELETE,
        "recording-access-recorder": Op.DELETE,
    }


def test_the_region_of_a_default_provider_is_the_stacks():
    assert golden("prod").of(BUCKET)[0].provider == {"region": "ap-guangzhou"}


def test_the_inputs_of_an_explicit_provider_are_its_own():
    provider = "urn:pulumi:prod::voice::pulumi:providers:tencentcloud::east"
    made = {"op": "same", "urn": provider, "newState": {"inputs": {"region": "ap-shanghai"}, "custom": True}}
    bucket = raw_step(BUCKET, "same", {}, {}, state={"provider": f"{provider}::some-id"})

    assert [step.provider for step in plan(made, bucket).steps] == [{"region": "ap-shanghai"}]


def test_a_replacement_that_is_told_in_parts_is_one_step():
    parts = [
        raw_step(BUCKET, "create-replacement", {"bucket": "a"}, {"bucket": "b"}),
        raw_step(BUCKET, "replace", {"bucket": "a"}, {"bucket": "b"}, replaceReasons=["bucket"]),
        raw_step(BUCKET, "delete-replaced", {"bucket": "a"}),
    ]

    for order in (parts, parts[::-1]):
        (step,) = plan(*order).steps
        assert (step.op, step.old, step.new) == (Op.REPLACE, {"bucket": "a"}, {"bucket": "b"})


def test_what_a_replaced_resource_left_behind_is_deleted_besides():
    leftover = raw_step(BUCKET, "delete", {"bucket": "old"}, old_state={"delete": True})

    found = plan(raw_step(BUCKET, "same", {"bucket": "b"}, {"bucket": "b"}), leftover)

    assert {step.op for step in found.steps} == {Op.SAME, Op.DELETE}


def test_the_order_in_which_the_engine_happened_to_work_does_not_show():
    steps = [raw_step(BUCKET, "create", None, {}, name=name) for name in "abc"]

    assert plan(*steps) == plan(*steps[::-1])


def test_masked_and_shown_secrets_are_marked_and_not_kept():
    shown = {SIGNATURE: SECRET, "plaintext": '"tiger"'}
    (step,) = plan(raw_step(POLICY, "create", None, {"a": "[secret]", "b": [{"c": shown}]})).steps

    assert step.new == {"a": {SIGNATURE: SECRET}, "b": [{"c": {SIGNATURE: SECRET}}]}


def test_reading_and_refreshing_change_nothing():
    assert plan(raw_step(BUCKET, "read", None, {}), raw_step(BUCKET, "refresh", {}, {})).steps == ()


def test_a_preview_without_unchanged_resources_is_not_complete():
    step = raw_step(BUCKET, "update", {}, {"acl": "private"})

    assert plan(step, changeSummary={"update": 1, "same": 6}).complete is False
    assert plan(step, changeSummary={"update": 1}).complete is True
    assert golden("prod").complete is True


def test_a_preview_that_failed_says_where():
    assert golden("broken").failed == ("Bucket main-bucket",)
    assert parse("prod", {"diagnostics": [{"severity": "error", "message": "no"}]}).failed == ("",)


@pytest.mark.parametrize("text", ["{}", "", '{"config": {"tencentcloud:region": "ap-guangzhou"}}'])
def test_a_preview_that_failed_before_it_began_has_nothing_to_say(tmp_path, text):
    file = tmp_path / "prod.json"
    file.write_text(text)

    assert read("prod", file) == Plan("prod", failed=("",))


def test_a_preview_without_steps_changes_nothing():
    """What the CLI writes without --show-sames."""
    found = parse("prod", {"config": {}, "duration": 3, "changeSummary": {"same": 12}})

    assert found == Plan("prod", complete=False)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "null",
        '"preview"',
        '{"a": 1}',
        '{"steps": 3}',
        '{"steps": [{}]}',
        '{"steps": [{"op": "same"}]}',
    ],
)
def test_what_is_no_preview_is_refused(tmp_path, text):
    file = tmp_path / "prod.json"
    file.write_text(text)

    with pytest.raises(UserError, match=r"prod\.json is not what `pulumi preview --json` writes") as refused:
        read("prod", file)
    assert refused.value.exit_code is ExitCode.INPUT


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"none\.json cannot be read: No such file"):
        read("prod", tmp_path / "none.json")


def test_files_are_found_by_name_and_by_folder(tmp_path):
    for name in ("dev.json", "prod.preview.json", "notes.md"):
        (tmp_path / name).write_text("{}")

    assert find([f"live={tmp_path / 'dev.json'}"]) == {"live": tmp_path / "dev.json"}
    assert find([str(tmp_path)]) == {"dev": tmp_path / "dev.json", "prod": tmp_path / "prod.preview.json"}


def test_a_stack_is_given_once(tmp_path):
    (tmp_path / "dev.json").write_text("{}")

    with pytest.raises(UserError, match="stack dev is given twice"):
        find([str(tmp_path), f"dev={tmp_path / 'other.json'}"])


def test_a_folder_without_previews_is_refused(tmp_path):
    with pytest.raises(UserError, match="there is no preview in"):
        find([str(tmp_path)])


def test_every_recorded_preview_is_read():
    files = sorted(GOLDEN.glob("*.json"))
    assert files
    for file in files:
        assert read(file.stem, file).steps, file.name
        assert json.loads(file.read_text())["steps"]


def test_the_console_settings_keep_where_their_bucket_comes_from():
    settings = golden("prod").of(SETTINGS)[0]

    assert [urn.rpartition("::")[2] for urn in settings.needs["bucket"]] == ["recording-storage-bucket"]
