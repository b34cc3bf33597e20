"""The bucket's sub-resources that are documents: how each is called, and what makes one acceptable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gme_recording.localcloud.dialects.documents import Element, leaf
from gme_recording.localcloud.refusal import Refusal
from gme_recording.localcloud.services.cos import lifecycle
from gme_recording.localcloud.services.cos.errors import (
    BUCKET_VERSIONING,
    INVALID_ARGUMENT,
    INVALID_TAG,
    INVALID_TARGET,
    MALFORMED_XML,
)
from gme_recording.localcloud.services.cos.model import Bucket, Versioning

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call

Check = Callable[["Call", Bucket, "Element"], None]

MAX_BUCKET_TAGS = 50
MAX_OBJECT_TAGS = 10
_METHODS = {"GET", "PUT", "POST", "DELETE", "HEAD"}
_ALGORITHMS = {"AES256", "KMS", "SM4"}
_TIERING_DAYS = {"30", "60", "90"}


def _anything(_call: Call, _bucket: Bucket, _document: Element) -> None:
    """Kept as it is."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One sub-resource: its documents are kept in canonical form and given back as they came."""

    subresource: str
    name: str
    """As in the actions: `BucketCORS` is put by `PutBucketCORS`."""
    root: str
    absent: str = ""
    """Code for a bucket that has none; empty: it answers with its initial document."""
    check: Check = field(default=_anything)
    refuses: tuple[Refusal, ...] = ()
    """What its check refuses besides malformed documents and arguments."""
    initial: tuple[Element, ...] = ()
    deletable: bool = True

    @property
    def not_there(self) -> Refusal:
        return Refusal(self.absent, f"The {self.subresource} configuration does not exist.", 404)


def check_tags(document: Element, limit: int) -> dict[str, str]:
    """The tags of a `Tagging` document."""
    if document.name != "Tagging" or (tag_set := document.find("TagSet")) is None:
        raise MALFORMED_XML(problem="Tagging needs a TagSet")
    pairs = [(tag.value("Key"), tag.value("Value")) for tag in tag_set.each("Tag")]
    if len(pairs) > limit:
        raise INVALID_TAG(problem=f"{len(pairs)} tags; {limit} are allowed")
    if len(dict(pairs)) != len(pairs):
        raise INVALID_TAG(problem="a key is given twice")
    for key, value in pairs:
        if not 1 <= len(key) <= 127 or len(value) > 255:
            raise INVALID_TAG(
                problem=f"a key has 1 to 127 characters, a value up to 255, not {key!r}: {value!r}"
            )
    return dict(pairs)


def _tags(_call: Call, _bucket: Bucket, document: Element) -> None:
    check_tags(document, MAX_BUCKET_TAGS)


def _cors(_call: Call, _bucket: Bucket, document: Element) -> None:
    rules = list(document.each("CORSRule"))
    if not rules:
        raise MALFORMED_XML(problem="there is no CORSRule")
    for rule in rules:
        methods = {method.text.strip() for method in rule.each("AllowedMethod")}
        if not methods or rule.find("AllowedOrigin") is None:
            raise MALFORMED_XML(problem="a CORSRule needs AllowedOrigin and AllowedMethod")
        if unknown := sorted(methods - _METHODS):
            raise INVALID_ARGUMENT(problem=f"unknown method {unknown[0]!r} in CORSRule")


def _lifecycle(_call: Call, bucket: Bucket, document: Element) -> None:
    lifecycle.parse(document, multi_az=bucket.multi_az)


def _website(_call: Call, _bucket: Bucket, document: Element) -> None:
    index, elsewhere = document.find("IndexDocument"), document.find("RedirectAllRequestsTo")
    if elsewhere is None and (index is None or not index.value("Suffix")):
        raise MALFORMED_XML(problem="WebsiteConfiguration needs an IndexDocument with a Suffix")


