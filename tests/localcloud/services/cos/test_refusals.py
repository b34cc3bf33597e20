"""Refusals that operations share: each is answered, and declared by every operation that answers with it."""

import pytest

from tests.localcloud.services.cos.wire import BUCKET, Wire, code_of, header, tree_of

HERE = f"{BUCKET}.cos.ap-guangzhou.myqcloud.com"
LONG = "k" * 851
CUSTOMERS_KEY = {"x_cos_server_side_encryption_customer_algorithm": "AES256"}


@pytest.mark.parametrize(
    ("headers", "key", "refused"),
    [
        ({}, LONG, (400, "KeyTooLong")),
        ({"x_cos_storage_class": "GLACIER"}, "b", (400, "InvalidStorageClass")),
        ({"x_cos_grant_read": "x"}, "b", (400, "InvalidArgument")),
        (CUSTOMERS_KEY, "b", (501, "NotImplemented")),
    ],
)
@pytest.mark.parametrize("how", ["put", "copy", "upload"])
def test_what_cannot_be_written(
    bucket: Wire, how: str, headers: dict[str, str], key: str, refused: tuple[int, str]
) -> None:
    bucket.put("a")
    method, query = ("POST", "uploads") if how == "upload" else ("PUT", "")
    source = {"x_cos_copy_source": f"{HERE}/a"} if how == "copy" else {}
    assert code_of(bucket.send(method, f"/{key}", query, **headers, **source)) == refused


def marked(bucket: Wire) -> str:
    """The id of the delete marker of `a`."""
    enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    bucket.send("PUT", "/", "versioning", enabled)
    bucket.put("a")
    return header(bucket.send("DELETE", "/a"), "x-cos-version-id") or ""


@pytest.mark.parametrize(
    "asked", ["GET acl", "PUT acl", "GET tagging", "PUT tagging", "DELETE tagging", "POST restore"]
)
def test_what_a_delete_marker_does_not_have(bucket: Wire, asked: str) -> None:
    method, sub = asked.split()
    body = "<Tagging><TagSet/></Tagging>" if sub == "tagging" else "<RestoreRequest/>"
    answer = bucket.send(method, "/a", f"{sub}&versionId={marked(bucket)}", body)
    assert code_of(answer) == (405, "MethodNotAllowed")


@pytest.mark.parametrize("whole", [True, False])
def test_versions_and_ranges_that_cannot_be_copied(bucket: Wire, whole: bool) -> None:
    marker = marked(bucket)
    upload = tree_of(bucket.send("POST", "/b", "uploads")).value("UploadId")
    query = "" if whole else f"partNumber=1&uploadId={upload}"
    for version, refused in ((marker, (405, "MethodNotAllowed")), ("none", (404, "NoSuchVersion"))):
        source = f"{HERE}/a?versionId={version}"
        assert code_of(bucket.send("PUT", "/b", query, x_cos_copy_source=source)) == refused
    bucket.put("a")
    beyond = {"x_cos_copy_source": f"{HERE}/a", "x_cos_copy_source_range": "bytes=9-"}
    if not whole:
        assert code_of(bucket.send("PUT", "/b", query, **beyond)) == (416, "InvalidRange")


def test_words_that_listings_and_new_buckets_do_not_know(bucket: Wire) -> None:
    assert code_of(bucket.send("GET", "/", "uploads&encoding-type=x")) == (400, "InvalidArgument")
    new = bucket.send("PUT", bucket="new-1250000000", x_cos_grant_read="x")
    assert code_of(new) == (400, "InvalidArgument")
