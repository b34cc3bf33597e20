import json
import shutil
from pathlib import Path

import pytest

from components.config import parse
from gme_recording.deploy.lookup import LINKED_ROLE
from gme_recording.deploy.mend import Mender, NeedsRepair
from gme_recording.errors import UserError
from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.components.stacks import ROOT
from tests.recordings.world import World
from tests.support.watch import Heard

ROLE = f"urn:pulumi:local::gme-recording::x:y:Z${LINKED_ROLE}::grant"
THERE = (
    "ServiceLinkedRole grant is in the cloud already, but the state has it not;"
    " if a stack of another project has it, access.grant: existing"
)


@pytest.fixture
def project(tmp_path: Path, local_cloud: RunningCloud, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the stack `local` alone, whose account has the role already."""
    (tmp_path / "stacks").mkdir()
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    shutil.copy(ROOT / "stacks/Pulumi.local.yaml", tmp_path / "stacks")
    monkeypatch.setenv("GME_RECORDING_CLOUD", local_cloud.url)
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    World(local_cloud)
    return tmp_path


def after(project: Path) -> UserError:
    """What is told of a run whose state knows nothing, and that could not create the role."""
    mender = Mender(parse.load("local", project), project, Heard(), lambda *_: json.dumps({}))
    return mender.after(
        UserError("refused"), {ROLE: {"qcsServiceNames": ["gamemedia.gme.cloud.tencent.com"]}}
    )


def other_stack(project: Path, old: str = "", new: str = "") -> None:
    text = (project / "stacks/Pulumi.local.yaml").read_text()
    assert old in text
    (project / "stacks/Pulumi.other.yaml").write_text(text.replace(old, new))


def test_the_role_of_another_stack_is_not_to_be_taken_over(project: Path):
    other_stack(project)

    told = after(project)

    assert not isinstance(told, NeedsRepair), "that would offer to take it over"
    assert told.message == f"refused\n  {THERE}"
    assert (
        told.hint
        == "access.grant: existing in stacks/Pulumi.local.yaml, as stack other makes the account's role"
    )


@pytest.mark.parametrize(
    ("old", "new"), [("grant: create", "grant: existing"), ('appid: "1250000000"', 'appid: "1250000001"')]
)
def test_a_role_that_no_other_stack_of_the_account_makes_may_be_taken_over(project: Path, old: str, new: str):
    other_stack(project, old, new)

    told = after(project)

    assert isinstance(told, NeedsRepair)
    assert told.reasons == (THERE,)
    assert "up --stack local --repair" in told.hint
