import copy
import gzip
import json
import os
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

from gme_recording.deploy import recover
from gme_recording.deploy.lookup import BUCKET, BUCKET_POLICY, LINKED_ROLE, POLICY, Find
from gme_recording.deploy.recover import Identity, Repair, adopting, identity, plan
from tests.deploy.recorded import FOLDER
from tests.support.watch import Heard

URN = "urn:pulumi:local::gme-recording::"
STACK = {"urn": f"{URN}pulumi:pulumi:Stack::s", "type": "pulumi:pulumi:Stack"}
BUCKET_URN = f"{URN}x:y:Z${BUCKET}::voice"
ROLE_URN = f"{URN}x:y:Z${LINKED_ROLE}::grant"


def resource(urn: str, **more: object) -> dict[str, object]:
    return {"urn": urn, "type": identity(urn)[0], "inputs": {}, **more}


def exists(*tokens: str) -> Find:
    return lambda token, inputs: "id" if token in tokens else None


def never(token: str, inputs: object) -> str:
    raise AssertionError(token)


def test_a_state_in_order_is_left_alone_without_asking_the_cloud():
    assert plan({"resources": [resource(BUCKET_URN)]}, never, killed=False) == Repair(None)


def test_an_empty_state_needs_nothing():
    assert plan({}, never, killed=True) == Repair(None)


def test_an_interrupted_creation_is_cleared_from_the_recorded_state():
    state = json.loads((FOLDER / "interrupted.before.json").read_text())["deployment"]
    before = copy.deepcopy(state)

    repair = plan(state, never, killed=False)

    assert repair.pending == ("urn:pulumi:dev::golden::tencentcloud:Cos/bucket:Bucket::b",)
    assert repair.forgotten == ()
    assert repair.state == {name: value for name, value in before.items() if name != "pending_operations"}
    assert state == before


def test_what_an_interrupted_deletion_has_deleted_is_forgotten_with_every_reference():
    user = resource(
        f"{URN}a:b:C::user",
        dependencies=[BUCKET_URN, ROLE_URN],
        propertyDependencies={"bucket": [BUCKET_URN], "role": [ROLE_URN]},
        deletedWith=BUCKET_URN,
    )
    state = {
        "resources": [STACK, resource(BUCKET_URN), resource(ROLE_URN), user],
        "pending_operations": [{"type": "deleting", "resource": resource(BUCKET_URN)}],
    }

    repair = plan(state, exists(), killed=False)

    assert repair.forgotten == (BUCKET_URN,)
    assert repair.state == {
        "resources": [
            STACK,
            resource(ROLE_URN),
            resource(
                f"{URN}a:b:C::user",
                dependencies=[ROLE_URN],
                propertyDependencies={"bucket": [], "role": [ROLE_URN]},
            ),
        ]
    }
    assert str(repair) == "voice is gone already, dropped; voice was interrupted, taken up again"


def test_a_deletion_that_was_not_carried_out_is_done_again():
    state = {
        "resources": [resource(BUCKET_URN)],
        "pending_operations": [{"type": "deleting", "resource": resource(BUCKET_URN)}],
    }

    repair = plan(state, exists(BUCKET), killed=False)

    assert repair == Repair({"resources": [resource(BUCKET_URN)]}, (), (BUCKET_URN,))


def test_after_a_kill_everything_that_exists_only_once_is_looked_up():
    state = {"resources": [STACK, resource(BUCKET_URN), resource(ROLE_URN)]}

    repair = plan(state, exists(BUCKET), killed=True)

    assert repair.forgotten == (ROLE_URN,)


def test_identity_is_the_last_type_of_the_chain_and_the_name():
    assert identity(BUCKET_URN) == (BUCKET, "voice")
    assert identity(f"{URN}{POLICY}::p") == (POLICY, "p")


def transform(
    monkeypatch: pytest.MonkeyPatch,
    find: Find,
    *,
    known: frozenset[Identity] = frozenset(),
    only: frozenset[Identity] | None = None,
) -> tuple[Any, Heard]:
    registered: list[Any] = []
    monkeypatch.setattr(pulumi.runtime, "register_resource_transform", registered.append)
    heard = Heard()
    adopting(find, heard, known=known, only=only)()
    return registered[0], heard


def asked(token: str, name: str) -> SimpleNamespace:
    return SimpleNamespace(
        type_=token, name=name, props={"bucket": "b-1"}, opts=pulumi.ResourceOptions(protect=True)
    )


def test_what_exists_though_the_state_has_it_not_is_imported(monkeypatch):
    change, heard = transform(monkeypatch, exists(BUCKET))

    result = change(asked(BUCKET, "voice"))

    assert result.props == {"bucket": "b-1"}
    assert (result.opts.import_, result.opts.protect) == ("id", True)
    assert heard.said == ["state: Bucket voice is there already, taken over"]


