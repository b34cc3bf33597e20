"""The bucket: where it is, what it is set to, and that strangers are kept out."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from gme_recording.api.cam import Cam
from gme_recording.api.cos import Cos
from gme_recording.api.credentials import CloudKind
from gme_recording.api.errors import ApiError
from gme_recording.smoke import stranger
from gme_recording.smoke.model import Cause, Failed, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gme_recording.api.cos import LifecycleRule
    from gme_recording.smoke.model import Run, Target

REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
SECURE_TRANSPORT = "cos:secure-transport"
"""The condition by which a policy demands TLS (436/71307)."""
UNSEEN = (
    "the provider reads no replication in the local cloud, so no refresh repairs it: declare storage.replica"
    " otherwise, gme-recording up, declare it as it should be, and gme-recording up again"
)
"""Where `cosDomain` is set, as it is for the local cloud (providers/tencentcloud/cos/bucket_parts.py)."""


def reachable(run: Run) -> str:
    """The bucket answers, in the declared region."""
    region = run.cos.bucket_region(run.target.bucket)
    if region != run.target.region:
        raise Failed(
            f"{run.target.bucket} is in {region}, declared is {run.target.region}",
            hint="correct gme-recording:region, or declare another storage name",
            cause=Cause.WRONG_REGION,
        )
    return f"{run.target.bucket} in {region}"


def as_declared(run: Run) -> str:
    """What COS says about the bucket equals what was declared: an update that got lost is found here."""
    differences, copies = [*_differences(run)], [*_copies(run)]
    if differences or copies:
        unseen = not differences and run.target.cloud is CloudKind.LOCAL
        raise Failed(
            "; ".join([*differences, *copies]),
            hint=UNSEEN if unseen else "gme-recording up --refresh repairs it",
        )
    rules = len(run.target.lifecycle)
    found = [
        f"{rules} lifecycle rule{'' if rules == 1 else 's'}",
        f"encryption {run.target.encryption or 'none'}",
        *(name for name, wanted in _further(run.target).items() if wanted),
    ]
    return ", ".join(found)


def _further(target: Target) -> dict[str, bool]:
    """Settings that are compared only if they are declared."""
    return {
        "policy": bool(target.policy),
        "versioning": target.versioning is not None,
        "tags": target.tags is not None,
        "access log": target.log_bucket is not None,
        "replica": bool(target.replica),
    }


def _differences(run: Run) -> Iterator[str]:
    target = run.target
    yield from _rules(target.lifecycle, run.cos.lifecycle(target.bucket))
    if (encryption := run.cos.encryption(target.bucket)) != target.encryption:
        yield f"encryption is {encryption or 'off'}, declared {target.encryption or 'off'}"
    if target.policy and not _same(run.cos.policy(target.bucket), target.policy):
        yield "the bucket policy is not the declared one"
    if target.versioning is not None and run.cos.versioning(target.bucket) != target.versioning:
        now, wanted = ("off", "on") if target.versioning else ("on", "off")
        yield f"versioning is {now}, declared {wanted}"
    if target.tags is not None:
        yield from _tags(dict(target.tags), run.cos.tags(target.bucket))
    if target.log_bucket is not None and (log := run.cos.log_bucket(target.bucket)) != target.log_bucket:
        yield f"the access log goes to {log or 'nowhere'}, declared {target.log_bucket or 'nowhere'}"


def _copies(run: Run) -> Iterator[str]:
    if run.target.replica is not None:
        yield from replication(run.cos, run.target.bucket, run.target.replica)


def replication(cos: Cos, bucket: str, declared: str) -> Iterator[str]:
    """Yield where else a bucket is copied to than declared, as `Target.replica` has it."""
    found = ", ".join(cos.replicas(bucket))
    if found != declared:
        yield f"recordings are copied to {found or 'nowhere'}, declared {declared or 'nowhere'}"


def _rules(wanted: Iterable[LifecycleRule], now: Iterable[LifecycleRule]) -> Iterator[str]:
    found = {rule.id: rule for rule in now}
    declared = {rule.id: rule for rule in wanted}
    for rule_id in sorted(declared.keys() | found.keys()):
        if rule_id not in found:
            yield f"lifecycle rule {rule_id} is missing"
        elif rule_id not in declared:
            yield f"lifecycle rule {rule_id} is not declared"
        elif found[rule_id] != declared[rule_id]:
            yield f"lifecycle rule {rule_id}: {_parts(found[rule_id].data(), declared[rule_id].data())}"


def _parts(now: Mapping[str, object], wanted: Mapping[str, object]) -> str:
    return ", ".join(
        f"{name} is {now[name]}, declared {wanted[name]}" for name in wanted if now[name] != wanted[name]
    )


def _tags(wanted: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for key in sorted(wanted):
        if key not in now:
            yield f"tag {key} is missing"
        elif now[key] != wanted[key]:
            yield f"tag {key} is {now[key]}, declared {wanted[key]}"


def _same(one: str, other: str) -> bool:
    """Two JSON texts say the same; COS keeps a policy as it was sent, a console may write it anew."""
    try:
        return bool(json.loads(one or "{}") == json.loads(other))
    except ValueError:
        return False


def anonymous_refused(run: Run) -> str:
    """A request without a signature does not get the recording."""
    status = run.cos.anonymous_status(run.target.bucket, run.keys[0])
    if status not in REFUSED:
        raise Failed(
            f"an unsigned GET of {run.keys[0]} was answered with {status}",
            hint=f"make {run.target.bucket} private: check its ACL, its policy and the object's ACL",
        )
    return f"unsigned GET answered with {status}"


def insecure_refused(run: Run) -> str:
    """A request that would be served over TLS is not served without."""
    if SECURE_TRANSPORT not in run.target.policy:
        raise Skipped("no declared policy demands TLS")
    status = run.cos.insecure_status(run.target.bucket, run.keys[0])
    if status not in REFUSED:
        raise Failed(
            f"a signed GET of {run.keys[0]} over plain http was answered with {status}",
            hint=f"compare the policy of {run.target.bucket} with the declared one",
        )
    return f"signed GET over plain http answered with {status}"


def stranger_refused(run: Run) -> str:
    """The key of another account, valid as it is, does not get the recording."""
    elsewhere = run.stranger()
    if elsewhere is None:
        raise Skipped(f"no key of another account in {stranger.ID} and {stranger.KEY}")
    account = Cam(elsewhere).account()
    if account.appid == run.target.appid:
        raise Failed(
            f"the key in {stranger.ID} belongs to the same account, APPID {account.appid}",
            hint="give a key of another account, or none",
        )
    try:
        Cos(elsewhere).read(run.target.bucket, run.keys[0])
    except ApiError as refusal:
        if refusal.code != "AccessDenied":
            raise
        return f"APPID {account.appid} refused, request {refusal.request_id}"
    raise Failed(
        f"APPID {account.appid} read {run.keys[0]}",
        hint=f"check ACL and policy of {run.target.bucket}: they let another account in",
    )
