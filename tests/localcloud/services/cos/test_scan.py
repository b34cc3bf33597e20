"""Lifecycle rules as the virtual clock carries them out. It starts on 5 January 2026 at 15:00 in UTC+8."""

from __future__ import annotations

from time import perf_counter

from tests.localcloud.services.cos.test_lifecycle import rule, transition
from tests.localcloud.services.cos.wire import Wire, header, tree_of

BIG = b"a" * (64 << 10)


def put_rules(wire: Wire, *rules: str) -> None:
    body = f"<LifecycleConfiguration>{''.join(rules)}</LifecycleConfiguration>"
    assert wire.send("PUT", query="lifecycle", body=body).status == 200


def expiring(days: int) -> str:
    return rule(f"<Expiration><Days>{days}</Days></Expiration>")


def versions(wire: Wire) -> list[tuple[str, str]]:
    found = tree_of(wire.send("GET", query="versions")).children
    return [(v.name, v.value("Key")) for v in found if v.name in {"Version", "DeleteMarker"}]


def storage_class(wire: Wire, key: str) -> str:
    return header(wire.send("HEAD", f"/{key}"), "x-cos-storage-class") or "STANDARD"


def test_objects_go_when_their_days_are_over_and_not_before(bucket: Wire) -> None:
    put_rules(bucket, expiring(1))
    bucket.put("p/a")
    bucket.put("kept")
    bucket.advance(hours=32, minutes=59)
    assert bucket.keys() == ["kept", "p/a"]
    bucket.advance(minutes=1)
    assert bucket.keys() == ["kept"]


def test_bytes_of_expired_objects_leave_the_disk(bucket: Wire) -> None:
    put_rules(bucket, expiring(1))
    bucket.put("p/a")
    bucket.advance(days=3)
    assert [path for path in bucket.cloud.files.rglob("*") if path.is_file()] == []


def test_a_disabled_rule_does_nothing(bucket: Wire) -> None:
    put_rules(bucket, expiring(1).replace("Enabled", "Disabled"))
    bucket.put("p/a")
    bucket.advance(days=10)
    assert bucket.keys() == ["p/a"]


def test_tags_narrow_a_rule(bucket: Wire) -> None:
    tagged = "<And><Prefix>p/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And>"
    put_rules(bucket, expiring(1).replace("<Prefix>p/</Prefix>", tagged))
    bucket.put("p/tagged", x_cos_tagging="k=v")
    bucket.put("p/other", x_cos_tagging="k=w")
    bucket.advance(days=3)
    assert bucket.keys() == ["p/other"]


def test_removed_rules_do_nothing_any_more(bucket: Wire) -> None:
    put_rules(bucket, expiring(1))
    bucket.put("p/a")
    bucket.send("DELETE", query="lifecycle")
    bucket.advance(days=10)
    assert bucket.keys() == ["p/a"]


def test_rules_put_again_work_after_the_scans_had_stopped(bucket: Wire) -> None:
    put_rules(bucket, expiring(1))
    bucket.send("DELETE", query="lifecycle")
    bucket.advance(days=5)
    bucket.put("p/a")
    put_rules(bucket, expiring(1))
    bucket.advance(days=3)
    assert bucket.keys() == []


def test_objects_move_to_the_coldest_class_that_is_due_and_small_ones_stay(bucket: Wire) -> None:
    put_rules(
        bucket,
        rule(transition("<Days>1</Days>", "STANDARD_IA") + transition("<Days>5</Days>", "ARCHIVE"), "a"),
        rule(transition("<Days>1</Days>", "INTELLIGENT_TIERING"), "b"),
    )
    bucket.put("p/big", BIG)
    bucket.put("p/small", BIG[1:])
    bucket.advance(days=3)
    assert storage_class(bucket, "p/big") == "INTELLIGENT_TIERING"
    bucket.advance(days=4)
    assert storage_class(bucket, "p/big") == "ARCHIVE"
    assert storage_class(bucket, "p/small") == "STANDARD"


def test_expiration_wins_over_transition(bucket: Wire) -> None:
    put_rules(
        bucket,
        rule(transition("<Days>1</Days>", "ARCHIVE"), "a"),
        rule("<Expiration><Days>1</Days></Expiration>", "b"),
    )
    bucket.put("p/a", BIG)
    bucket.advance(days=3)
    assert bucket.keys() == []


def test_with_versioning_the_current_version_gets_a_marker_and_old_ones_go_later(bucket: Wire) -> None:
    bucket.send(
        "PUT",
        query="versioning",
        body="<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
    )
    noncurrent = (
        "<NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays></NoncurrentVersionExpiration>"
    )
    put_rules(bucket, rule(f"<Expiration><Days>1</Days></Expiration>{noncurrent}"))
    bucket.put("p/a")
    bucket.advance(days=2)
    assert versions(bucket) == [("DeleteMarker", "p/a"), ("Version", "p/a")]
    bucket.advance(days=2)
    assert versions(bucket) == [("DeleteMarker", "p/a")]
    bucket.advance(days=1)
    assert versions(bucket) == []


def test_unfinished_uploads_are_aborted(bucket: Wire) -> None:
    name = "AbortIncompleteMultipartUpload"
    put_rules(bucket, rule(f"<{name}><DaysAfterInitiation>1</DaysAfterInitiation></{name}>"))
    begun = tree_of(bucket.send("POST", "/p/a", "uploads")).value("UploadId")
    bucket.send("PUT", "/p/a", f"partNumber=1&uploadId={begun}", body=BIG)
    bucket.advance(days=3)
    assert bucket.send("GET", "/p/a", f"uploadId={begun}").status == 404
    assert [path for path in bucket.cloud.files.rglob("*") if path.is_file()] == []


def test_scans_go_on_day_after_day(bucket: Wire) -> None:
    put_rules(bucket, expiring(1))
    for number in range(3):
        bucket.put(f"p/{number}")
        bucket.advance(days=1)
    assert bucket.keys() == ["p/2"]


def test_ten_years_pass_in_seconds(bucket: Wire) -> None:
    put_rules(bucket, expiring(3650))
    bucket.put("p/a")
    begun = perf_counter()
    bucket.advance(days=3660)
    assert bucket.keys() == []
    assert perf_counter() - begun < 10
