"""The second way in: CONNECT and an own certificate authority, for clients that speak https only."""

from __future__ import annotations

import os
import socket
import ssl
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config
from cryptography import x509
from qcloud_cos import CosConfig, CosS3Client
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from gme_recording.localcloud.authority import DOMAINS, Authority, is_vendor
from gme_recording.localcloud.certificates import new_leaf
from gme_recording.localcloud.faults import Effect, Fault
from gme_recording.localcloud.pytest_plugin import RunningCloud

BUCKET, REGION = "rec-1250000000", "ap-guangzhou"
STS = "sts.tencentcloudapi.com"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (STS, True),
        (f"{BUCKET}.cos.{REGION}.myqcloud.com", True),
        ("tencentcloudapi.com", False),
        ("eviltencentcloudapi.com", False),
        ("sts.tencentcloudapi.com.example.com", False),
        ("127.0.0.1", False),
        ("../x.myqcloud.com", False),
        ("a b.myqcloud.com", False),
        (f"{'a.' * 200}myqcloud.com", False),
        ("", False),
    ],
)
def test_it_stands_for_the_vendors_hosts_only(host: str, expected: bool) -> None:
    assert is_vendor(host) is expected


def test_its_key_is_its_owners_alone_and_it_is_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "ca"
    with ThreadPoolExecutor(4) as pool:
        texts = set(pool.map(lambda _: Authority(folder).certificate.read_bytes(), range(4)))
    assert len(texts) == 1
    assert b"PRIVATE" not in texts.pop()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
        "authority.pem": 0o600,
        "certificate.pem": 0o600,
    }


