"""How an object is encrypted: as was asked for, else as its bucket does by default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.localcloud.dialects import documents
from gme_recording.localcloud.dialects.payload import NOT_IMPLEMENTED
from gme_recording.localcloud.services.cos.errors import INVALID_ARGUMENT
from gme_recording.localcloud.services.cos.model import Bucket, Configuration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gme_recording.localcloud.cloud import Call

SSE = "x-cos-server-side-encryption"
SSE_KEY = f"{SSE}-cos-kms-key-id"
_KMS = {"aws:kms", "KMS", "cos/kms"}


def chosen(call: Call, bucket: Bucket, headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that say it. Raises CloudError for what is not served."""
    if f"{SSE}-customer-algorithm" in headers:
        raise NOT_IMPLEMENTED(problem="encryption with a key of the customer's is not served")
    key = headers.get(SSE_KEY, headers.get(f"{SSE}-aws-kms-key-id", ""))
    algorithm = headers.get(SSE, "")
    if not algorithm:
        algorithm, key = _bucket_default(call, bucket)
    if algorithm in _KMS:
        algorithm = "cos/kms"
    elif algorithm not in {"", "AES256", "SM4"}:
        raise INVALID_ARGUMENT(problem=f"unknown encryption {algorithm!r}")
    return {name: value for name, value in ((SSE, algorithm), (SSE_KEY, key)) if value}


def _bucket_default(call: Call, bucket: Bucket) -> tuple[str, str]:
    configuration = call.store.find(Configuration, bucket=bucket.name, kind="encryption")
    if configuration is None:
        return "", ""
    rule = documents.parse(configuration.text).find("Rule")
    default = rule and rule.find("ApplyServerSideEncryptionByDefault")
    return (default.value("SSEAlgorithm"), default.value("KMSMasterKeyID")) if default else ("", "")
