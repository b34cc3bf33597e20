"""What a replication rule brings into the other bucket, and what it does not."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace

import pytest

from gme_recording.localcloud.services.console import account
from gme_recording.localcloud.services.cos.content import SMALL_BYTES
from gme_recording.localcloud.services.cos.model import Bucket, Configuration, Version, Versioning
from gme_recording.localcloud.services.cos.replication import KIND
from tests.localcloud.services.cos.test_versions import SUSPENDED, VERSIONED
from tests.localcloud.services.cos.wire import BUCKET, STRANGER, Wire, code_of, header, tree_of
from tests.localcloud.services.gme.world import REGION, World

COPY = "copy-1250000000"
FAR = "far-1250000000"
TARGET = "<Destination><Bucket>qcs::cos:{}::{}</Bucket>{}</Destination>"
RULE = f"<Rule><Status>Enabled</Status>{{}}{TARGET}{{}}</Rule>"
KEPT_MARKERS = "<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>"


def a_rule(target: str = COPY, prefix: str = "", more: str = "", beside: str = "") -> str:
    prefix = f"<Prefix>{prefix}</Prefix>" if prefix else ""
    return RULE.format(prefix, REGION, target, more, beside)


def configuration(*some: str) -> str:
    role = "<Role>qcs::cam::uin/100000000001:uin/100000000001</Role>"
    return f"<ReplicationConfiguration>{role}{''.join(some)}</ReplicationConfiguration>"


def replicate(wire: Wire, *some: str, source: str = BUCKET) -> Wire:
    assert wire.send("PUT", query="replication", body=configuration(*some), bucket=source).status == 200
    return wire


@pytest.fixture
def pair(bucket: Wire) -> Wire:
    """Two buckets with versioning, the second in the same region for the test's ease."""
    bucket.make(COPY)
    for name in (BUCKET, COPY):
        bucket.send("PUT", query="versioning", body=VERSIONED, bucket=name)
    return bucket


def versions(wire: Wire, bucket: str = COPY) -> list[tuple[str, str]]:
    """Key and id, `!` before those of delete markers."""
    listed = tree_of(wire.send("GET", query="versions", bucket=bucket)).children
    return [
        (found.value("Key"), ("!" if found.name == "DeleteMarker" else "") + found.value("VersionId"))
        for found in listed
        if found.name in {"Version", "DeleteMarker"}
    ]


@pytest.mark.parametrize("body", [b"", b"few", os.urandom(SMALL_BYTES + 1)], ids=["none", "few", "file"])
def test_a_new_object_appears_with_all_that_was_said_about_it(pair: Wire, body: bytes) -> None:
    replicate(pair, a_rule())
    pair.put("a/b.mp3", body, content_type="audio/mpeg", x_cos_meta_room="7", x_cos_tagging="k=v")
    here, there = pair.get("a/b.mp3"), pair.send("GET", "/a/b.mp3", bucket=COPY)
    assert there.body == body
    for name in ("ETag", "Content-Type", "x-cos-meta-room", "x-cos-version-id", "x-cos-hash-crc64ecma"):
        assert header(there, name) == header(here, name) != ""
    assert header(there, "x-cos-tagging-count") == "1"


def test_the_copy_stays_when_the_original_goes(pair: Wire) -> None:
    replicate(pair, a_rule())
    body = os.urandom(SMALL_BYTES + 1)
    version = header(pair.put("a", body), "x-cos-version-id")
    pair.send("DELETE", "/a", f"versionId={version}")
    assert versions(pair, BUCKET) == []
    assert pair.send("GET", "/a", bucket=COPY).body == body


def test_every_version_follows_in_order_under_its_id(pair: Wire) -> None:
    replicate(pair, a_rule())
    pair.put("a", "1")
    pair.put("a", "2")
    pair.send("DELETE", "/a")
    assert versions(pair) == versions(pair, BUCKET)
    assert [version[1][:1] == "!" for version in versions(pair)] == [True, False, False]


def test_delete_markers_stay_behind_if_the_rule_says_so(pair: Wire) -> None:
    replicate(pair, a_rule(beside=KEPT_MARKERS))
    pair.put("a")
    pair.send("DELETE", "/a")
    assert pair.get("a").status == 404
    assert pair.send("GET", "/a", bucket=COPY).status == 200


def test_what_was_there_before_does_not_follow(pair: Wire) -> None:
    pair.put("before")
    replicate(pair, a_rule())
    pair.put("after")
    assert [key for key, _ in versions(pair)] == ["after"]
    pair.send("DELETE", query="replication")
    pair.put("ended")
    assert [key for key, _ in versions(pair)] == ["after"]


