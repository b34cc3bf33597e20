import json
from pathlib import Path

import pytest

from gme_recording.api import Cloud, CloudKind, Credentials, Secret
from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT
from gme_recording.errors import ExitCode, UserError

NAMES = ("GME_RECORDING_CLOUD", "TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY")


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def announce(root: Path, content: str) -> None:
    folder = root / ".local" / "cloud"
    folder.mkdir(parents=True)
    (folder / "address.json").write_text(content)


def test_local_cloud_is_found_by_its_address_file(tmp_path: Path) -> None:
    announce(tmp_path, json.dumps({"url": "http://127.0.0.1:4321/", "pid": 1}))
    cloud = Cloud.connect(CloudKind.LOCAL, "ap-guangzhou", tmp_path)
    assert cloud == Cloud(CloudKind.LOCAL, "ap-guangzhou", LOCAL_MAIN_ACCOUNT, "http://127.0.0.1:4321")
    assert (cloud.scheme, cloud.proxies) == ("http", {"http": "http://127.0.0.1:4321"})


def test_variable_comes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    announce(tmp_path, json.dumps({"url": "http://127.0.0.1:4321"}))
    monkeypatch.setenv("GME_RECORDING_CLOUD", "http://127.0.0.1:9999")
    assert Cloud.connect(CloudKind.LOCAL, "ap-guangzhou", tmp_path).url == "http://127.0.0.1:9999"


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "not running"), ("{", "does not hold"), ("[]", "does not hold"), ("{}", "does not hold")],
)
def test_absent_local_cloud_says_how_to_start_it(tmp_path: Path, content: str | None, message: str) -> None:
    if content is not None:
        announce(tmp_path, content)
    with pytest.raises(UserError, match=message) as error:
        Cloud.connect(CloudKind.LOCAL, "ap-guangzhou", tmp_path)
    assert error.value.exit_code is ExitCode.UNAVAILABLE
    assert error.value.hint == "gme-recording cloud start"


def test_tencent_cloud_needs_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENCENTCLOUD_SECRET_ID", "AKIDreal")
    monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", "k")
    monkeypatch.delenv("TENCENTCLOUD_SECURITY_TOKEN", raising=False)
    cloud = Cloud.connect(CloudKind.TENCENT, "eu-frankfurt")
    assert cloud == Cloud(CloudKind.TENCENT, "eu-frankfurt", Credentials("AKIDreal", Secret("k")))
    assert (cloud.scheme, cloud.proxies) == ("https", None)
