import json
import os
import shlex
from pathlib import Path

import pytest

from gme_recording.api import credentials
from gme_recording.api.credentials import CloudKind
from gme_recording.api.local import LocalCloud
from gme_recording.cli import app
from gme_recording.cli.local_cloud import environment
from gme_recording.errors import ExitCode

URL = "http://127.0.0.1:4711"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project whose local cloud is told by the environment."""
    (tmp_path / "Pulumi.yaml").write_text("name: x\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GME_RECORDING_CLOUD", URL)
    return tmp_path


@pytest.mark.parametrize("option", ["--json", "--python"])
def test_the_shells_variables_are_those_of_the_json(project, capsys, option):
    assert app.run(["cloud", "env"]) == ExitCode.OK
    assert (project / ".local" / "state").is_dir()
    exported = dict(
        shlex.split(line)[1].split("=", 1) for line in capsys.readouterr().out.splitlines() if line
    )
    assert app.run(["cloud", "env", option]) == ExitCode.OK

    assert exported == json.loads(capsys.readouterr().out) == environment(URL, project)


def test_variables_of_a_cloud_that_does_not_run_are_an_error_in_json_too(project, capsys, monkeypatch):
    monkeypatch.delenv("GME_RECORDING_CLOUD")

    assert app.run(["cloud", "env", "--json"]) == ExitCode.UNAVAILABLE
    assert json.loads(capsys.readouterr().out)["error"]["exitCode"] == ExitCode.UNAVAILABLE


def test_everything_is_routed_to_the_local_cloud_with_keys_worth_nothing_elsewhere():
    variables = environment(URL, Path("/p"))

    assert variables["HTTP_PROXY"] == variables["HTTPS_PROXY"] == variables["GME_RECORDING_CLOUD"] == URL
    assert variables["PULUMI_BACKEND_URL"] == "file:///p/.local/state?metadata=skip"
    assert credentials.find(CloudKind.LOCAL, variables) == credentials.LOCAL_MAIN_ACCOUNT
    assert not {"http_proxy", "https_proxy", "PULUMI_HOME"} & set(variables)


def test_a_backend_that_is_tried_out_is_where_plain_pulumi_looks_too(monkeypatch):
    monkeypatch.setenv("GME_RECORDING_STATE", "https://state.example.com")

    assert environment(URL, Path("/p"))["PULUMI_BACKEND_URL"] == "https://state.example.com"


def test_https_clients_are_told_a_proxy_and_what_to_trust_and_nothing_of_protocols(project, capsys):
    assert app.run(["cloud", "env", "--https", "--python"]) == ExitCode.OK
    found = json.loads(capsys.readouterr().out)
    certificate = project / ".local" / "cloud" / "ca" / "certificate.pem"

    assert "BEGIN CERTIFICATE" in certificate.read_text()
    assert {found.pop(name) for name in ("SSL_CERT_FILE", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE")} == {
        str(certificate)
    }
    plain = environment(URL, project)
    assert plain.keys() - found.keys() == {"TENCENTCLOUD_PROTOCOL", "TENCENTCLOUD_COS_DOMAIN"}
    assert found.items() <= plain.items()


def test_a_cloud_that_does_not_run_is_told_with_what_to_do(project, capsys, monkeypatch):
    monkeypatch.delenv("GME_RECORDING_CLOUD")

    assert app.run(["cloud", "status"]) == ExitCode.UNAVAILABLE
    assert app.run(["cloud", "env"]) == ExitCode.UNAVAILABLE
    assert app.run(["cloud", "stop"]) == ExitCode.OK

    told = capsys.readouterr()
    assert "gme-recording cloud start" in told.err
    assert "was not running" in told.out


def test_reset_of_a_cloud_that_does_not_answer_is_told(project, capsys, monkeypatch):
    monkeypatch.setenv("GME_RECORDING_CLOUD", "http://127.0.0.1:1")

    assert app.run(["cloud", "reset"]) == ExitCode.UNAVAILABLE
    assert "not running" in capsys.readouterr().err


def test_reset_empties_the_local_cloud(project, local_cloud, capsys, monkeypatch):
    monkeypatch.setenv("GME_RECORDING_CLOUD", local_cloud.url)
    cloud = LocalCloud(local_cloud.url)
    cloud.create_application(1400000777, "made by a test")

    assert app.run(["cloud", "reset", "--json"]) == ExitCode.OK

    assert json.loads(capsys.readouterr().out) == {"reset": True}
    assert cloud.application(1400000777) is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:port", "http://127.0.0.1:99999"])
def test_an_address_that_is_none_is_told(project, capsys, monkeypatch, url):
    monkeypatch.setenv("GME_RECORDING_CLOUD", url)

    assert app.run(["cloud", "reset"]) == ExitCode.UNAVAILABLE
    assert url in capsys.readouterr().err


def test_the_environment_of_this_process_is_left_alone(project):
    before = dict(os.environ)
    app.run(["cloud", "env"])
    assert dict(os.environ) == before
