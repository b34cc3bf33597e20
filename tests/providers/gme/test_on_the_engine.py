"""RecordingSettings on the official engine: what a preview warns of, what stops a deployment, an import."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi import automation as auto

from components.console import RecordingSettings
from gme_recording.api.errors import ROOM_NOT_FOUND, ApiError
from gme_recording.api.gme import Gme
from gme_recording.deploy.command import Command, EngineFailed
from gme_recording.deploy.toolchain.find import INSTALLED, find
from gme_recording.deploy.watch import Silent
from providers.gme import provider
from providers.kit.serve import serve
from tests.providers.gme.settings import BIZ_ID, CONFIRMED, TENCENT, WANTED
from tests.providers.wire import Json

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[3]
UNCONFIRMED = f"the console settings of application {BIZ_ID} are not confirmed: nobody has confirmed them yet"


class Project:
    """A stack with one resource, its state in a folder of its own."""

    def __init__(self, folder: Path, attached: str) -> None:
        self.declared: Json = {}
        self.options: Json = {}
        variables = {
            "PULUMI_BACKEND_URL": f"file://{folder}",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DEBUG_PROVIDERS": attached,
        }
        engine = Command(find(ROOT, Silent(), origins=INSTALLED), lambda: None)
        workspace = auto.LocalWorkspaceOptions(
            work_dir=str(folder), env_vars=variables, pulumi_command=engine
        )
        self.stack = auto.create_stack("dev", "voice", program=self._program, opts=workspace)

    def _program(self) -> None:
        RecordingSettings("voice", self.declared, pulumi.ResourceOptions(**self.options))


@pytest.fixture
def _loops_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The SDK leaves the event loop of an inline program open."""
    made: list[asyncio.AbstractEventLoop] = []
    new_event_loop = asyncio.new_event_loop

    def noted() -> asyncio.AbstractEventLoop:
        made.append(new_event_loop())
        return made[-1]

    monkeypatch.setattr(asyncio, "new_event_loop", noted)
    yield
    for loop in made:
        loop.close()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, _loops_are_closed: None) -> Iterator[Project]:
    monkeypatch.setenv("TENCENTCLOUD_SECRET_ID", "AKIDreal")
    monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", "canary-secret-key")
    refusal = ApiError(ROOM_NOT_FOUND, "refused", action="StartRecord")
    monkeypatch.setattr(Gme, "probe", lambda self, biz_id: refusal)
    with serve({"gme": provider()}) as attached:
        yield Project(tmp_path, attached)


def told(call: Callable[..., Any], severity: str) -> list[str]:
    """What the engine says of the resource, with this severity, while it works."""
    said: list[str] = []

    def hear(event: auto.EngineEvent) -> None:
        if (diagnostic := event.diagnostic_event) and diagnostic.severity == severity and diagnostic.urn:
            said.append(diagnostic.message)

    try:
        call(on_event=hear)
    except EngineFailed:
        said.append("failed")
    return said


def test_a_preview_warns_and_the_deployment_fails_with_the_runbook(project: Project) -> None:
    stack, project.declared = project.stack, TENCENT
    (warning,) = told(stack.preview, "warning")
    assert UNCONFIRMED in warning
    error, failed = told(stack.up, "error")
    assert (UNCONFIRMED in error, "Recording File Bucket" in error, failed) == (True, True, "failed")
    project.declared = CONFIRMED
    assert told(stack.preview, "warning") == []
    assert stack.up().summary.resource_changes == {"create": 1, "same": 1}
    assert stack.preview().change_summary == {"same": 2}


def test_an_application_that_records_already_is_imported(project: Project) -> None:
    stack, project.declared = project.stack, CONFIRMED
    project.options = {"import_": str(BIZ_ID)}
    stack.up()
    project.options = {}
    assert stack.preview().change_summary == {"same": 2}
    (state,) = (
        each["outputs"]
        for each in (stack.export_stack().deployment or {})["resources"]
        if each["type"] == "gme:console:RecordingSettings"
    )
    assert (state["fingerprint"], state["activated"]) == (WANTED.fingerprint, True)


def test_the_end_warns_that_billing_goes_on(project: Project) -> None:
    stack, project.declared = project.stack, CONFIRMED
    stack.up()
    (warning,) = told(stack.destroy, "warning")
    assert f"recording of application {BIZ_ID} goes on and is billed until" in warning