def test_its_certificate_is_good_for_the_vendors_domains_and_nothing_else(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    certificate = x509.load_pem_x509_certificate(authority.certificate.read_bytes())
    constraints = certificate.extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    assert constraints.value.permitted_subtrees == [x509.DNSName(domain) for domain in DOMAINS]


def test_a_leaf_names_one_host_and_ends_before_clients_find_it_too_long(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    assert authority.certificate.exists()
    leaf = x509.load_pem_x509_certificate(new_leaf((tmp_path / "authority.pem").read_bytes(), STS))
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [STS]
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=397)
    assert leaf.not_valid_before_utc < datetime.now(UTC)
    authority.context(STS)
    assert {path.name for path in tmp_path.iterdir()} == {"authority.pem", "certificate.pem"}


def test_a_leaf_for_a_foreign_host_convinces_nobody(tmp_path: Path) -> None:
    """Even somebody with the key gets nowhere with it."""
    authority = Authority(tmp_path)
    client = ssl.create_default_context(cafile=authority.certificate)
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        handshake(client, authority.context("example.com"), "example.com")
    handshake(client, authority.context(STS), STS)


def handshake(client: ssl.SSLContext, server: ssl.SSLContext, host: str) -> None:
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        client.wrap_bio(to_client, to_server, server_hostname=host),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(3):
        for side in sides:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    assert sides[0].version() == "TLSv1.3"


def test_the_cloud_starts_without_the_library() -> None:
    code = "import sys, gme_recording.localcloud.__main__; print('cryptography' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"


# Through the port


def tunnelled(cloud: RunningCloud, host: str) -> HTTPSConnection:
    context = ssl.create_default_context(cafile=cloud.certificate)
    connection = HTTPSConnection(urlsplit(cloud.url).netloc, timeout=10, context=context)
    connection.set_tunnel(host, 443)
    return connection


def test_many_requests_go_through_one_tunnel_and_count_as_secure(local_cloud: RunningCloud) -> None:
    with closing(tunnelled(local_cloud, STS)) as connection:
        for _ in range(3):
            connection.request("POST", "/", b"{}", {"X-TC-Action": "GetCallerIdentity"})
            assert b"MissingParameter" in connection.getresponse().read()


@pytest.mark.parametrize("host", ["127.0.0.1", "cam.tencentcloudapi.com", "example.com"])
def test_a_tunnel_leads_nowhere_but_to_its_own_host(local_cloud: RunningCloud, host: str) -> None:
    with closing(tunnelled(local_cloud, STS)) as connection:
        connection.request("GET", "/admin/clock", headers={"Host": host})
        assert connection.getresponse().status == 421


@pytest.mark.parametrize(
    "target",
    [
        "example.com:443",
        "127.0.0.1:443",
        "sts.tencentcloudapi.com:22",
        "sts.tencentcloudapi.com",
        "[::1]:443",
    ],
)
def test_nothing_else_is_reached(local_cloud: RunningCloud, target: str) -> None:
    assert connect(local_cloud, target).startswith((b"HTTP/1.1 403 ", b"HTTP/1.1 400 "))


def connect(cloud: RunningCloud, target: str, then: bytes = b"") -> bytes:
    parts = urlsplit(cloud.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5) as connection:
        connection.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        answer = connection.recv(65536)
        if then:
            connection.sendall(then)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
        return answer


def test_a_client_that_speaks_no_tls_is_dropped(local_cloud: RunningCloud) -> None:
    answer = connect(local_cloud, f"{STS}:443", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer == b"HTTP/1.1 200 Connection established\r\n\r\n"


def test_a_client_that_does_not_trust_us_is_dropped_and_the_rest_goes_on(local_cloud: RunningCloud) -> None:
    stranger = HTTPSConnection(
        urlsplit(local_cloud.url).netloc, timeout=10, context=ssl.create_default_context()
    )
    stranger.set_tunnel(STS, 443)
    with closing(stranger), pytest.raises(ssl.SSLCertVerificationError):
        stranger.request("GET", "/")
    with closing(tunnelled(local_cloud, STS)) as connection:
        connection.request("GET", "/")
        assert connection.getresponse().status == 200


def test_faults_reach_into_tunnels(local_cloud: RunningCloud) -> None:
    client = cos(local_cloud)
    client.create_bucket(Bucket=BUCKET)
    local_cloud.faults.add(Fault(effect=Effect.RESET, service="cos", action="HeadBucket", times=1))
    with pytest.raises(Exception, match=r"Connection reset|Remote end closed"):
        client.head_bucket(Bucket=BUCKET)
    assert client.bucket_exists(Bucket=BUCKET)


# The vendor's clients, told nothing but a proxy and a certificate


@pytest.fixture
def https_only(local_cloud: RunningCloud, monkeypatch: pytest.MonkeyPatch) -> RunningCloud:
    """The variables that `gme-recording cloud env --https` prints."""
    for name in ("SSL_CERT_FILE", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, os.fspath(local_cloud.certificate))
    monkeypatch.setenv("HTTPS_PROXY", local_cloud.url)
    return local_cloud


def cos(cloud: RunningCloud) -> CosS3Client:
    config = CosConfig(
        Region=REGION,
        SecretId=cloud.secret_id,
        SecretKey=cloud.secret_key,
        Proxies={"https": cloud.url},
        VerifySSL=os.fspath(cloud.certificate),
        AutoSwitchDomainOnRetry=False,
        Timeout=10,
    )
    return CosS3Client(config, retry=0)


def test_the_vendors_api_client_works_over_https(https_only: RunningCloud) -> None:
    """It takes the proxy from the environment, and the certificate from its profile only."""
    profile = ClientProfile(httpProfile=HttpProfile(certification=os.fspath(https_only.certificate)))
    credential = Credential(https_only.secret_id, https_only.secret_key)
    client = CommonClient("sts", "2018-08-13", credential, REGION, profile)
    answer: dict[str, Any] = client.call_json("GetCallerIdentity", {})
    assert answer["Response"]["AccountId"] == "100000000001"


def test_the_vendors_cos_client_works_over_https(https_only: RunningCloud) -> None:
    config = CosConfig(
        Region=REGION,
        SecretId=https_only.secret_id,
        SecretKey=https_only.secret_key,
        AutoSwitchDomainOnRetry=False,
        Timeout=10,
    )
    for client in (cos(https_only), CosS3Client(config, retry=0)):
        client.create_bucket(Bucket=BUCKET)
        client.put_object(Bucket=BUCKET, Key="a/b", Body=b"x" * 3_000_000)
        assert client.get_object(Bucket=BUCKET, Key="a/b")["Body"].get_raw_stream().read() == b"x" * 3_000_000
        client.delete_object(Bucket=BUCKET, Key="a/b")
        client.delete_bucket(Bucket=BUCKET)


def test_boto3_works_over_https(https_only: RunningCloud) -> None:
    client = boto3.client(
        "s3",
        region_name=REGION,
        aws_access_key_id=https_only.secret_id,
        aws_secret_access_key=https_only.secret_key,
        endpoint_url=f"https://cos.{REGION}.myqcloud.com",
        config=Config(s3={"addressing_style": "virtual"}, retries={"max_attempts": 0}),
    )
    with closing(client):
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        client.put_object(Bucket=BUCKET, Key="a", Body=b"x")
        assert client.get_object(Bucket=BUCKET, Key="a")["Body"].read() == b"x"
