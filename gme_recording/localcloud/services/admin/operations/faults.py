"""What is to go wrong with the vendor's services, and what has."""

from __future__ import annotations

import re
from dataclasses import asdict

from gme_recording.localcloud.access.match import matches
from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.dialects.web import camel
from gme_recording.localcloud.faults import MAX_LATENCY_SECONDS, Effect, Fault
from gme_recording.localcloud.services.admin.errors import INVALID_VALUE, UNKNOWN_FAULT
from gme_recording.localcloud.services.admin.routes import ADMIN

LONGEST_UNSEEN_SECONDS = 30 * 86_400.0
MAX_TEXT = 500
_CODE = re.compile(r"[A-Za-z0-9]+(\.[A-Za-z0-9]+)*", re.ASCII)


@ADMIN.operation("ListFaults", match="GET /admin/faults")
def list_faults(call: Call) -> list[dict[str, object]]:
    """Every rule, with how many calls it has matched and how many of them it struck."""
    return [as_json(fault) for fault in call.cloud.faults.every()]


@ADMIN.operation("AddFault", match="POST /admin/faults", refuses=(INVALID_VALUE,))
def add_fault(  # noqa: PLR0913 - what a rule may say
    call: Call,
    *,
    effect: str,
    service: str = "*",
    action: str = "*",
    resource: str = "*",
    principal: str = "*",
    nth: int = 0,
    probability: float = 1.0,
    times: int = 0,
    seed: int = 0,
    code: str = "",
    message: str = "injected by a fault",
    status: int = 400,
    seconds: float = 0.0,
) -> dict[str, object]:
    """Put a rule in force. Rules never touch the local cloud's own endpoints, so they can be taken back."""
    if effect not in list(Effect):
        raise INVALID_VALUE(name="effect", found=effect, allowed=", ".join(Effect))
    fault = Fault(
        effect=Effect(effect),
        service=service,
        action=action,
        resource=resource,
        principal=principal,
        nth=nth,
        probability=probability,
        times=times,
        seed=seed,
        code=code,
        message=message,
        status=status,
        seconds=seconds,
    )
    _check(call, fault)
    return as_json(call.cloud.faults.add(fault))


@ADMIN.operation("RemoveFaults", match="DELETE /admin/faults", refuses=(UNKNOWN_FAULT,))
def remove_faults(call: Call, *, fault_id: int | None = None) -> object:
    """One rule, or without an id all of them."""
    if fault_id is None:
        call.cloud.faults.clear()
    elif not call.cloud.faults.remove(fault_id):
        raise UNKNOWN_FAULT(fault_id=fault_id)
    return {"ok": True}


def as_json(fault: Fault) -> dict[str, object]:
    return {camel(name): value for name, value in asdict(fault).items()}


def _check(call: Call, fault: Fault) -> None:
    vendors = [service for service in call.cloud.services if service.of_the_vendor]
    named = [service for service in vendors if matches(fault.service, service.name)]
    longest = LONGEST_UNSEEN_SECONDS if fault.effect is Effect.UNSEEN else MAX_LATENCY_SECONDS
    lasts = fault.effect in {Effect.UNSEEN, Effect.LATENCY}
    count = range(2**31)
    wrong = {
        "service": (not named, f"a pattern of {', '.join(service.name for service in vendors)}"),
        "action": (
            not any(matches(fault.action, name) for service in named for name in service.operations),
            f"a pattern of an action of {fault.service}",
        ),
        "resource": (not 0 < len(fault.resource) <= MAX_TEXT, f"a pattern of up to {MAX_TEXT} characters"),
        "principal": (not 0 < len(fault.principal) <= MAX_TEXT, f"a pattern of up to {MAX_TEXT} characters"),
        "nth": (fault.nth not in count, "0 (every call), 1, 2, …"),
        "probability": (not 0 <= fault.probability <= 1, "0 to 1"),
        "times": (fault.times not in count, "0 (without end), 1, 2, …"),
        "seed": (abs(fault.seed) not in count, "a number of 32 bits"),
        "code": (
            not _CODE.fullmatch(fault.code) if fault.effect is Effect.ERROR else fault.code != "",
            "an error code of the vendor with the effect error, otherwise nothing",
        ),
        "message": (len(fault.message) > MAX_TEXT, f"up to {MAX_TEXT} characters"),
        "status": (fault.status not in range(400, 600), "400 to 599"),
        "seconds": (
            not 0 < fault.seconds <= longest if lasts else fault.seconds != 0,
            f"up to {longest:.0f} with the effects latency and unseen, otherwise nothing",
        ),
    }
    for name, (is_wrong, allowed) in wrong.items():
        if is_wrong:
            raise INVALID_VALUE(name=name, found=getattr(fault, name), allowed=allowed)
