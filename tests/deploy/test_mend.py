import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from components.config import parse
from gme_recording.api.vendor import cos_client
from gme_recording.deploy.lookup import BUCKET, LINKED_ROLE
from gme_recording.deploy.mend import Mender, NeedsRepair
from gme_recording.errors import UserError
from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.smoke.model import RECORDING_ROLE
from tests.components.stacks import ROOT
from tests.recordings.world import World
from tests.support.watch import Heard

ROLE = f"urn:pulumi:local::gme-recording::x:y:Z${LINKED_ROLE}::grant"
INPUTS = {"qcsServiceNames": ["gamemedia.gme.cloud.tencent.com"]}
THERE = (
    "ServiceLinkedRole grant is in the cloud already, but the state has it not;"
    " if a stack of another project has it, access.grant: existing"
)


class Case:
    """A project with the stack `local`, whose account has the role already."""

    def __init__(self, root: Path, cloud: RunningCloud) -> None:
        self.root = root
        self.file = root / "stacks" / "Pulumi.local.yaml"
        self.file.parent.mkdir()
        shutil.copy(ROOT / "Pulumi.yaml", root)
        shutil.copy(ROOT / "stacks" / self.file.name, self.file)
        self.world = World(cloud)

    def other_stack(self, old: str = "", new: str = "") -> None:
        """A stack `other` that differs in this."""
        text = self.file.read_text()
        assert old in text
        self.file.with_name("Pulumi.other.yaml").write_text(text.replace(old, new))

    def after(self, *known: dict[str, Any]) -> UserError:
        """What is told of a run that failed at the role, with what the state has."""
        state = json.dumps({"deployment": {"resources": known}})
        mender = Mender(parse.load("local", self.root), self.root, Heard(), lambda *_: state)
        return mender.after(UserError("refused"), {ROLE: INPUTS})


@pytest.fixture
def case(tmp_path: Path, local_cloud: RunningCloud, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setenv("GME_RECORDING_CLOUD", local_cloud.url)
    monkeypatch.setenv("GME_RECORDING_STATE", "asked-by-the-cli")
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    return Case(tmp_path, local_cloud)


def test_the_role_of_another_stack_is_not_to_be_taken_over(case: Case) -> None:
    case.other_stack()

    told = case.after()

    assert not isinstance(told, NeedsRepair), "that would offer to take it over"
    assert told.message == f"refused\n  {THERE}"
    wanted = "access.grant: existing in stacks/Pulumi.local.yaml, as stack other makes the account's role"
    assert told.hint == wanted


@pytest.mark.parametrize(
    ("old", "new"), [("grant: create", "grant: existing"), ('appid: "1250000000"', 'appid: "1250000001"')]
)
def test_a_role_that_no_other_stack_of_the_account_makes_may_be_taken_over(
    case: Case, old: str, new: str
) -> None:
    case.other_stack(old, new)

    told = case.after()

    assert isinstance(told, NeedsRepair)
    assert told.reasons == (THERE,)
    assert "up --stack local --repair" in told.hint


def test_a_role_that_is_gone_is_dropped_from_the_state_whoever_makes_it(case: Case) -> None:
    case.other_stack()
    case.world.cam("DeleteServiceLinkedRole", RoleName=RECORDING_ROLE)
    case.world.advance(60)

    told = case.after({"urn": ROLE, "type": LINKED_ROLE, "id": "1", "inputs": INPUTS})

    assert isinstance(told, NeedsRepair)
    assert told.reasons == ("ServiceLinkedRole grant is gone from the cloud, but the state has it",)


def test_a_bucket_in_a_region_that_is_declared_no_longer_is_looked_for_there(case: Case) -> None:
    bucket, region, urn = (
        "voice-bj-1250000000",
        "ap-beijing",
        f"urn:pulumi:local::gme-recording::{BUCKET}::bj",
    )
    cos_client(replace(case.world.cloud, region=region)).create_bucket(Bucket=bucket)
    provider = {
        "urn": "urn:bj",
        "id": "1",
        "type": "pulumi:providers:tencentcloud",
        "inputs": {"region": region},
    }
    there = {"urn": urn, "type": BUCKET, "inputs": {"bucket": bucket}, "provider": "urn:bj::1"}
    state = {"deployment": {"resources": [provider, there]}}
    mender = Mender(parse.load("local", case.root), case.root, Heard(), lambda *_: json.dumps(state))

    assert mender.gone() == ()

    del there["provider"]  # as if it were in the stack's own
    assert mender.gone() == (urn,)