def test_what_a_lifecycle_rule_does_is_not_repeated(pair: Wire) -> None:
    replicate(pair, a_rule())
    days = "<Rule><ID>r</ID><Status>Enabled</Status><Filter/><Expiration><Days>1</Days></Expiration></Rule>"
    body = f"<LifecycleConfiguration>{days}</LifecycleConfiguration>"
    assert pair.send("PUT", query="lifecycle", body=body).status == 200
    pair.put("a")
    pair.advance(days=3)
    assert len(versions(pair, BUCKET)) == 2
    assert len(versions(pair)) == 1


def test_a_rule_has_a_prefix_and_a_storage_class(pair: Wire) -> None:
    replicate(pair, a_rule(prefix="rec/", more="<StorageClass>Standard_IA</StorageClass>"))
    pair.put("rec/a")
    pair.put("other/a")
    assert [key for key, _ in versions(pair)] == ["rec/a"]
    found = pair.send("HEAD", "/rec/a", bucket=COPY)
    assert header(found, "x-cos-storage-class") == "STANDARD_IA"


def test_two_rules_for_one_bucket_copy_once_and_copies_do_not_go_on(pair: Wire) -> None:
    pair.make(FAR)
    pair.send("PUT", query="versioning", body=VERSIONED, bucket=FAR)
    replicate(pair, a_rule(), a_rule(prefix="a"))
    replicate(pair, a_rule(FAR), a_rule(BUCKET), source=COPY)
    pair.put("a")
    assert len(versions(pair)) == len(versions(pair, BUCKET)) == 1
    assert versions(pair, FAR) == []


def test_a_disabled_rule_and_suspended_versioning_copy_nothing(pair: Wire) -> None:
    replicate(pair, a_rule().replace("Enabled", "Disabled", 1))
    pair.put("a")
    replicate(pair, a_rule())
    pair.send("PUT", query="versioning", body=SUSPENDED, bucket=COPY)
    pair.put("b")
    pair.send("PUT", query="versioning", body=VERSIONED, bucket=COPY)
    pair.send("PUT", query="versioning", body=SUSPENDED)
    pair.put("c")
    assert versions(pair) == []


def test_encryption_and_access_are_the_targets(pair: Wire) -> None:
    replicate(pair, a_rule())
    default = "<SSEAlgorithm>SM4</SSEAlgorithm>"
    for name in ("ApplyServerSideEncryptionByDefault", "Rule", "ServerSideEncryptionConfiguration"):
        default = f"<{name}>{default}</{name}>"
    assert pair.send("PUT", query="encryption", body=default, bucket=COPY).status == 200
    pair.put("a", x_cos_server_side_encryption="AES256", x_cos_acl="public-read")
    found = pair.send("HEAD", "/a", bucket=COPY)
    assert header(found, "x-cos-server-side-encryption") == "SM4"
    assert all(version.acl is None for version in pair.cloud.store.select(Version, bucket=COPY))


def test_nothing_goes_into_another_account_s_bucket(pair: Wire) -> None:
    theirs = "theirs-1250000002"
    pair.as_(STRANGER).make(theirs).send("PUT", query="versioning", body=VERSIONED, bucket=theirs)
    answer = pair.send("PUT", query="replication", body=configuration(a_rule(theirs)))
    assert code_of(answer) == (400, "InvalidArgument")


def test_parts_and_copies_follow_too(pair: Wire) -> None:
    replicate(pair, a_rule())
    upload = tree_of(pair.send("POST", "/parts", "uploads")).value("UploadId")
    etag = header(pair.send("PUT", "/parts", f"uploadId={upload}&partNumber=1", "part"), "ETag")
    part = f"<Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part>"
    body = f"<CompleteMultipartUpload>{part}</CompleteMultipartUpload>"
    assert pair.send("POST", "/parts", f"uploadId={upload}", body).status == 200
    source = f"{BUCKET}.cos.{REGION}.myqcloud.com/parts"
    assert pair.send("PUT", "/copied", x_cos_copy_source=source).status == 200
    assert pair.keys() == ["copied", "parts"]
    assert [key for key, _ in versions(pair)] == ["copied", "parts"]


def test_a_recording_arrives_in_the_replica() -> None:
    world = World(processing_seconds=0.2)
    call = world.call()
    account.create_bucket(call, COPY, "ap-hongkong")
    for bucket in world.store.select(Bucket):
        world.store.put(replace(bucket, versioning=Versioning.ENABLED))
    world.store.put(Configuration(world.app.bucket, KIND, configuration(a_rule())))
    world.join("7")
    task_id = world.start()
    world.wait(hours=3)
    world.stop(task_id)
    world.wait(seconds=1)
    found = world.store.select(Version, bucket=COPY)
    assert sorted(version.key for version in found) == sorted(file.name for file in world.files(task_id))
    (longest, _) = sorted(found, key=lambda version: version.size, reverse=True)
    answer = account.read_object(world.call(), COPY, "ap-hongkong", longest.key, {})
    assert hashlib.md5(answer.body).hexdigest() == longest.etag
