"""Rules across several keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.config.checks import FROM_ENVIRONMENT
from tests.components.config.reading import LOCAL, accepted, problems, refused
from tests.components.stacks import a_config


@pytest.mark.parametrize("region", ["ap-guangzhou", "", None])
def test_the_provider_must_use_the_stacks_region(tmp_path: Path, region: str | None) -> None:
    found = refused(tmp_path, a_config() | {"tencentcloud:region": region})
    assert found["tencentcloud:region"].startswith("ap-singapore, as gme-recording:region")


def test_the_local_cloud_is_routed_by_http(tmp_path: Path) -> None:
    accepted(tmp_path, a_config(cloud="local") | LOCAL)
    found = refused(tmp_path, a_config(cloud="local"))
    assert set(found) == {"tencentcloud:protocol", "tencentcloud:cosDomain"}
    assert found["tencentcloud:cosDomain"].startswith("http://cos.ap-singapore.myqcloud.com, ")


@pytest.mark.parametrize("key", sorted(LOCAL))
def test_the_real_cloud_is_never_routed(tmp_path: Path, key: str) -> None:
    assert refused(tmp_path, a_config() | {key: LOCAL[key]}) == {
        key: "not set, with gme-recording:cloud tencent"
    }


@pytest.mark.parametrize("name", sorted(FROM_ENVIRONMENT))
def test_what_chooses_the_account_comes_from_the_environment_alone(tmp_path: Path, name: str) -> None:
    key = f"tencentcloud:{name}"
    accepted(tmp_path, a_config() | {key: ""})
    (problem,) = problems(tmp_path, a_config() | {key: {"secure": "v1:canary"}}).values()
    assert problem.where == key
    assert problem.hint.startswith("export TENCENTCLOUD_")
    assert "canary" not in str(problem)


def test_applications_are_told_apart(tmp_path: Path) -> None:
    twice = [{"name": "arena", "bizId": 1}, {"name": "league", "bizId": 2}, {"name": "arena", "bizId": 2}]
    assert refused(tmp_path, a_config(apps=twice)) == {
        "gme-recording:apps[2].name": "different from that of apps[0]",
        "gme-recording:apps[2].bizId": "different from that of apps[1]",
    }


@pytest.mark.parametrize("biz_id", [0, -1, 2**53 + 1, 1.5, "1400000001", True])
def test_a_biz_id_is_a_number_that_pulumi_carries_exactly(tmp_path: Path, biz_id: object) -> None:
    found = refused(tmp_path, a_config(apps__0__bizId=biz_id))
    assert found == {"gme-recording:apps[0].bizId": "a whole number from 1 to 9007199254740992"}


def test_full_scope_must_be_meant(tmp_path: Path) -> None:
    found = refused(tmp_path, a_config(apps__0__scope="full"))
    assert found["gme-recording:apps[0].scope"].startswith("custom: with full recording every room")
    accepted(tmp_path, a_config(apps__0__scope="full", apps__0__allowFullScope=True))


def test_full_scope_cannot_be_tested_by_recording(tmp_path: Path) -> None:
    config = a_config(apps__0__scope="full", apps__0__allowFullScope=True, smoke__mode="full")
    assert set(refused(tmp_path, config)) == {"gme-recording:smoke.mode"}


@pytest.mark.parametrize(
    "url",
    [
        "ftp://voice.example.com",
        "voice.example.com/x",
        "http://",
        "https:///x",
        "https://[",
        "https://a.b:99999/",
        "https://me@voice.example.com/",
        "https://me:secret@voice.example.com/",
        "https://voice.example.com/#a",
        "https://voice.example.com:0/",
        "https://voice.example.com/a b",
        "https://voice.example.com/r\u00e4ume",
    ],
)
@pytest.mark.parametrize("cloud", ["local", "tencent"])
def test_what_no_callback_can_be_posted_to_is_refused(tmp_path: Path, url: str, cloud: str) -> None:
    config = a_config(cloud=cloud, apps__0__callbackUrl=url) | (LOCAL if cloud == "local" else {})
    assert set(refused(tmp_path, config)) == {"gme-recording:apps[0].callbackUrl"}


@pytest.mark.parametrize(
    "url",
    [
        "http://voice.example.com/",
        "https://localhost/",
        "https://voice/",
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://printer.local/",
        "https://a.internal/",
        "https://127.1/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://8.8.0x/",
        "https://10.0.0.1./",
        "https://224.0.0.1/",
        "https://x.local./",
        "https://localhost.localdomain/",
        "https://db.lan/",
        "https://DB.LAN/",
        "https://nas.home/",
        "https://nas.home.arpa/",
        "https://db.corp/",
        "https://a.test/",
        "https://a.example/",
        "https://a.invalid/",
        "https://a.onion/",
        "https://a..com/",
        "https://%31%30.0.0.1/",
    ],
)
def test_tencent_cloud_calls_back_over_https_to_public_hosts_only(tmp_path: Path, url: str) -> None:
    accepted(tmp_path, a_config(cloud="local", apps__0__callbackUrl=url) | LOCAL)
    assert set(refused(tmp_path, a_config(apps__0__callbackUrl=url))) == {"gme-recording:apps[0].callbackUrl"}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://voice.example.com/gme?x=1",
        "https://Voice.Example.com.:8443/",
        "https://a_b.local.example.com/",
        "https://xn--fiqs8s.xn--fiqs8s/",
        "https://8.8.8.8:8443/",
        "https://[2001:4860:4860::8888]/",
    ],
)
def test_public_https_urls_are_taken(tmp_path: Path, url: str) -> None:
    assert accepted(tmp_path, a_config(apps__0__callbackUrl=url)).apps[0].callback_url == url


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://voice.example.com/relay", "an https URL"),
        ("https://me:secret@voice.example.com/relay", "without user, password"),
        ("https://10.0.0.1/relay", "a public host"),
        ("https://voice.example.com/relay?a=b", "without blanks and query"),
    ],
)
def test_a_relay_is_asked_at_a_public_https_url_alone(tmp_path: Path, url: str, allowed: str) -> None:
    (said,) = refused(tmp_path, a_config(smoke__callbackRelay=url)).items()
    assert said[0] == "gme-recording:smoke.callbackRelay"
    assert allowed in said[1]


def test_a_relay_of_the_local_cloud_is_on_this_machine(tmp_path: Path) -> None:
    url = "http://127.0.0.1:8480/gme/recording/relay"
    config = a_config(cloud="local", smoke__callbackRelay=url) | LOCAL
    assert accepted(tmp_path, config).smoke.callback_relay == url


def test_the_smoke_test_has_more_time_than_it_records(tmp_path: Path) -> None:
    found = refused(tmp_path, a_config(smoke={"record": "60 seconds", "timeout": "1 minute"}))
    assert found == {"gme-recording:smoke.timeout": "longer than smoke.record (1 minute)"}


@pytest.mark.parametrize("room", ["a_b", "", "ä", "a/b", "a" * 128])
def test_a_room_whose_recordings_could_not_be_told_apart_is_refused(tmp_path: Path, room: str) -> None:
    assert set(refused(tmp_path, a_config(smoke__room=room))) == {"gme-recording:smoke.room"}


def test_tags_stay_within_the_limits_of_cos(tmp_path: Path) -> None:
    tags = {"": "x", "qcs:a": "x", "Project": "x", "empty": "", "long": "x" * 256, "fine": "x"}
    assert set(refused(tmp_path, a_config(tags=tags))) == {
        "gme-recording:tags.",
        "gme-recording:tags.qcs:a",
        "gme-recording:tags.Project",
        "gme-recording:tags.empty",
        "gme-recording:tags.long",
    }
    assert refused(tmp_path, a_config(tags={f"t{n}": "x" for n in range(51)})) == {
        "gme-recording:tags": "at most 50"
    }
