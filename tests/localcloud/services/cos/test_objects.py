from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.localcloud.refusal import CloudError
from gme_recording.localcloud.services.cos.conditions import byte_range
from gme_recording.localcloud.services.cos.content import SMALL_BYTES
from tests.localcloud.services.cos.wire import Wire, code_of, header, tree_of

VERSIONED = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
SUSPENDED = VERSIONED.replace("Enabled", "Suspended")
ETAG = '"5d41402abc4b2a76b9719d911017c592"'
MODIFIED = "Mon, 05 Jan 2026 07:00:00 GMT"
BEFORE, AFTER = "Mon, 05 Jan 2026 06:59:59 GMT", "Mon, 05 Jan 2026 07:00:01 GMT"


def test_an_object_comes_back_with_what_was_said_about_it(bucket: Wire) -> None:
    bucket.put(
        "a.mp3",
        b"hello",
        content_type="audio/mpeg",
        cache_control="no-cache",
        content_encoding="gzip,aws-chunked",
        x_amz_meta_room="7",
        x_cos_storage_class="STANDARD_IA",
    )
    answer = bucket.get("a.mp3")
    assert (answer.status, answer.body) == (200, b"hello")
    headers = {name.lower(): value for name, value in answer.headers}
    assert headers.pop("x-cos-request-id")
    assert headers == {
        "server": "tencent-cos",
        "date": MODIFIED,
        "last-modified": MODIFIED,
        "etag": ETAG,
        "content-type": "audio/mpeg",
        "content-encoding": "gzip",
        "cache-control": "no-cache",
        "accept-ranges": "bytes",
        "x-cos-hash-crc64ecma": "11177612005948864433",
        "x-cos-meta-room": "7",
        "x-cos-storage-class": "STANDARD_IA",
    }


def test_head_says_the_length_and_has_no_body(bucket: Wire) -> None:
    bucket.put("a", b"hello")
    answer = bucket.send("HEAD", "/a")
    assert (answer.body, header(answer, "content-length"), header(answer, "etag")) == (b"", "5", ETAG)


def test_the_query_overrides_headers_but_cannot_end_them(bucket: Wire) -> None:
    bucket.put("a")
    answer = bucket.get("a", "response-content-type=audio%2Fmpeg&response-expires=x%0d%0aSet-Cookie:%20a")
    assert header(answer, "content-type") == "audio/mpeg"
    assert header(answer, "expires") == "xSet-Cookie: a"
    assert header(answer, "set-cookie") is None


def test_what_is_absent(bucket: Wire) -> None:
    assert code_of(bucket.get("none")) == (404, "NoSuchKey")
    assert code_of(bucket.send("HEAD", "/none")) == (404, "")
    assert code_of(bucket.send("GET", "/a", bucket="none-1250000000")) == (404, "NoSuchBucket")
    bucket.put("a")
    assert code_of(bucket.get("a", "versionId=none")) == (404, "NoSuchVersion")


@pytest.mark.parametrize(
    ("value", "part", "where"),
    [
        ("bytes=1-3", b"ell", "bytes 1-3/5"),
        ("bytes=3-", b"lo", "bytes 3-4/5"),
        ("bytes=-2", b"lo", "bytes 3-4/5"),
        ("bytes=2-99", b"llo", "bytes 2-4/5"),
    ],
)
def test_a_range_is_a_part(bucket: Wire, value: str, part: bytes, where: str) -> None:
    bucket.put("a", b"hello")
    answer = bucket.get("a", range=value)
    assert (answer.status, answer.body, header(answer, "content-range")) == (206, part, where)
    head = bucket.send("HEAD", "/a", range=value)
    assert (head.status, header(head, "content-length")) == (206, str(len(part)))


def test_a_range_beyond_the_end_is_refused_and_what_is_no_range_is_ignored(bucket: Wire) -> None:
    bucket.put("a", b"hello")
    assert code_of(bucket.get("a", range="bytes=5-")) == (416, "InvalidRange")
    assert code_of(bucket.get("a", range="bytes=-0")) == (416, "InvalidRange")
    assert bucket.get("a", range="lines=1-2").body == b"hello"
    assert bucket.get("a", range="bytes=3-1").body == b"hello"
    assert code_of(bucket.get("a", range=f"bytes={'9' * 99}-")) == (416, "InvalidRange")
    assert bucket.get("a", range=f"bytes=0-{'9' * 5000}").body == b"hello"
    assert bucket.get("a", range=f"bytes=-{'9' * 5000}").body == b"hello"


