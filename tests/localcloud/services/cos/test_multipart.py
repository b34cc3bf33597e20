from __future__ import annotations

from tests.localcloud.services.cos.wire import Wire, code_of, header, tree_of

MEBIBYTE = b"m" * (1 << 20)


def begin(wire: Wire, key: str = "big", **headers: str) -> str:
    return tree_of(wire.send("POST", f"/{key}", "uploads", **headers)).value("UploadId")


def send(wire: Wire, upload: str, number: int, body: bytes, key: str = "big") -> str:
    answer = wire.send("PUT", f"/{key}", f"partNumber={number}&uploadId={upload}", body=body)
    assert answer.status == 200, answer
    return header(answer, "etag") or ""


def complete(wire: Wire, upload: str, *parts: tuple[int, str]) -> tuple[int, str]:
    named = "".join(f"<Part><ETag>{etag}</ETag><PartNumber>{n}</PartNumber></Part>" for n, etag in parts)
    body = f"<CompleteMultipartUpload>{named}</CompleteMultipartUpload>"
    return code_of(wire.send("POST", "/big", f"uploadId={upload}", body=body))


def files(wire: Wire) -> int:
    return sum(path.is_file() for path in wire.cloud.files.rglob("*"))


def test_parts_become_one_object_and_unnamed_parts_go(bucket: Wire) -> None:
    upload = begin(bucket, content_type="audio/mpeg", x_cos_meta_k="v")
    first = send(bucket, upload, 1, MEBIBYTE)
    send(bucket, upload, 2, b"dropped")
    third = send(bucket, upload, 3, b"replaced")
    third = send(bucket, upload, 3, b"end")
    assert complete(bucket, upload, (1, first), (3, third)) == (200, "")
    answer = bucket.get("big")
    assert answer.body == MEBIBYTE + b"end"
    assert (header(answer, "content-type"), header(answer, "x-cos-meta-k")) == ("audio/mpeg", "v")
    assert (header(answer, "etag") or "").endswith('-2"')
    assert files(bucket) == 1
    assert code_of(bucket.send("GET", "/big", f"uploadId={upload}")) == (404, "NoSuchUpload")


def test_completions_that_cannot_be(bucket: Wire) -> None:
    upload = begin(bucket)
    small, last = send(bucket, upload, 1, b"small"), send(bucket, upload, 2, b"last")
    assert complete(bucket, upload, (1, small), (2, last)) == (400, "EntityTooSmall")
    assert complete(bucket, upload, (2, last), (1, small)) == (400, "InvalidPartOrder")
    assert complete(bucket, upload, (1, last)) == (400, "InvalidPart")
    assert complete(bucket, upload, (9, last)) == (400, "InvalidPart")
    assert complete(bucket, upload) == (400, "MalformedXML")
    assert complete(bucket, "none", (1, small)) == (404, "NoSuchUpload")
    assert complete(bucket, upload, (2, last)) == (200, "")


def test_an_upload_belongs_to_its_key(bucket: Wire) -> None:
    upload = begin(bucket)
    answer = bucket.send("PUT", "/other", f"partNumber=1&uploadId={upload}", body=b"x")
    assert code_of(answer) == (404, "NoSuchUpload")


def test_part_numbers_are_1_to_10000(bucket: Wire) -> None:
    upload = begin(bucket)
    for number in ("0", "10001", "-1", "x", ""):
        answer = bucket.send("PUT", "/big", f"partNumber={number}&uploadId={upload}", body=b"x")
        assert code_of(answer) == (400, "InvalidArgument"), number


def test_an_aborted_upload_leaves_nothing(bucket: Wire) -> None:
    upload = begin(bucket)
    send(bucket, upload, 1, b"x")
    assert bucket.send("DELETE", "/big", f"uploadId={upload}").status == 204
    assert files(bucket) == 0
    assert tree_of(bucket.send("GET", query="uploads")).find("Upload") is None


def test_parts_are_listed_page_by_page(bucket: Wire) -> None:
    upload = begin(bucket)
    for number in (3, 1, 2):
        send(bucket, upload, number, b"x" * number)
    page = tree_of(bucket.send("GET", "/big", f"uploadId={upload}&max-parts=2"))
    assert [part.value("Size") for part in page.each("Part")] == ["1", "2"]
    assert (page.value("IsTruncated"), page.value("NextPartNumberMarker")) == ("true", "2")
    page = tree_of(bucket.send("GET", "/big", f"uploadId={upload}&part-number-marker=2"))
    assert [part.value("PartNumber") for part in page.each("Part")] == ["3"]


def test_uploads_are_listed_by_key(bucket: Wire) -> None:
    for key in ("b", "a/1", "a/2", "c"):
        begin(bucket, key)
    page = tree_of(bucket.send("GET", query="uploads&delimiter=/&max-uploads=1"))
    assert [upload.value("Key") for upload in page.each("Upload")] == ["b"]
    assert [prefix.value("Prefix") for prefix in page.each("CommonPrefixes")] == ["a/"]
    marker = page.value("NextKeyMarker"), page.value("NextUploadIdMarker")
    query = "uploads&delimiter=/&key-marker={}&upload-id-marker={}".format(*marker)
    assert [u.value("Key") for u in tree_of(bucket.send("GET", query=query)).each("Upload")] == ["c"]


def test_a_part_can_be_copied_from_an_object(bucket: Wire) -> None:
    bucket.put("source", b"0123456789")
    upload = begin(bucket)
    answer = bucket.send(
        "PUT",
        "/big",
        f"partNumber=1&uploadId={upload}",
        x_cos_copy_source="rec-1250000000.cos.ap-guangzhou.myqcloud.com/source",
        x_cos_copy_source_range="bytes=2-4",
    )
    assert complete(bucket, upload, (1, tree_of(answer).value("ETag"))) == (200, "")
    assert bucket.get("big").body == b"234"
