from __future__ import annotations

import pytest

from gme_recording.localcloud.dialects import documents
from gme_recording.localcloud.services.cos.configurations import KINDS, LIFECYCLE, Kind
from tests.localcloud.services.cos.wire import ANONYMOUS, STRANGER, Wire, code_of, header, tree_of


def configuration(inside: str) -> str:
    return f"<CreateBucketConfiguration>{inside}</CreateBucketConfiguration>"


def constraint(region: str) -> str:
    return configuration(f"<LocationConstraint>{region}</LocationConstraint>")


@pytest.mark.parametrize(
    "name", ["Rec-1250000000", "-a-1250000000", "a_b-1250000000", "a.b-1250000000", "rec", "rec-125"]
)
def test_a_name_that_is_not_a_bucket_s_is_refused(wire: Wire, name: str) -> None:
    assert code_of(wire.send("PUT", bucket=name)) == (400, "InvalidBucketName")


def test_a_name_has_60_characters_at_most(wire: Wire) -> None:
    wire.make("a" * 49 + "-1250000000")
    assert code_of(wire.send("PUT", bucket="a" * 50 + "-1250000000")) == (400, "InvalidBucketName")


def test_nobody_makes_a_bucket_for_another_account(wire: Wire) -> None:
    assert code_of(wire.send("PUT", bucket="rec-1250000002")) == (403, "AccessDenied")
    assert code_of(wire.as_(ANONYMOUS).send("PUT")) == (403, "AccessDenied")


def test_a_bucket_is_made_once(bucket: Wire) -> None:
    assert code_of(bucket.send("PUT")) == (409, "BucketAlreadyOwnedByYou")
    bucket.region = "ap-shanghai"
    assert code_of(bucket.send("PUT")) == (409, "BucketAlreadyExists")


def test_the_region_is_the_host_s(wire: Wire) -> None:
    answer = wire.send("PUT", body=constraint("ap-shanghai"))
    assert code_of(answer) == (400, "InvalidLocationConstraint")
    assert wire.send("PUT", body=constraint("ap-guangzhou")).status == 200
    assert tree_of(wire.send("GET", query="location")).text == "ap-guangzhou"


def test_in_another_region_there_is_no_such_bucket(bucket: Wire) -> None:
    bucket.region = "ap-shanghai"
    assert code_of(bucket.send("GET")) == (404, "NoSuchBucket")
    assert code_of(bucket.send("HEAD")) == (404, "")
    assert code_of(bucket.send("PUT", "/a", body="x")) == (404, "NoSuchBucket")


def test_head_says_region_and_kind(wire: Wire) -> None:
    body = configuration("<BucketArchConfig>OFS</BucketArchConfig><BucketAZConfig>MAZ</BucketAZConfig>")
    wire.send("PUT", body=body)
    answer = wire.send("HEAD")
    names = ("x-cos-bucket-region", "x-cos-bucket-az-type", "x-cos-bucket-arch", "content-length")
    assert [header(answer, name) for name in names] == ["ap-guangzhou", "MAZ", "OFS", "0"]


def test_a_bucket_goes_only_when_it_is_empty(bucket: Wire) -> None:
    bucket.put("a")
    assert code_of(bucket.send("DELETE")) == (409, "BucketNotEmpty")
    bucket.send("DELETE", "/a")
    upload = tree_of(bucket.send("POST", "/a", "uploads")).value("UploadId")
    assert code_of(bucket.send("DELETE")) == (409, "BucketNotEmpty")
    bucket.send("DELETE", "/a", f"uploadId={upload}")
    assert bucket.send("DELETE").status == 204
    assert code_of(bucket.send("DELETE")) == (404, "NoSuchBucket")


def test_a_bucket_made_again_has_nothing_of_the_old_one(bucket: Wire) -> None:
    bucket.send(
        "PUT",
        query="accelerate",
        body="<AccelerateConfiguration><Status>Enabled</Status></AccelerateConfiguration>",
    )
    bucket.send("DELETE")
    bucket.make()
    assert tree_of(bucket.send("GET", query="accelerate")).children == ()


def test_the_service_lists_the_account_s_buckets(wire: Wire) -> None:
    wire.make("b-1250000000").make("a-1250000000")
    wire.as_(STRANGER).make("c-1250000002")
    buckets = tree_of(wire.send("GET", bucket="")).find("Buckets")
    assert buckets is not None
    assert [
        [found.value("Name"), found.value("Location"), found.value("CreationDate")]
        for found in buckets.children
    ] == [
        ["a-1250000000", "ap-guangzhou", "2026-01-05T07:00:00Z"],
        ["b-1250000000", "ap-guangzhou", "2026-01-05T07:00:00Z"],
    ]
    wire.region = "ap-shanghai"
    assert tree_of(wire.send("GET", bucket="")).find("Buckets") == documents.tree("Buckets")


def test_versioning_cannot_be_taken_away(bucket: Wire) -> None:
    assert tree_of(bucket.send("GET", query="versioning")).children == ()
    body = "<VersioningConfiguration><Status>{}</Status></VersioningConfiguration>"
    assert bucket.send("PUT", query="versioning", body=body.format("Suspended")).status == 200
    assert code_of(bucket.send("PUT", query="versioning", body=body.format(""))) == (400, "MalformedXML")
    assert tree_of(bucket.send("GET", query="versioning")).value("Status") == "Suspended"