@given(st.integers(0, 20), st.integers(0, 30), st.integers(0, 30))
def test_a_range_selects_what_slicing_does(size: int, first: int, last: int) -> None:
    content = bytes(range(size))
    try:
        found = byte_range(f"bytes={first}-{last}", size)
    except CloudError:
        assert content[first : last + 1] == b""
    else:
        assert content[slice(*found)] == content[first : last + 1] if found else last < first


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if_match": ETAG}, 200),
        ({"if_match": '"other"'}, 412),
        ({"if_none_match": ETAG}, 304),
        ({"if_none_match": "*"}, 304),
        ({"if_none_match": '"other"'}, 200),
        ({"if_modified_since": BEFORE}, 200),
        ({"if_modified_since": MODIFIED}, 304),
        ({"if_unmodified_since": AFTER}, 200),
        ({"if_unmodified_since": BEFORE}, 412),
        ({"if_match": ETAG, "if_unmodified_since": BEFORE}, 200),
        ({"if_none_match": '"other"', "if_modified_since": MODIFIED}, 200),
        ({"if_modified_since": "long ago"}, 200),
        ({"if_modified_since": "Mon, 05 Jan 2026 08:00:00 +99999999999999999999"}, 200),
    ],
)
def test_preconditions(bucket: Wire, headers: dict[str, str], status: int) -> None:
    bucket.put("a", b"hello")
    answer = bucket.get("a", **headers)
    assert answer.status == status
    assert bool(answer.body) is (status != 304)


@pytest.mark.parametrize(
    "key", ["../../etc/passwd", "/etc/passwd", "a/../b", "..", "a\\b", "ü 語/\U0001f600", "a?b#c%d"]
)
def test_a_key_is_a_name_and_never_a_path(bucket: Wire, key: str) -> None:
    content = key.encode() * SMALL_BYTES
    bucket.put(key, content)
    assert bucket.get(key).body == content
    assert bucket.keys("encoding-type=") == [key]
    files = [path for path in bucket.cloud.files.rglob("*") if path.is_file()]
    assert len(files) == 1
    assert files[0].name.isalnum()


def test_a_key_has_850_bytes_at_most(bucket: Wire) -> None:
    bucket.put("ü" * 425)
    assert code_of(bucket.send("PUT", "/" + "a" * 851)) == (400, "KeyTooLong")


def test_a_path_that_is_no_utf8_is_refused(bucket: Wire) -> None:
    assert code_of(bucket.send("GET", "/%ff")) == (400, "InvalidURI")


def test_an_unknown_storage_class_is_refused(bucket: Wire) -> None:
    answer = bucket.send("PUT", "/a", x_cos_storage_class="GLACIER")
    assert code_of(answer) == (400, "InvalidStorageClass")


@pytest.mark.parametrize(
    ("default", "asked", "said"),
    [
        ("AES256", {}, "AES256"),
        ("KMS", {}, "cos/kms"),
        ("", {"x_cos_server_side_encryption": "SM4"}, "SM4"),
        ("", {}, None),
    ],
)
def test_objects_are_encrypted_as_asked_or_as_the_bucket_has_it(
    bucket: Wire, default: str, asked: dict[str, str], said: str | None
) -> None:
    if default:
        name = "ApplyServerSideEncryptionByDefault"
        rule = f"<{name}><SSEAlgorithm>{default}</SSEAlgorithm></{name}>"
        body = f"<ServerSideEncryptionConfiguration><Rule>{rule}</Rule></ServerSideEncryptionConfiguration>"
        assert bucket.send("PUT", query="encryption", body=body).status == 200
    assert header(bucket.put("a", **asked), "x-cos-server-side-encryption") == said
    assert header(bucket.get("a"), "x-cos-server-side-encryption") == said


def test_overwriting_leaves_one_file(bucket: Wire) -> None:
    two = b"two" * SMALL_BYTES
    bucket.put("a", b"one" * SMALL_BYTES)
    bucket.put("a", two)
    assert bucket.get("a").body == two
    assert [path.read_bytes() for path in bucket.cloud.files.rglob("*") if path.is_file()] == [two]


def test_deleting_what_is_not_there_succeeds(bucket: Wire) -> None:
    assert bucket.send("DELETE", "/none").status == 204


def test_many_are_deleted_at_once(bucket: Wire) -> None:
    for key in ("a", " b ", "c"):
        bucket.put(key)
    objects = "".join(f"<Object><Key>{key}</Key></Object>" for key in ("a", " b ", "none"))
    body = f"<Delete>{objects}</Delete>"
    answer = tree_of(bucket.send("POST", query="delete", body=body))
    assert [found.value("Key") for found in answer.each("Deleted")] == ["a", "b", "none"]
    assert bucket.keys() == ["c"]
    quiet = "<Delete><Quiet>true</Quiet><Object><Key>c</Key></Object></Delete>"
    assert tree_of(bucket.send("POST", query="delete", body=quiet)).children == ()
    assert bucket.keys() == []


