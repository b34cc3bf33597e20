import logging
from collections.abc import Callable

import pytest

from gme_recording.api import ApiError, Cam, Cloud, CloudKind, Cos, Credentials, Gme, RecordMode, Secret
from gme_recording.api.errors import NO_ANSWER, UNREACHED
from gme_recording.api.vendor import TIMEOUT, _api3_client, cos_client
from gme_recording.errors import ExitCode, UserError
from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.api.conftest import Answer, Vendor, ok

TENCENT = Cloud(
    CloudKind.TENCENT, "eu-frankfurt", Credentials("AKIDreal", Secret("k"), Secret("canary-token"))
)


@pytest.mark.parametrize(
    ("domain", "host"),
    [(None, "gme.tencentcloudapi.com"), ("intl.tencentcloudapi.com", "gme.intl.tencentcloudapi.com")],
)
def test_site_is_chosen_by_the_providers_variable(
    monkeypatch: pytest.MonkeyPatch, domain: str | None, host: str
) -> None:
    monkeypatch.delenv("TENCENTCLOUD_DOMAIN", raising=False)
    if domain:
        monkeypatch.setenv("TENCENTCLOUD_DOMAIN", domain)
    sdk = _api3_client(TENCENT, "gme")
    assert sdk._get_endpoint() == host
    assert (sdk.profile.httpProfile.scheme, sdk.profile.httpProfile.proxy) == ("https", None)
    assert (sdk.region, sdk.credential.token) == ("eu-frankfurt", "canary-token")


@pytest.mark.parametrize("name", ["gme", "cam", "sts", "tag"])
def test_every_service_has_its_sdk(name: str) -> None:
    assert _api3_client(TENCENT, name)._service == name


def test_cos_is_called_over_https_with_a_time_out_and_no_repetition() -> None:
    sdk = cos_client(TENCENT)
    assert sdk.get_conf().uri(bucket="b-1250000000") == "https://b-1250000000.cos.eu-frankfurt.myqcloud.com/"
    assert (sdk.get_conf()._timeout, sdk._retry) == (TIMEOUT, 0)


def test_silence_ends_at_the_time_out(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gme_recording.api.vendor.TIMEOUT", (1.0, 0.05))
    vendor.will(Answer(pause=0.3))
    with pytest.raises(ApiError, match="StartRecord: no answer") as error:
        Gme(vendor.cloud).start_record(1400000001, "r", RecordMode.MIXED)
    assert (error.value.code, error.value.exit_code) == (NO_ANSWER, ExitCode.TIMEOUT)


def test_requests_to_the_local_cloud_are_sent_at_once(vendor: Vendor) -> None:
    """Otherwise every request with a body waits 40 ms for the proxy's acknowledgement."""
    for session in (
        _api3_client(vendor.cloud, "gme").request.conn._session,
        cos_client(vendor.cloud)._session,
    ):
        manager = session.get_adapter("http://any").proxy_manager[vendor.cloud.url]
        assert manager.connection_pool_kw["socket_options"]


def test_sdk_logs_are_shut(vendor: Vendor) -> None:
    cos_client(vendor.cloud)
    vendor.will(ok(TaskId=1))
    Gme(vendor.cloud).start_record(1400000001, "r", RecordMode.MIXED)
    for name in ("qcloud_cos", "tencentcloud_sdk_common"):
        assert not logging.getLogger(name).isEnabledFor(logging.ERROR)


@pytest.mark.parametrize(
    "ask", [lambda: Gme(TENCENT).find_task(1, "r"), lambda: Cos(TENCENT).lifecycle("b-1250000000")]
)
def test_proxy_that_refuses_the_tunnel_is_told_from_a_lost_answer(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch, ask: Callable[[], object]
) -> None:
    """As when the local cloud's variables are still set."""
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, vendor.cloud.url)
    with pytest.raises(ApiError, match="no connection to Tencent Cloud") as error:
        ask()
    assert (error.value.code, error.value.exit_code) == (UNREACHED, ExitCode.UNAVAILABLE)


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_authorities_of_a_company_are_trusted_by_every_client(
    local_cloud: RunningCloud, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A proxy that looks into TLS, as the local cloud's tunnel is one, shows certificates of its own."""
    for other in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "https_proxy", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, str(local_cloud.certificate))
    monkeypatch.setenv("HTTPS_PROXY", local_cloud.url)
    key = Credentials(local_cloud.secret_id, Secret(local_cloud.secret_key))
    cloud = Cloud(CloudKind.TENCENT, "eu-frankfurt", key)
    assert Cam(cloud).account().appid == "1250000000"
    cos_client(cloud).create_bucket(Bucket="b-1250000000")
    assert Cos(cloud).bucket_region("b-1250000000") == "eu-frankfurt"
    assert Cos(cloud).anonymous_status("b-1250000000", "any") == 403


def test_authorities_that_are_not_there_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    with pytest.raises(UserError, match=r"SSL_CERT_FILE is /nowhere/ca\.pem: there is no such file") as error:
        Cam(TENCENT).account()
    assert error.value.exit_code is ExitCode.UNAVAILABLE


def test_request_that_the_sdk_refuses_to_build_is_worded(vendor: Vendor) -> None:
    with pytest.raises(ApiError, match="DeleteObject: Key is required not empty"):
        Cos(vendor.cloud).delete("b-1250000000", "")
