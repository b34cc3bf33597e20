"""Versions of an object, and the markers that hide them."""

from __future__ import annotations

from tests.localcloud.services.cos.wire import Wire, code_of, header, tree_of

VERSIONED = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
SUSPENDED = VERSIONED.replace("Enabled", "Suspended")


def test_versions_are_kept_and_named(bucket: Wire) -> None:
    bucket.put("a", b"null version")
    bucket.send("PUT", query="versioning", body=VERSIONED)
    first, second = (header(bucket.put("a", body), "x-cos-version-id") for body in (b"first", b"second"))
    assert len({first, second, None}) == 3
    assert bucket.get("a").body == b"second"
    assert bucket.get("a", f"versionId={first}").body == b"first"
    assert bucket.get("a", "versionId=null").body == b"null version"


def test_a_delete_marker_hides_and_its_removal_shows_again(bucket: Wire) -> None:
    bucket.send("PUT", query="versioning", body=VERSIONED)
    bucket.put("a", b"one")
    deleted = bucket.send("DELETE", "/a")
    marker = header(deleted, "x-cos-version-id")
    assert header(deleted, "x-cos-delete-marker") == "true"
    assert code_of(bucket.get("a")) == (404, "NoSuchKey")
    assert code_of(bucket.get("a", f"versionId={marker}")) == (405, "MethodNotAllowed")
    assert bucket.keys() == []
    assert bucket.send("DELETE", "/a", f"versionId={marker}").status == 204
    assert bucket.get("a").body == b"one"


def test_suspended_versioning_replaces_only_the_null_version(bucket: Wire) -> None:
    bucket.send("PUT", query="versioning", body=VERSIONED)
    bucket.put("a", b"kept")
    bucket.send("PUT", query="versioning", body=SUSPENDED)
    bucket.put("a", b"null one")
    bucket.put("a", b"null two")
    found = tree_of(bucket.send("GET", query="versions")).each("Version")
    assert [(v.value("VersionId") == "null", v.value("IsLatest")) for v in found] == [
        (True, "true"),
        (False, "false"),
    ]
    assert bucket.get("a").body == b"null two"
