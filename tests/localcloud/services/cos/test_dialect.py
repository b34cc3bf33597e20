from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gme_recording.localcloud.assemble import local_cloud
from gme_recording.localcloud.cloud import Cloud
from gme_recording.localcloud.dialects import documents
from gme_recording.localcloud.dialects.cos import Address, CosDialect, address
from gme_recording.localcloud.dialects.documents import Element, MalformedDocument, leaf, tree
from gme_recording.localcloud.messages import Request, Response
from gme_recording.localcloud.services.cos.configurations import KINDS, LIFECYCLE
from gme_recording.localcloud.services.cos.routes import COS
from tests.localcloud.services.cos.wire import BUCKET, Wire, authenticate, code_of, header, new_cloud

texts = st.text(st.characters(codec="utf-8", min_codepoint=0x20), min_size=1).filter(str.strip)
names = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,8}", fullmatch=True)
elements = st.recursive(
    st.builds(leaf, names, texts),
    lambda inside: st.builds(tree, names, st.lists(inside, min_size=1, max_size=4)),
    max_leaves=12,
)


@given(elements)
def test_documents_survive_the_wire(element: Element) -> None:
    assert documents.parse(documents.render(element)) == element


def test_namespaces_do_not_count() -> None:
    text = '<x:A xmlns:x="http://s3.amazonaws.com/doc/2006-03-01/"><x:B x:type="t"> b </x:B>\n</x:A>'
    assert documents.parse(text) == tree("A", [Element("B", " b ", (), (("type", "t"),))])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<A>",
        "text",
        "<A/><B/>",
        "<A>&bomb;</A>",
        '<!DOCTYPE A [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><A>&b;</A>',
        '<!DOCTYPE A SYSTEM "file:///etc/passwd"><A/>',
        "<A>" * 50 + "</A>" * 50,
        b'<?xml version="1.0" encoding="none"?><A/>',
        b"<A>\xff</A>",
        b"\x00",
    ],
)
def test_what_is_no_plain_document_is_refused(text: str | bytes) -> None:
    with pytest.raises(MalformedDocument):
        documents.parse(text)


@given(st.binary(max_size=60))
def test_bytes_are_a_document_or_refused(text: bytes) -> None:
    try:
        found = documents.parse(text)
    except MalformedDocument:
        return
    assert found.name


@pytest.mark.parametrize(
    ("host", "path", "found"),
    [
        ("rec-1.cos.ap-guangzhou.myqcloud.com", "/", Address("ap-guangzhou", "rec-1")),
        ("rec-1.cos.ap-guangzhou.myqcloud.com:80", "/a%2Fb//c", Address("ap-guangzhou", "rec-1", "a/b//c")),
        ("cos.ap-guangzhou.myqcloud.com", "/", Address("ap-guangzhou")),
        ("service.cos.myqcloud.com", "/", Address("")),
        ("gme.tencentcloudapi.com", "/", None),
        ("evilcos.ap-guangzhou.myqcloud.com", "/", None),
    ],
)
def test_host_and_path_name_what_is_meant(host: str, path: str, found: Address | None) -> None:
    assert address(host, path) == found


def test_a_parameter_s_name_is_what_counts(bucket: Wire) -> None:
    assert bucket.send("GET", query="acl").body == bucket.send("GET", query="acl=").body
    assert bucket.send("GET", query="prefix=&delimiter=&x-id=ListObjects").status == 200


@pytest.mark.parametrize("query", ["torrent", "notification=", "object-lock", "requestPayment", "%0a%0d"])
def test_a_sub_resource_that_is_not_served_is_a_404_in_xml(bucket: Wire, query: str) -> None:
    assert code_of(bucket.send("GET", query=query)) == (404, "NoSuchConfiguration")
    assert code_of(bucket.send("PUT", "/a", query)) == (404, "NoSuchConfiguration")


def test_a_method_that_is_not_served_is_a_405(bucket: Wire) -> None:
    assert code_of(bucket.send("POST")) == (405, "MethodNotAllowed")
    assert code_of(bucket.send("PATCH", "/a")) == (405, "MethodNotAllowed")


def test_a_bucket_in_the_path_is_refused(wire: Wire) -> None:
    assert code_of(wire.send("GET", "/rec-1250000000", bucket="")) == (403, "PathStyleDomainForbidden")


