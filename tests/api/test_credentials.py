import json
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.api import CloudKind, Credentials, Secret
from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT, find
from gme_recording.errors import ExitCode, UserError

PAIR = {"TENCENTCLOUD_SECRET_ID": "AKIDreal", "TENCENTCLOUD_SECRET_KEY": "real-key"}
LOCAL_PAIR = {"TENCENTCLOUD_SECRET_ID": "AKIDlocalOther", "TENCENTCLOUD_SECRET_KEY": "other"}


@given(st.text(min_size=8, alphabet=st.characters(categories=["L", "N"])))
def test_secret_is_never_shown(value: str) -> None:
    pair = Credentials("AKIDreal", Secret(value), Secret(value))
    shown = f"{pair} {pair!r} {pair.secret_key} {pair.secret_key!r:>5} {asdict(pair)}"
    assert value not in shown
    assert pair.secret_key.reveal() == value


def test_secrets_are_equal_by_value() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert len({Secret("a"), Secret("a")}) == 1


def test_variables_come_first(tmp_path: Path) -> None:
    (tmp_path / "default.credential").write_text(json.dumps({"secretId": "AKIDfile", "secretKey": "k"}))
    environment = {
        **PAIR,
        "TENCENTCLOUD_SECURITY_TOKEN": "t",
        "TENCENTCLOUD_SHARED_CREDENTIALS_DIR": str(tmp_path),
    }
    assert find(CloudKind.TENCENT, environment) == Credentials("AKIDreal", Secret("real-key"), Secret("t"))


def test_profile_of_tccli_is_read(tmp_path: Path) -> None:
    (tmp_path / "ci.credential").write_text(json.dumps({"secretId": "AKIDfile", "secretKey": "k"}))
    environment = {"TENCENTCLOUD_SHARED_CREDENTIALS_DIR": str(tmp_path), "TENCENTCLOUD_PROFILE": "ci"}
    assert find(CloudKind.TENCENT, environment) == Credentials("AKIDfile", Secret("k"))


@pytest.mark.parametrize("content", ["{", "[]", '{"secretId": "x"}'])
def test_broken_profile_is_named_without_its_content(tmp_path: Path, content: str) -> None:
    (tmp_path / "default.credential").write_text(content)
    with pytest.raises(UserError, match=r"default\.credential is not a credential file") as error:
        find(CloudKind.TENCENT, {"TENCENTCLOUD_SHARED_CREDENTIALS_DIR": str(tmp_path)})
    assert error.value.exit_code is ExitCode.AUTH


def test_missing_credentials_say_how_to_give_them(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no credentials") as error:
        find(CloudKind.TENCENT, {"TENCENTCLOUD_SHARED_CREDENTIALS_DIR": str(tmp_path)})
    assert error.value.exit_code is ExitCode.AUTH
    assert "TENCENTCLOUD_SECRET_ID" in error.value.hint


@pytest.mark.parametrize("missing", PAIR)
@pytest.mark.parametrize("kind", CloudKind)
def test_half_a_pair_is_refused(kind: CloudKind, missing: str) -> None:
    with pytest.raises(UserError, match=f"{missing} is not set"):
        find(kind, {name: value for name, value in PAIR.items() if name != missing})


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, LOCAL_MAIN_ACCOUNT),
        (PAIR, LOCAL_MAIN_ACCOUNT),
        (LOCAL_PAIR, Credentials("AKIDlocalOther", Secret("other"))),
    ],
    ids=["none", "real", "its own"],
)
def test_real_keys_never_go_to_the_local_cloud(environment: dict[str, str], found: Credentials) -> None:
    assert find(CloudKind.LOCAL, environment) == found


def test_keys_of_the_local_cloud_never_go_to_the_vendor() -> None:
    with pytest.raises(UserError, match="key of the local cloud") as error:
        find(CloudKind.TENCENT, LOCAL_PAIR)
    assert "unset" in error.value.hint