def test_what_does_not_exist_is_created(monkeypatch):
    change, heard = transform(monkeypatch, exists())

    assert change(asked(BUCKET, "voice")) is None
    assert heard.said == []


def test_known_resources_other_types_and_those_not_wanted_are_not_looked_up(monkeypatch):
    change, _ = transform(monkeypatch, never, known=frozenset({(BUCKET, "voice")}))
    assert change(asked(BUCKET, "voice")) is None
    assert change(asked("tencentcloud:Cos/bucketPolicy:BucketPolicy", "p")) is None

    change, _ = transform(monkeypatch, never, only=frozenset({(BUCKET, "other")}))
    assert change(asked(BUCKET, "voice")) is None


def test_a_state_is_kept_before_it_is_repaired(tmp_path):
    kept = recover.keep_copy(tmp_path, "local", {"version": 3})

    assert kept.parent == tmp_path / ".local" / "state-backup"
    assert json.loads(kept.read_text()) == {"version": 3}


def test_the_state_of_a_file_backend_is_read_without_the_engine(tmp_path):
    file = tmp_path / ".pulumi" / "stacks" / "gme-recording" / "local.json"
    file.parent.mkdir(parents=True)

    def state(latest: object) -> object:
        file.write_text(json.dumps({"version": 3, "checkpoint": {"latest": latest}}))
        return recover.recorded(tmp_path, "local")

    assert recover.recorded(tmp_path, "other") == {}
    assert state(None) == {}
    assert state({"pending_operations": [{"type": "creating"}]}) == {
        "pending_operations": [{"type": "creating"}]
    }


def official(kind: str, scenario: str) -> list[dict[str, Any]]:
    """What the official provider left in the state after the first step of a recording that failed."""
    path = FOLDER.parent / "provider" / kind / "scenarios.json"
    steps = next(each for each in json.loads(path.read_text()) if each["scenario"] == scenario)["steps"]
    left: list[dict[str, Any]] = next(step["state_after"] for step in steps if "state_after" in step)
    return left


@pytest.mark.parametrize(
    ("kind", "scenario"),
    [
        ("cos.Bucket", "create_partial_lifecycle_refused"),
        ("cos.Bucket", "create_partial_then_gone"),
        ("cos.Bucket", "update_lost_lifecycle_days"),
        ("cos.BucketPolicy", "update_lost_after_failure"),
    ],
)
def test_what_the_official_provider_recorded_after_a_failure_is_doubted(kind, scenario):
    left = official(kind, scenario)

    assert recover.failed({"resources": [STACK, *left]}) == (left[0]["urn"],)


def test_a_state_without_errors_is_not_doubted():
    assert recover.failed({"resources": [STACK, resource(BUCKET_URN)]}) == ()
    assert recover.failed({}) == ()


def test_what_the_engine_failed_at_is_gone_if_the_cloud_has_it_not():
    policy_urn = f"{URN}{BUCKET_POLICY}::voice-policy"
    other_urn = f"{URN}a:b:C::other"
    state = {"resources": [resource(urn) for urn in (BUCKET_URN, policy_urn, other_urn)]}

    assert recover.gone(state, [policy_urn, other_urn, "unheard of"], exists(BUCKET)) == (policy_urn,)


def test_what_could_not_be_created_is_unknown_if_the_cloud_has_it():
    wanted = {"bucket": "voice-1"}

    assert recover.unknown({}, {BUCKET_URN: wanted, ROLE_URN: {}}, exists(BUCKET, LINKED_ROLE)) == (
        BUCKET_URN,
    )
    assert recover.unknown({"resources": [resource(BUCKET_URN)]}, {BUCKET_URN: wanted}, never) == ()
    assert recover.unknown({}, {BUCKET_URN: wanted}, exists()) == ()


def test_only_torn_sidecars_are_dropped(tmp_path):
    for name, text in {"a.json.attrs": "", "b.json.attrs": '{"md5": "x"}', "c.json": ""}.items():
        (tmp_path / name).write_text(text)

    recover.drop_torn_sidecars(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.json.attrs", "c.json"]


def test_the_file_of_a_stack_is_the_newest_of_both_forms_and_never_its_backup(tmp_path):
    folder = tmp_path / ".pulumi" / "stacks" / "p"
    folder.mkdir(parents=True)

    def kept(name: str, resources: int, age: int) -> None:
        text = json.dumps({"checkpoint": {"latest": {"resources": [{}] * resources}}}).encode()
        file = folder / name
        file.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
        os.utime(file, (age, age))

    kept("local.json.bak", 3, 9)
    assert recover.recorded(tmp_path, "local") == {}

    kept("local.json", 1, 1)
    assert len(recover.recorded(tmp_path, "local")["resources"]) == 1

    kept("local.json.gz", 2, 2)
    assert len(recover.recorded(tmp_path, "local")["resources"]) == 2