def _encryption(_call: Call, _bucket: Bucket, document: Element) -> None:
    rule = document.find("Rule")
    default = rule and rule.find("ApplyServerSideEncryptionByDefault")
    if not default:
        raise MALFORMED_XML(problem="there is no Rule with ApplyServerSideEncryptionByDefault")
    if (found := default.value("SSEAlgorithm")) not in _ALGORITHMS:
        raise INVALID_ARGUMENT(problem=f"SSEAlgorithm must be AES256, KMS or SM4, not {found!r}")


def _accelerate(_call: Call, _bucket: Bucket, document: Element) -> None:
    if document.value("Status") not in {"Enabled", "Suspended"}:
        raise MALFORMED_XML(problem="Status must be Enabled or Suspended")


def _logging(call: Call, bucket: Bucket, document: Element) -> None:
    if (enabled := document.find("LoggingEnabled")) is None:
        return
    target = call.store.find(Bucket, name=enabled.value("TargetBucket"))
    if target is None or (target.owner_uin, target.region) != (bucket.owner_uin, bucket.region):
        raise INVALID_TARGET(bucket=enabled.value("TargetBucket"))


def _tiering(_call: Call, _bucket: Bucket, document: Element) -> None:
    """It cannot be switched off again (facts of the official provider, 5.2)."""
    transition = document.find("Transition")
    if document.value("Status") != "Enabled":
        raise INVALID_ARGUMENT(problem="Status must be Enabled; intelligent tiering cannot be switched off")
    if transition is None or transition.value("Days", "30") not in _TIERING_DAYS:
        raise INVALID_ARGUMENT(problem="Transition needs Days of 30, 60 or 90")


def _replication(call: Call, bucket: Bucket, document: Element) -> None:
    rules = list(document.each("Rule"))
    if not rules or not document.value("Role"):
        raise MALFORMED_XML(problem="ReplicationConfiguration needs a Role and a Rule")
    for rule in rules:
        destination = rule.find("Destination")
        name = destination.value("Bucket").rpartition(":")[2] if destination else ""
        target = call.store.find(Bucket, name=name)
        if target is None or target.owner_uin != bucket.owner_uin:
            raise INVALID_ARGUMENT(problem=f"the account has no bucket {name!r} to replicate to")
        if (
            Versioning.ENABLED not in (bucket.versioning, target.versioning)
            or bucket.versioning != target.versioning
        ):
            raise BUCKET_VERSIONING(bucket=name)


LIFECYCLE = Kind(
    "lifecycle", "BucketLifecycle", "LifecycleConfiguration", "NoSuchLifecycleConfiguration", _lifecycle
)
KINDS = (
    Kind("cors", "BucketCORS", "CORSConfiguration", "NoSuchCORSConfiguration", _cors),
    Kind("website", "BucketWebsite", "WebsiteConfiguration", "NoSuchWebsiteConfiguration", _website),
    Kind(
        "encryption",
        "BucketEncryption",
        "ServerSideEncryptionConfiguration",
        "NoSuchEncryptionConfiguration",
        _encryption,
    ),
    Kind("tagging", "BucketTagging", "Tagging", "NoSuchTagSet", _tags, refuses=(INVALID_TAG,)),
    Kind("origin", "BucketOrigin", "OriginConfiguration", "NoSuchOriginConfiguration"),
    Kind("domain", "BucketDomain", "DomainConfiguration", "DomainConfigNotFoundError"),
    Kind(
        "replication",
        "BucketReplication",
        "ReplicationConfiguration",
        "ReplicationConfigurationNotFoundError",
        _replication,
        refuses=(BUCKET_VERSIONING,),
    ),
    Kind("referer", "BucketReferer", "RefererConfiguration", initial=(leaf("Status", "Disabled"),)),
    Kind("accelerate", "BucketAccelerate", "AccelerateConfiguration", check=_accelerate, deletable=False),
    Kind(
        "logging",
        "BucketLogging",
        "BucketLoggingStatus",
        check=_logging,
        refuses=(INVALID_TARGET,),
        deletable=False,
    ),
    Kind(
        "intelligenttiering",
        "BucketIntelligentTiering",
        "IntelligentTieringConfiguration",
        "NoSuchIntelligentTieringConfiguration",
        _tiering,
        deletable=False,
    ),
)