DEFAULT = "ApplyServerSideEncryptionByDefault"
HERE = "<Bucket>qcs::cos:ap-guangzhou::rec-1250000000</Bucket>"
SAMPLES = {
    "lifecycle": "<Rule><ID>r</ID><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>",
    "cors": "<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>",
    "website": "<IndexDocument><Suffix>index.html</Suffix></IndexDocument>",
    "encryption": f"<Rule><{DEFAULT}><SSEAlgorithm>SM4</SSEAlgorithm></{DEFAULT}></Rule>",
    "tagging": "<TagSet><Tag><Key>k</Key><Value>v &amp; w</Value></Tag></TagSet>",
    "origin": "<OriginRule><RulePriority>1</RulePriority></OriginRule>",
    "domain": "<DomainRule><Status>ENABLED</Status></DomainRule>",
    "replication": f"<Role>qcs::cam::uin/1:uin/1</Role><Rule><Destination>{HERE}</Destination></Rule>",
    "referer": "<Status>Enabled</Status>",
    "accelerate": "<Status>Enabled</Status>",
    "logging": "<LoggingEnabled><TargetBucket>rec-1250000000</TargetBucket></LoggingEnabled>",
    "intelligenttiering": "<Status>Enabled</Status><Transition><Days>30</Days></Transition>",
}


@pytest.mark.parametrize("kind", [LIFECYCLE, *KINDS], ids=lambda kind: kind.subresource)
def test_a_setting_is_absent_then_there_then_gone(bucket: Wire, kind: Kind) -> None:
    bucket.send(
        "PUT",
        query="versioning",
        body="<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
    )
    name, absent = kind.subresource, bucket.send("GET", query=kind.subresource)
    body = f'<{kind.root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{SAMPLES[name]}</{kind.root}>'
    assert code_of(absent) == ((404, kind.absent) if kind.absent else (200, ""))
    assert bucket.send("PUT", query=f"{name}=", body=body).status == 200
    assert tree_of(bucket.send("GET", query=name)) == documents.parse(body)
    deleted = bucket.send("DELETE", query=name)
    assert deleted.status == (204 if kind.deletable else 404)
    if kind.deletable:
        assert bucket.send("GET", query=name).status == absent.status


@pytest.mark.parametrize(
    ("subresource", "root", "inside", "code"),
    [
        ("cors", "CORSConfiguration", "", "MalformedXML"),
        (
            "cors",
            "CORSConfiguration",
            "<CORSRule><AllowedOrigin>*</AllowedOrigin></CORSRule>",
            "MalformedXML",
        ),
        (
            "cors",
            "CORSConfiguration",
            "<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>FETCH</AllowedMethod></CORSRule>",
            "InvalidArgument",
        ),
        ("website", "WebsiteConfiguration", "", "MalformedXML"),
        ("encryption", "ServerSideEncryptionConfiguration", "", "MalformedXML"),
        (
            "encryption",
            "ServerSideEncryptionConfiguration",
            SAMPLES["encryption"].replace("SM4", "DES"),
            "InvalidArgument",
        ),
        ("accelerate", "AccelerateConfiguration", "<Status>On</Status>", "MalformedXML"),
        (
            "logging",
            "BucketLoggingStatus",
            "<LoggingEnabled><TargetBucket>none-1250000000</TargetBucket></LoggingEnabled>",
            "InvalidTargetBucketForLogging",
        ),
        (
            "intelligenttiering",
            "IntelligentTieringConfiguration",
            "<Status>Suspended</Status>",
            "InvalidArgument",
        ),
        (
            "intelligenttiering",
            "IntelligentTieringConfiguration",
            "<Status>Enabled</Status><Transition><Days>31</Days></Transition>",
            "InvalidArgument",
        ),
        ("replication", "ReplicationConfiguration", "", "MalformedXML"),
        ("replication", "ReplicationConfiguration", SAMPLES["replication"], "InvalidBucketState"),
        ("tagging", "Tagging", "", "MalformedXML"),
        (
            "tagging",
            "Tagging",
            "<TagSet>" + "<Tag><Key>k</Key><Value>v</Value></Tag>" * 2 + "</TagSet>",
            "InvalidTag",
        ),
        ("tagging", "Tagging", "<TagSet><Tag><Key></Key><Value>v</Value></Tag></TagSet>", "InvalidTag"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(
    bucket: Wire, subresource: str, root: str, inside: str, code: str
) -> None:
    answer = bucket.send("PUT", query=subresource, body=f"<{root}>{inside}</{root}>")
    assert code_of(answer) == (409 if code == "InvalidBucketState" else 400, code)
    assert code_of(bucket.send("GET", query=subresource))[1] != code


def test_fifty_tags_are_allowed_and_no_more(bucket: Wire) -> None:
    def tags(count: int) -> str:
        inside = "".join(f"<Tag><Key>k{n}</Key><Value/></Tag>" for n in range(count))
        return f"<Tagging><TagSet>{inside}</TagSet></Tagging>"

    assert bucket.send("PUT", query="tagging", body=tags(50)).status == 200
    assert code_of(bucket.send("PUT", query="tagging", body=tags(51))) == (400, "InvalidTag")


def test_inventories_are_listed(bucket: Wire) -> None:
    for name in ("weekly", "daily"):
        body = f"<InventoryConfiguration><Id>{name}</Id></InventoryConfiguration>"
        assert bucket.send("PUT", query=f"inventory&id={name}", body=body).status == 200
    assert code_of(bucket.send("PUT", query="inventory&id=other", body=body)) == (400, "InvalidArgument")
    listed = tree_of(bucket.send("GET", query="inventory")).each("InventoryConfiguration")
    assert [found.value("Id") for found in listed] == ["daily", "weekly"]
