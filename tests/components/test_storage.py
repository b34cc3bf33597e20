from __future__ import annotations

import pytest

from components import documents
from components.config.model import OnDestroy
from components.storage import Storage, StorageArgs, _address
from gme_recording.api import LifecycleRule
from tests.support import wire

ARGS: StorageArgs = {
    "bucket": "voice-1250000000",
    "appid": "1250000000",
    "region": "ap-guangzhou",
    "rules": (LifecycleRule(id="default", expire_days=30, abort_uploads_days=1),),
    "encryption": "AES256",
    "versioning": True,
    "on_destroy": OnDestroy.REFUSE,
}


def storage(args: StorageArgs = ARGS, *, preview: bool = False) -> wire.Wire:
    def program() -> None:
        Storage("s", args)

    return wire.run(program, preview=preview)


def on_destroy(choice: OnDestroy) -> tuple[wire.Registered, wire.Registered]:
    sent = storage({**ARGS, "on_destroy": choice})
    return sent.only("Bucket"), sent.only("BucketPolicy")


@pytest.mark.parametrize("preview", [True, False])
def test_the_bucket_is_private_encrypted_and_expires(preview: bool) -> None:
    assert storage(preview=preview).only("Bucket").props == {
        "bucket": "voice-1250000000",
        "acl": "private",
        "encryptionAlgorithm": "AES256",
        "versioningEnable": True,
        "forceClean": False,
        "lifecycleRules": [
            {
                "id": "default",
                "filterPrefix": "",
                "expiration": {"days": 30},
                "abortIncompleteMultipartUpload": {"daysAfterInitiation": 1},
            }
        ],
    }


def test_the_policy_denies_plain_http_on_this_bucket() -> None:
    sent = storage()
    policy = sent.only("BucketPolicy")
    assert policy.props == {
        "bucket": "voice-1250000000",
        "policy": documents.tls_only("ap-guangzhou", "1250000000", "voice-1250000000"),
    }
    assert policy.dependencies == {sent.only("Bucket").urn}


def test_refuse_protects_the_bucket() -> None:
    bucket, policy = on_destroy(OnDestroy.REFUSE)
    assert (bucket.protect, bucket.retain_on_delete, bucket.props["forceClean"]) == (True, False, False)
    assert (policy.protect, policy.retain_on_delete) == (False, False)


def test_keep_leaves_bucket_and_policy_behind() -> None:
    bucket, policy = on_destroy(OnDestroy.KEEP)
    assert (bucket.protect, bucket.retain_on_delete, bucket.props["forceClean"]) == (False, True, False)
    assert (policy.protect, policy.retain_on_delete) == (False, True)


def test_empty_deletes_the_recordings_with_the_bucket() -> None:
    bucket, policy = on_destroy(OnDestroy.EMPTY)
    assert (bucket.protect, bucket.retain_on_delete, bucket.props["forceClean"]) == (False, False, True)
    assert (policy.protect, policy.retain_on_delete) == (False, False)


@pytest.mark.parametrize("given", ["rec.cos.ap-guangzhou.myqcloud.com", "http://rec.cos.myqcloud.com"])
def test_the_buckets_address_is_a_url_whatever_the_provider_gives(given: str) -> None:
    assert _address(given) == (given if given.startswith("http") else f"https://{given}")