def test_a_delete_of_nothing_is_malformed(bucket: Wire) -> None:
    assert code_of(bucket.send("POST", query="delete", body="<Delete/>")) == (400, "MalformedXML")


def test_a_copy_takes_headers_along_unless_they_are_replaced(bucket: Wire) -> None:
    bucket.put("a b", b"hello", content_type="audio/mpeg", x_cos_meta_k="v")
    source = "rec-1250000000.cos.ap-guangzhou.myqcloud.com/a%20b"
    answer = bucket.send("PUT", "/copy", x_cos_copy_source=source)
    assert tree_of(answer).value("ETag") == ETAG
    assert header(bucket.get("copy"), "x-cos-meta-k") == "v"
    bucket.send(
        "PUT",
        "/new",
        x_amz_copy_source="/rec-1250000000/a%20b",
        x_amz_metadata_directive="REPLACE",
        x_amz_meta_k="w",
    )
    assert header(bucket.get("new"), "x-cos-meta-k") == "w"
    assert bucket.get("new").body == b"hello"


def test_copies_that_cannot_be(bucket: Wire) -> None:
    bucket.put("a", b"hello")
    here = "rec-1250000000.cos.ap-guangzhou.myqcloud.com/a"
    for source, expected in {
        here: (400, "InvalidRequest"),
        here + "x": (404, "NoSuchKey"),
        "none-1250000000/a": (404, "NoSuchBucket"),
        "nonsense": (400, "InvalidArgument"),
    }.items():
        assert code_of(bucket.send("PUT", "/a", x_cos_copy_source=source)) == expected
    failing = bucket.send("PUT", "/b", x_cos_copy_source=here, x_cos_copy_source_if_match='"other"')
    assert code_of(failing) == (412, "PreconditionFailed")


def test_an_archived_object_is_read_after_it_was_restored(bucket: Wire) -> None:
    bucket.put("a", b"hello", x_cos_storage_class="ARCHIVE")
    assert code_of(bucket.get("a")) == (403, "InvalidObjectState")
    for days in ("0", "366", "x", "9" * 5000):
        wanted = f"<RestoreRequest><Days>{days}</Days></RestoreRequest>"
        assert code_of(bucket.send("POST", "/a", "restore", body=wanted)) == (400, "InvalidArgument")
    restore = "<RestoreRequest><Days>2</Days></RestoreRequest>"
    assert bucket.send("POST", "/a", "restore", body=restore).status == 202
    assert code_of(bucket.send("POST", "/a", "restore", body=restore)) == (409, "RestoreAlreadyInProgress")
    assert header(bucket.send("HEAD", "/a"), "x-cos-restore") == 'ongoing-request="true"'
    bucket.advance(hours=5)
    assert bucket.get("a").body == b"hello"
    bucket.advance(days=2)
    assert code_of(bucket.get("a")) == (403, "InvalidObjectState")


def test_tags_of_an_object(bucket: Wire) -> None:
    bucket.put("a", x_cos_tagging="k=v%201&x=")
    tags = tree_of(bucket.send("GET", "/a", "tagging")).find("TagSet")
    assert tags is not None
    assert [(tag.value("Key"), tag.value("Value")) for tag in tags.children] == [("k", "v 1"), ("x", "")]
    body = "<Tagging><TagSet><Tag><Key>new</Key><Value>1</Value></Tag></TagSet></Tagging>"
    assert bucket.send("PUT", "/a", "tagging", body=body).status == 200
    assert header(bucket.send("HEAD", "/a"), "x-cos-tagging-count") == "1"
    assert bucket.send("DELETE", "/a", "tagging").status == 204
    assert header(bucket.send("HEAD", "/a"), "x-cos-tagging-count") is None


@pytest.mark.parametrize(
    ("method", "path", "query", "refused"),
    [
        ("POST", "/a", "append&position=0", (404, "NoSuchConfiguration")),
        ("POST", "/a", "select&select-type=2", (404, "NoSuchConfiguration")),
        ("GET", "/", "object-lock", (404, "NoSuchConfiguration")),
        ("POST", "/", "", (405, "MethodNotAllowed")),
    ],
)
def test_what_is_not_served_is_refused_in_the_vendor_s_form(
    bucket: Wire, method: str, path: str, query: str, refused: tuple[int, str]
) -> None:
    form = {"content_type": "multipart/form-data; boundary=x"} if not query else {}
    assert code_of(bucket.send(method, path, query, b"--x--", **form)) == refused
