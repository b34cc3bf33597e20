"""The vendor's client and S3's against the running cloud, through its proxy port, with real signatures."""

from __future__ import annotations

import io
import urllib.request
from time import perf_counter
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from qcloud_cos import CosConfig, CosS3Client
from qcloud_cos.cos_exception import CosServiceError

from gme_recording.localcloud.pytest_plugin import RunningCloud

BUCKET, REGION = "rec-1250000000", "ap-guangzhou"
KEY = "1400000001_7/ü 語+&=?.mp3"


def vendor(cloud: RunningCloud, region: str = REGION, **changed: Any) -> Any:
    settings = {"SecretId": cloud.secret_id, "SecretKey": cloud.secret_key, **changed}
    return CosS3Client(
        CosConfig(Region=region, Scheme="http", Proxies={"http": cloud.url}, **settings), retry=0
    )


def s3(cloud: RunningCloud, **changed: Any) -> Any:
    settings = {"aws_access_key_id": cloud.secret_id, "aws_secret_access_key": cloud.secret_key, **changed}
    config = Config(
        proxies={"http": cloud.url}, s3={"addressing_style": "virtual"}, retries={"max_attempts": 1}
    )
    endpoint = {"endpoint_url": f"http://cos.{REGION}.myqcloud.com"}
    return boto3.client("s3", region_name=REGION, config=config, **{**endpoint, **settings})


@pytest.fixture
def cos(local_cloud: RunningCloud) -> Any:
    client = vendor(local_cloud)
    client.create_bucket(Bucket=BUCKET)
    return client


@pytest.fixture
def aws(local_cloud: RunningCloud) -> Any:
    client = s3(local_cloud)
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    return client


def fetch(cloud: RunningCloud, url: str) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": cloud.url}))
    with opener.open(url, timeout=5) as answer:
        content: bytes = answer.read()
        return content


def test_the_vendor_s_client_writes_and_reads(cos: Any) -> None:
    cos.put_object(Bucket=BUCKET, Key=KEY, Body=b"hello", EnableMD5=True, Metadata={"x-cos-meta-k": "v"})
    found = cos.get_object(Bucket=BUCKET, Key=KEY, Range="bytes=1-2")
    assert found["Body"].get_raw_stream().read() == b"el"
    assert found["x-cos-meta-k"] == "v"
    assert [entry["Key"] for entry in cos.list_objects(Bucket=BUCKET)["Contents"]] == [KEY]
    assert cos.object_exists(Bucket=BUCKET, Key=KEY) is True
    cos.copy_object(Bucket=BUCKET, Key="copy", CopySource={"Bucket": BUCKET, "Key": KEY, "Region": REGION})
    deleted = cos.delete_objects(Bucket=BUCKET, Delete={"Object": [{"Key": KEY}, {"Key": "copy"}]})
    assert [entry["Key"] for entry in deleted["Deleted"]] == [KEY, "copy"]
    assert cos.object_exists(Bucket=BUCKET, Key=KEY) is False


def test_the_vendor_s_client_uploads_and_downloads_files_in_parts(cos: Any, tmp_path: Any) -> None:
    (tmp_path / "up").write_bytes(b"0123456789abcdef" * (1 << 17))
    cos.upload_file(Bucket=BUCKET, Key="big", LocalFilePath=str(tmp_path / "up"), PartSize=1, MAXThread=2)
    cos.download_file(
        Bucket=BUCKET, Key="big", DestFilePath=str(tmp_path / "down"), PartSize=1, EnableCRC=True
    )
    assert (tmp_path / "down").read_bytes() == (tmp_path / "up").read_bytes()


def test_the_vendor_s_client_writes_without_waiting_for_acknowledgements(cos: Any) -> None:
    """It sends the body when the headers are acknowledged, for which a kernel likes to take 40 ms."""

    def write() -> float:
        began = perf_counter()
        cos.put_object(Bucket=BUCKET, Key=KEY, Body=b"hello")
        return perf_counter() - began

    write()
    assert min(write() for _ in range(10)) < 0.03


@pytest.mark.parametrize("text", ["a b", "a+b", "a%20b", "aä 語"])
def test_both_clients_list_by_any_text(local_cloud: RunningCloud, cos: Any, text: str) -> None:
    """The vendor's writes a space in a query as `+` and signs `%20`; S3's writes `%20`."""
    first, second, other = f"{text}/1", f"{text}/2", "a.b/1"
    for key in (first, second, other):
        cos.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    for client in (cos, s3(local_cloud)):

        def listed(ask: Any = client.list_objects, **asked: str) -> list[str]:
            found = ask(Bucket=BUCKET, **asked)
            entries = [*found.get("Contents", []), *found.get("CommonPrefixes", [])]
            return [entry.get("Key") or entry["Prefix"] for entry in entries]

        assert listed(Prefix=f"{text}/") == [first, second]
        assert listed(Prefix=text, Marker=first) == [second]
        assert listed(Delimiter=text[1:]) == [other, text]


def test_the_vendor_s_client_reads_settings_as_it_wrote_them(cos: Any) -> None:
    rule = {
        "ID": "keep",
        "Status": "Enabled",
        "Filter": {"Prefix": "p/"},
        "Expiration": {"Days": "30"},
        "Transition": [{"Days": "7", "StorageClass": "STANDARD_IA"}],
    }
    cos.put_bucket_lifecycle(Bucket=BUCKET, LifecycleConfiguration={"Rule": [rule]})
    assert cos.get_bucket_lifecycle(Bucket=BUCKET) == {"Rule": [rule]}
    tags = {"TagSet": {"Tag": [{"Key": "k", "Value": "v"}]}}
    cos.put_bucket_tagging(Bucket=BUCKET, Tagging=tags)
    assert cos.get_bucket_tagging(Bucket=BUCKET) == tags
    cos.put_bucket_acl(Bucket=BUCKET, ACL="public-read")
    assert cos.get_bucket_acl(Bucket=BUCKET)["CannedACL"] == "public-read"


