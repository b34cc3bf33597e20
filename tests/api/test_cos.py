from urllib.parse import parse_qs, urlsplit

import pytest

from gme_recording.api import Cloud, CloudKind, Cos, LifecycleRule
from gme_recording.api.cos import DatedRule
from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT
from gme_recording.api.vendor import cos_client
from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.api.conftest import Answer, Vendor, xml

BUCKET = "voice-1250000000"
HOST = f"http://{BUCKET}.cos.ap-guangzhou.myqcloud.com"


def absent(code: str) -> Answer:
    return xml(
        f"<Error><Code>{code}</Code><Message>none</Message><Resource>b</Resource><RequestId>c</RequestId></Error>",
        404,
    )


def test_region_is_what_cos_says(vendor: Vendor) -> None:
    vendor.will(Answer(headers=(("x-cos-bucket-region", "ap-shanghai"),)))
    assert Cos(vendor.cloud).bucket_region(BUCKET) == "ap-shanghai"
    assert (vendor.asked[0].method, vendor.asked[0].url) == ("HEAD", HOST + "/")


def test_lifecycle_is_read_into_rules_ordered_by_id(vendor: Vendor) -> None:
    vendor.will(
        xml(
            "<LifecycleConfiguration>"
            "<Rule><ID>rest</ID><Filter/><Status>Enabled</Status><Expiration><Days>180</Days></Expiration>"
            "<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation>"
            "</AbortIncompleteMultipartUpload></Rule>"
            "<Rule><ID>app</ID><Filter><Prefix>14_</Prefix></Filter><Status>Enabled</Status>"
            "<Transition><Days>90</Days><StorageClass>ARCHIVE</StorageClass></Transition>"
            "<Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>"
            "<NoncurrentVersionExpiration><NoncurrentDays>7</NoncurrentDays></NoncurrentVersionExpiration></Rule>"
            "<Rule><ID>off</ID><Filter/><Status>Disabled</Status><Expiration><Days>1</Days></Expiration></Rule>"
            "</LifecycleConfiguration>"
        )
    )
    assert Cos(vendor.cloud).lifecycle(BUCKET) == (
        LifecycleRule(
            id="app",
            prefix="14_",
            transitions=((30, "STANDARD_IA"), (90, "ARCHIVE")),
            noncurrent_expire_days=7,
        ),
        LifecycleRule(id="rest", expire_days=180, abort_uploads_days=1),
    )


def test_missing_settings_are_empty_values(vendor: Vendor) -> None:
    cos = Cos(vendor.cloud)
    vendor.will(absent("NoSuchLifecycleConfiguration"), absent("NoSuchEncryptionConfiguration"))
    assert (cos.lifecycle(BUCKET), cos.encryption(BUCKET)) == ((), "")


@pytest.mark.parametrize(
    "element", ["ApplySideEncryptionConfiguration", "ApplyServerSideEncryptionByDefault"]
)
def test_encryption_is_read_in_both_spellings(vendor: Vendor, element: str) -> None:
    vendor.will(
        xml(
            f"<ServerSideEncryptionConfiguration><Rule><{element}><SSEAlgorithm>SM4</SSEAlgorithm>"
            f"</{element}></Rule></ServerSideEncryptionConfiguration>"
        )
    )
    assert Cos(vendor.cloud).encryption(BUCKET) == "SM4"


def page(keys: list[str], marker: str = "") -> Answer:
    contents = "".join(f"<Contents><Key>{key}</Key></Contents>" for key in keys)
    following = f"<IsTruncated>true</IsTruncated><NextMarker>{marker}</NextMarker>"
    end = following if marker else "<IsTruncated>false</IsTruncated>"
    return xml(f"<ListBucketResult>{contents}{end}</ListBucketResult>")


def test_keys_are_read_page_by_page(vendor: Vendor) -> None:
    vendor.will(page(["14_r/1", "14_r/2"], marker="14_r/2"), page(["14_r/3"]))
    assert list(Cos(vendor.cloud).keys(BUCKET, "14_r/")) == ["14_r/1", "14_r/2", "14_r/3"]
    assert parse_qs(urlsplit(vendor.asked[1].url).query)["marker"] == ["14_r/2"]


def test_empty_bucket_has_no_keys(vendor: Vendor) -> None:
    vendor.will(page([]))
    assert list(Cos(vendor.cloud).keys(BUCKET, "14_")) == []


def test_object_is_read_whole(vendor: Vendor) -> None:
    content = bytes(range(256)) * 600
    vendor.will(Answer(content))
    assert Cos(vendor.cloud).read(BUCKET, "14_r/a_audio.mp3") == content


def test_failing_read_is_repeated(vendor: Vendor) -> None:
    vendor.will(Answer(status=503), Answer(drop=True), Answer(b"x"))
    assert Cos(vendor.cloud).read(BUCKET, "k") == b"x"


def test_stranger_sends_no_signature(vendor: Vendor) -> None:
    vendor.will(Answer(status=403))
    assert Cos(vendor.cloud).anonymous_status(BUCKET, "14_r/a b.mp3") == 403
    asked = vendor.asked[0]
    assert (asked.url, asked.signed) == (f"{HOST}/14_r/a%20b.mp3", False)


def test_nothing_is_printed_or_logged(
    vendor: Vendor, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    vendor.will(absent("NoSuchLifecycleConfiguration"))
    Cos(vendor.cloud).lifecycle(BUCKET)
    assert (caplog.text, capfd.readouterr()) == ("", ("", ""))


def test_a_rule_with_dates_equals_no_declared_one(local_cloud: RunningCloud) -> None:
    cloud = Cloud(CloudKind.LOCAL, "ap-guangzhou", LOCAL_MAIN_ACCOUNT, local_cloud.url)
    sdk = cos_client(cloud)
    sdk.create_bucket(Bucket=BUCKET)
    dated = {"Date": "2030-01-01T00:00:00+08:00"}
    rules = [
        {"ID": "a", "Filter": {"Prefix": "a"}, "Status": "Enabled", "Expiration": dated},
        {
            "ID": "b",
            "Filter": {"Prefix": "b"},
            "Status": "Enabled",
            "Transition": {**dated, "StorageClass": "ARCHIVE"},
        },
        {"ID": "c", "Filter": {"Prefix": "c"}, "Status": "Enabled", "Expiration": {"Days": 7}},
    ]
    sdk.put_bucket_lifecycle(Bucket=BUCKET, LifecycleConfiguration={"Rule": rules})
    found = Cos(cloud).lifecycle(BUCKET)
    assert [(isinstance(one, DatedRule), one.expire_days, one.transitions) for one in found] == [
        (True, None, ()),
        (True, None, ()),
        (False, 7, ()),
    ]
    assert found[0] != LifecycleRule(id="a", prefix="a")
