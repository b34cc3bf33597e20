from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from gme_recording.api.credentials import Credentials, Secret
from gme_recording.api.endpoints import Cloud
from gme_recording.api.errors import ApiError
from gme_recording.api.objects import Head, Object, Objects, Replica
from tests.api.conftest import Answer, Vendor, xml

BUCKET = "voice-1250000000"
WRITTEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
TIME = "<LastModified>2026-01-02T03:04:05.000Z</LastModified>"


def test_current_objects_come_page_by_page(vendor: Vendor) -> None:
    first = f"<Contents><Key>a%20b</Key>{TIME}<Size>3</Size><StorageClass>ARCHIVE</StorageClass></Contents>"
    second = f"<Contents><Key>c</Key>{TIME}<Size>4</Size></Contents>"
    more = "<IsTruncated>true</IsTruncated><NextMarker>a%20b</NextMarker>"
    vendor.will(
        xml(f"<ListBucketResult>{first}{more}</ListBucketResult>"),
        xml(f"<ListBucketResult>{second}<IsTruncated>false</IsTruncated></ListBucketResult>"),
    )
    found = Objects(vendor.cloud).current(BUCKET, "x")
    assert next(found) == Object(key="a b", size=3, modified=WRITTEN, storage_class="ARCHIVE")
    assert len(vendor.asked) == 1, "the second page is asked for when it is needed"
    assert list(found) == [Object(key="c", size=4, modified=WRITTEN)]
    assert parse_qs(urlsplit(vendor.asked[1].url).query)["marker"] == ["a b"]


def test_versions_and_markers_come_in_the_order_of_keys(vendor: Vendor) -> None:
    vendor.will(
        xml(
            "<ListVersionsResult>"
            f"<Version><Key>a</Key><VersionId>1</VersionId><IsLatest>false</IsLatest>{TIME}<Size>3</Size></Version>"
            f"<Version><Key>b</Key><VersionId>2</VersionId><IsLatest>true</IsLatest>{TIME}<Size>4</Size></Version>"
            f"<DeleteMarker><Key>a</Key><VersionId>3</VersionId><IsLatest>true</IsLatest>{TIME}</DeleteMarker>"
            "<IsTruncated>false</IsTruncated></ListVersionsResult>"
        )
    )
    assert [
        (one.key, one.version_id, one.latest, one.marker)
        for one in Objects(vendor.cloud).versions(BUCKET, "")
    ] == [("a", "1", False, False), ("a", "3", True, True), ("b", "2", True, False)]


def test_a_head_says_size_checksum_and_class(vendor: Vendor) -> None:
    vendor.will(
        Answer(
            b"123",
            headers=(
                ("ETag", '"abc"'),
                ("x-cos-hash-crc64ecma", "77"),
                ("Last-Modified", "Fri, 02 Jan 2026 03:04:05 GMT"),
                ("x-cos-storage-class", "ARCHIVE"),
            ),
        )
    )
    assert Objects(vendor.cloud).head(BUCKET, "k") == Head(
        size=3, etag="abc", crc64="77", modified=WRITTEN, storage_class="ARCHIVE"
    )


def test_a_head_of_nothing_names_the_key(vendor: Vendor) -> None:
    vendor.will(Answer(status=404))
    with pytest.raises(ApiError, match=f"no object k in {BUCKET}") as refused:
        Objects(vendor.cloud).head(BUCKET, "k")
    assert refused.value.code == "NoSuchKey"


def test_a_read_goes_on_from_a_byte_of_the_same_object(vendor: Vendor) -> None:
    vendor.will(Answer(b"456", 206))
    assert b"".join(Objects(vendor.cloud).read(BUCKET, "k", etag="abc", start=3)) == b"456"


def test_a_line_that_breaks_while_reading_is_an_api_error(vendor: Vendor) -> None:
    vendor.will(Answer(b"45", headers=(("Content-Length", "9"),)))
    with pytest.raises(ApiError) as broken:
        list(Objects(vendor.cloud).read(BUCKET, "k", etag="abc"))
    assert broken.value.code == "ClientNetworkError.NoAnswer"


def test_deletions_are_told_one_by_one(vendor: Vendor) -> None:
    vendor.will(
        xml(
            "<DeleteResult><Error><Key>b</Key><VersionId>2</VersionId><Code>AccessDenied</Code>"
            "<Message>no</Message></Error></DeleteResult>"
        )
    )
    assert Objects(vendor.cloud).delete(BUCKET, [("a", ""), ("b", "2")]) == ("", "AccessDenied")
    assert b"<VersionId>2</VersionId>" in vendor.asked[0].body


def test_replicas_are_those_of_enabled_rules(vendor: Vendor) -> None:
    def rule(status: str, name: str) -> str:
        bucket = f"qcs::cos:ap-shanghai::{name}"
        return f"<Rule><Status>{status}</Status><Destination><Bucket>{bucket}</Bucket></Destination></Rule>"

    rules = rule("Enabled", "copy-1") + rule("Disabled", "old-1") + rule("Enabled", "copy-1")
    vendor.will(xml(f"<ReplicationConfiguration>{rules}</ReplicationConfiguration>"))
    assert Objects(vendor.cloud).replicas(BUCKET) == (Replica("ap-shanghai", "copy-1"),)


def test_no_replication_is_no_replicas(vendor: Vendor) -> None:
    code = "ReplicationConfigurationNotFoundError"
    facts = "<Message>none</Message><Resource>b</Resource><RequestId>c</RequestId>"
    vendor.will(xml(f"<Error><Code>{code}</Code>{facts}</Error>", 404))
    assert Objects(vendor.cloud).replicas(BUCKET) == ()


def test_the_time_is_the_clouds(vendor: Vendor) -> None:
    vendor.will(Answer(headers=(("Date", "Fri, 02 Jan 2026 03:04:05 GMT"),)))
    assert Objects(vendor.cloud).now(BUCKET).tzinfo is UTC


def test_without_the_right_to_look_the_time_is_the_machines(vendor: Vendor) -> None:
    vendor.will(Answer(status=403))
    assert abs(Objects(vendor.cloud).now(BUCKET) - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_link_of_a_temporary_key_carries_its_token(vendor: Vendor) -> None:
    who = Credentials("AKIDlocalTemporary", Secret("k"), Secret("token of a session"))
    cloud = Cloud(vendor.cloud.kind, vendor.cloud.region, who, vendor.cloud.url)
    query = parse_qs(urlsplit(Objects(cloud).link(BUCKET, "a b", 60)).query)
    assert query["x-cos-security-token"] == ["token of a session"]
    begin, end = query["q-sign-time"][0].split(";")
    assert 60 <= int(end) - int(begin) <= 120