def test_the_vendor_s_client_raises_its_own_errors(local_cloud: RunningCloud, cos: Any) -> None:
    with pytest.raises(CosServiceError) as absent:
        cos.get_object(Bucket=BUCKET, Key="none")
    assert (absent.value.get_status_code(), absent.value.get_error_code()) == (404, "NoSuchKey")
    for client, code in {
        vendor(local_cloud, SecretKey="wrong"): "SignatureDoesNotMatch",
        vendor(local_cloud, SecretId="AKIDlocalNobody"): "InvalidAccessKeyId",
        vendor(local_cloud, Token="unasked"): "InvalidToken",
        vendor(local_cloud, "ap-shanghai"): "NoSuchBucket",
    }.items():
        with pytest.raises(CosServiceError) as refused:
            client.list_objects(Bucket=BUCKET)
        assert refused.value.get_error_code() == code


def test_s3_s_client_writes_and_reads(aws: Any) -> None:
    aws.put_object(Bucket=BUCKET, Key=KEY, Body=b"hello", Metadata={"k": "v"}, ContentType="audio/mpeg")
    found = aws.get_object(Bucket=BUCKET, Key=KEY)
    assert (found["Body"].read(), found["Metadata"], found["ContentType"]) == (
        b"hello",
        {"k": "v"},
        "audio/mpeg",
    )
    aws.copy_object(Bucket=BUCKET, Key="copy", CopySource={"Bucket": BUCKET, "Key": KEY})
    pages = aws.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 1})
    assert [entry["Key"] for page in pages for entry in page["Contents"]] == [KEY, "copy"]
    aws.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": KEY}, {"Key": "copy"}]})
    assert aws.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0
    assert [bucket["Name"] for bucket in aws.list_buckets()["Buckets"]] == [BUCKET]


def test_s3_s_client_uploads_in_parts(aws: Any) -> None:
    content = b"0123456789abcdef" * (9 << 16)
    aws.upload_fileobj(io.BytesIO(content), BUCKET, "big")
    assert aws.head_object(Bucket=BUCKET, Key="big")["ContentLength"] == len(content)
    assert aws.get_object(Bucket=BUCKET, Key="big")["Body"].read() == content


def test_s3_s_client_streams_as_it_does_over_tls(local_cloud: RunningCloud, aws: Any) -> None:
    """Chunked, the payload not signed, its CRC-32 in the trailer; only the encryption itself is left out."""
    seen: list[str] = []

    def without_tls(request: Any, **_: Any) -> None:
        seen.append(request.headers["X-Amz-Content-SHA256"].decode())
        request.url = request.url.replace("https://", "http://")

    secure = s3(local_cloud, endpoint_url=f"https://cos.{REGION}.myqcloud.com")
    secure.meta.events.register("before-send.s3.PutObject", without_tls)
    secure.put_object(Bucket=BUCKET, Key="streamed", Body=io.BytesIO(b"hello" * 1000))
    assert seen == ["STREAMING-UNSIGNED-PAYLOAD-TRAILER"]
    assert aws.get_object(Bucket=BUCKET, Key="streamed")["Body"].read() == b"hello" * 1000


def test_s3_s_client_sees_versions(aws: Any) -> None:
    aws.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    first = aws.put_object(Bucket=BUCKET, Key="a", Body=b"1")["VersionId"]
    aws.put_object(Bucket=BUCKET, Key="a", Body=b"2")
    aws.delete_object(Bucket=BUCKET, Key="a")
    found = aws.list_object_versions(Bucket=BUCKET)
    assert (len(found["Versions"]), len(found["DeleteMarkers"])) == (2, 1)
    assert aws.get_object(Bucket=BUCKET, Key="a", VersionId=first)["Body"].read() == b"1"


def test_s3_s_client_raises_its_own_errors(local_cloud: RunningCloud, aws: Any) -> None:
    refused = {
        "NoSuchLifecycleConfiguration": lambda: aws.get_bucket_lifecycle_configuration(Bucket=BUCKET),
        "NoSuchKey": lambda: aws.get_object(Bucket=BUCKET, Key="none"),
        "404": lambda: aws.head_bucket(Bucket="none-1250000000"),
        "SignatureDoesNotMatch": s3(local_cloud, aws_secret_access_key="wrong").list_buckets,
        "NoSuchConfiguration": lambda: aws.get_bucket_request_payment(Bucket=BUCKET),
    }
    for code, ask in refused.items():
        with pytest.raises(ClientError) as error:
            ask()
        assert error.value.response["Error"]["Code"] == code


def test_presigned_urls_open_without_a_header(local_cloud: RunningCloud, cos: Any) -> None:
    cos.put_object(Bucket=BUCKET, Key=KEY, Body=b"hello")
    signed = s3(local_cloud).generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": KEY})
    assert fetch(local_cloud, signed) == b"hello"
    assert fetch(local_cloud, cos.get_presigned_url(Bucket=BUCKET, Key=KEY, Method="GET")) == b"hello"
    with pytest.raises(urllib.request.HTTPError, match="403"):
        fetch(local_cloud, signed.partition("?")[0])
