"""The bucket: where it is, what it is set to, and that strangers are kept out."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from gme_recording.smoke.model import Failed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gme_recording.smoke.model import Run


def reachable(run: Run) -> str:
    """The bucket answers, in the declared region."""
    region = run.cos.bucket_region(run.target.bucket)
    if region != run.target.region:
        raise Failed(
            f"{run.target.bucket} is in {region}, declared is {run.target.region}",
            hint="correct gme-recording:region, or declare another storage name",
        )
    return f"{run.target.bucket} in {region}"


def as_declared(run: Run) -> str:
    """Lifecycle and encryption read from COS equal the declared ones."""
    if differences := list(_differences(run)):
        raise Failed("; ".join(differences), hint="gme-recording up --refresh repairs it")
    rules = len(run.target.lifecycle)
    return f"{rules} lifecycle rule{'' if rules == 1 else 's'}, encryption {run.target.encryption or 'none'}"


def _differences(run: Run) -> Iterator[str]:
    target = run.target
    found = {rule.id: rule for rule in run.cos.lifecycle(target.bucket)}
    declared = {rule.id: rule for rule in target.lifecycle}
    for rule_id in sorted(declared.keys() | found.keys()):
        if rule_id not in found:
            yield f"lifecycle rule {rule_id} is missing"
        elif rule_id not in declared:
            yield f"lifecycle rule {rule_id} is not declared"
        elif found[rule_id] != declared[rule_id]:
            is_now, wanted = found[rule_id].data(), declared[rule_id].data()
            names = ", ".join(
                f"{name} is {is_now[name]}, declared {wanted[name]}"
                for name in wanted
                if is_now[name] != wanted[name]
            )
            yield f"lifecycle rule {rule_id}: {names}"
    if (encryption := run.cos.encryption(target.bucket)) != target.encryption:
        yield f"encryption is {encryption or 'off'}, declared {target.encryption or 'off'}"


def anonymous_refused(run: Run) -> str:
    """A request without a signature does not get the recording."""
    status = run.cos.anonymous_status(run.target.bucket, run.keys[0])
    if status not in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise Failed(
            f"an unsigned GET of {run.keys[0]} was answered with {status}",
            hint=f"make {run.target.bucket} private: check its ACL, its policy and the object's ACL",
        )
    return f"unsigned GET answered with {status}"
