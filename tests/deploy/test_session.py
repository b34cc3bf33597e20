import pytest

from components.config import parse
from gme_recording.deploy.session import cloud_of
from gme_recording.errors import ExitCode, UserError
from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.support.engine import ROOT
from tests.support.watch import Heard

STACK = parse.load("local", ROOT)


def test_a_local_cloud_elsewhere_is_used_where_it_is(local_cloud: RunningCloud, monkeypatch) -> None:
    monkeypatch.setenv("GME_RECORDING_CLOUD", local_cloud.url)
    assert cloud_of(STACK, ROOT, Heard()) == f"local, {local_cloud.url} (GME_RECORDING_CLOUD)"


def test_an_address_where_no_local_cloud_answers_is_said_before_the_engine_runs(monkeypatch) -> None:
    monkeypatch.setenv("GME_RECORDING_CLOUD", "http://127.0.0.1:9")
    with pytest.raises(UserError, match="GME_RECORDING_CLOUD is http://127") as refused:
        cloud_of(STACK, ROOT, Heard())
    assert refused.value.exit_code is ExitCode.UNAVAILABLE
    assert refused.value.hint.startswith("unset GME_RECORDING_CLOUD")