def test_an_error_is_the_vendor_s_document(wire: Wire) -> None:
    answer = wire.send("GET", "/a%20b")
    error = documents.parse(answer.body)
    request_id = header(answer, "x-cos-request-id")
    assert (answer.status, header(answer, "content-type")) == (404, "application/xml")
    assert error == tree(
        "Error",
        [
            leaf("Code", "NoSuchBucket"),
            leaf("Message", "The specified bucket does not exist."),
            leaf("Resource", "rec-1250000000.cos.ap-guangzhou.myqcloud.com/a%20b"),
            leaf("RequestId", request_id),
            leaf("TraceId", request_id),
        ],
    )


def test_documents_are_checked(bucket: Wire) -> None:
    assert code_of(bucket.send("PUT", query="cors")) == (400, "MissingRequestBodyError")
    assert code_of(bucket.send("PUT", query="cors", body="<a")) == (400, "MalformedXML")
    assert code_of(bucket.send("PUT", query="cors", body="<Other/>")) == (400, "MalformedXML")
    assert code_of(bucket.send("PUT", query="cors", body=b"x" * (5 << 20))) == (400, "MalformedXML")


def test_numbers_are_checked(bucket: Wire) -> None:
    for value in ("-1", "x", "1e3", "٣"):
        assert code_of(bucket.send("GET", query=f"max-keys={value}")) == (400, "InvalidArgument")


@pytest.fixture
def unsigned() -> Cloud:
    return local_cloud(None)


def ask(cloud: Cloud, query: str = "", **headers: str) -> Response:
    host = "rec-1250000000.cos.ap-guangzhou.myqcloud.com"
    answer = cloud.handle(Request("GET", host, "/", query, headers))
    cloud.close()
    return answer


def test_an_unsigned_request_is_anonymous(unsigned: Cloud) -> None:
    assert code_of(ask(unsigned, authorization="")) == (404, "NoSuchBucket")


@pytest.mark.parametrize(
    "authorization", ["Basic abc", "AWS AKID:sig", "q-sign", "AWS4-HMAC-SHA256 nonsense"]
)
def test_an_authorization_that_cannot_be_read_is_refused(unsigned: Cloud, authorization: str) -> None:
    assert code_of(ask(unsigned, authorization=authorization)) == (400, "InvalidArgument")


words = st.text(st.characters(codec="utf-8", min_codepoint=0x21, max_codepoint=0x7E), max_size=12)
matches = st.sampled_from([operation.match.split() for operation in COS.operations.values()])
arguments = [
    "",
    "versionId=null",
    "max-keys=2",
    "encoding-type=url",
    "uploadId=x",
    "partNumber=1",
    "id=x",
    "delimiter=a",
]
headers = st.sampled_from(
    [
        *(
            "range",
            "content-md5",
            "x-cos-acl",
            "x-cos-grant-read",
            "x-cos-copy-source",
            "x-cos-storage-class",
        ),
        *("x-cos-tagging", "if-match", "if-modified-since", "x-cos-server-side-encryption"),
        "x-amz-content-sha256",
    ]
)
known = [
    "Rule",
    "Status",
    "Enabled",
    "Days",
    "Date",
    "1",
    "Tag",
    "Key",
    "TagSet",
    "Object",
    "Part",
    "Expiration",
]
roots = st.sampled_from([kind.root for kind in (LIFECYCLE, *KINDS)] + ["Delete", "AccessControlPolicy"])
names_seen = st.sampled_from(
    [*known, "Filter", "And", "Prefix", "Grant", "Grantee", "AccessControlList", "ETag"]
)
inside = st.recursive(
    st.builds(leaf, names_seen, st.one_of(words, st.sampled_from(known))),
    lambda deeper: st.builds(tree, names_seen, st.lists(deeper, max_size=3)),
    max_leaves=8,
)
bodies = st.one_of(
    st.binary(max_size=20),
    st.builds(lambda n, c: documents.render(tree(n, c)).encode(), roots, st.lists(inside)),
)


asked = st.tuples(
    matches, st.sampled_from(arguments), words, st.dictionaries(headers, words, max_size=2), bodies
)


@settings(max_examples=50)
@given(st.lists(asked, max_size=8))
def test_no_request_is_an_internal_error(requests: list[Any]) -> None:
    """Whatever the owner sends to a bucket, the answer is one of COS's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CosDialect, "authenticate", authenticate)
        bucket = Wire(new_cloud()).make()
        for (method, scope, *sub), argument, word, given_headers, body in requests:
            path = "/" + (word if scope == "object" else "")
            query = "&".join([*sub[:1], argument, word])
            host = f"{BUCKET}.cos.ap-guangzhou.myqcloud.com"
            answer = bucket.handle(Request(method, host, path, query, given_headers, body))
            assert 200 <= answer.status < 500 or answer.status == 501, answer
        bucket.cloud.close()
