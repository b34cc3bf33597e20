"""The page on which a person lets things go wrong."""

from __future__ import annotations

from dataclasses import asdict

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.dialects.web import see_other
from gme_recording.localcloud.faults import Effect, Fault
from gme_recording.localcloud.messages import Response
from gme_recording.localcloud.refusal import CloudError
from gme_recording.localcloud.services.admin.operations import faults
from gme_recording.localcloud.services.console.markup import options, render, render_all
from gme_recording.localcloud.services.console.page import Extras, Notice, nothing_yet, page, refused
from gme_recording.localcloud.services.console.routes import CONSOLE

HERE = "/console/faults"
_WORDS = {
    Effect.ERROR: "error of the vendor",
    Effect.THROTTLED: "too many calls",
    Effect.BROKEN: "HTTP 500",
    Effect.LATENCY: "late answer",
    Effect.RESET: "connection reset, not performed",
    Effect.TRUNCATED: "performed, answer cut off",
    Effect.UNSEEN: "reads do not see what is new",
}
_LASTING = {Effect.LATENCY, Effect.UNSEEN}


@CONSOLE.operation("ShowFaults", match=f"GET {HERE}")
def show_faults(call: Call) -> Response:
    return _page(call, Fault(effect=Effect.ERROR))


@CONSOLE.operation("InjectFault", match=f"POST {HERE}")
def inject_fault(  # noqa: PLR0913 - the fields of the form
    call: Call,
    *,
    effect: str,
    service: str,
    action: str,
    resource: str,
    principal: str,
    nth: int,
    probability: float,
    times: int,
    seed: int,
    code: str,
    status: int,
    seconds: float,
) -> Response:
    """Fields that have no meaning for the effect are passed over; a refusal shows the form as it was."""
    given = {name: value for name, value in locals().items() if name != "call"}
    unused = {"code": effect != Effect.ERROR, "seconds": effect not in _LASTING}
    try:
        faults.add_fault(call, **{name: v for name, v in given.items() if not unused.get(name)})
    except CloudError as refusal:
        kept = given | {"effect": Effect(effect) if effect in list(Effect) else Effect.ERROR}
        return _page(call, Fault(**kept), refused(refusal))
    return see_other(HERE)


@CONSOLE.operation("RemoveFault", match=f"POST {HERE}/{{fault_id}}/remove")
def remove_fault(call: Call, *, fault_id: int) -> Response:
    """One that is gone already is as good as removed."""
    call.cloud.faults.remove(fault_id)
    return see_other(HERE)


def _page(call: Call, form: Fault, notice: Notice | None = None) -> Response:
    rows = render_all("fault-row", map(_row, call.cloud.faults.every()))
    names = [service.name for service in call.cloud.services if service.of_the_vendor]
    fields = asdict(form) | {
        "seconds": f"{form.seconds:g}",
        "probability": f"{form.probability:g}",
        "rows": rows or nothing_yet("Nothing is made to go wrong."),
        "effects": options(((str(effect), _WORDS[effect]) for effect in Effect), form.effect),
        "services": options((("*", "any"), *((name, name) for name in names)), form.service),
    }
    return page(call, "Faults", render("faults", **fields), HERE, Extras(notice=notice))


def _row(fault: Fault) -> dict[str, object]:
    details = {
        Effect.ERROR: f": {fault.code}",
        Effect.LATENCY: f", {fault.seconds:g} s",
        Effect.UNSEEN: f", {fault.seconds:g} s",
    }
    limits = {
        f" by {fault.principal}": fault.principal != "*",
        f", call {fault.nth} only": fault.nth,
        f", with probability {fault.probability:g} (seed {fault.seed})": fault.probability < 1,
        f", {fault.times} times at most": fault.times,
    }
    return asdict(fault) | {
        "effect": _WORDS[fault.effect] + details.get(fault.effect, ""),
        "calls": f"{fault.service}:{fault.action}"
        + "".join(text for text, is_set in limits.items() if is_set),
    }
