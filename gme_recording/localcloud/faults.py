"""What goes wrong on request: rules say which calls, and what becomes of them. Repeatable, for whether a rule
strikes depends on nothing but its seed and on how many calls it has matched.

Rules are kept with the state. Every rule counts the calls that it matches; of those that strike, the oldest
decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from gme_recording.localcloud.access.match import matches
from gme_recording.localcloud.messages import Delivery, Response
from gme_recording.localcloud.store import Record

if TYPE_CHECKING:
    from gme_recording.localcloud.store import Store

MAX_LATENCY_SECONDS = 120.0
READS = ("Get", "Head", "List", "Describe")
"""How the names of operations begin that change nothing."""

Resources = Callable[[], Sequence[str]]
"""The six-part names that a call is about; asked only where a rule is about resources."""


class Effect(StrEnum):
    """What becomes of a call."""

    ERROR = "error"
    """Refused with `code`."""
    THROTTLED = "throttled"
    """Refused as by the gateway when there are too many calls."""
    BROKEN = "broken"
    """HTTP 500, also where the vendor answers 200 whatever happens."""
    LATENCY = "latency"
    """Performed at once; the answer comes `seconds` later, by real time."""
    RESET = "reset"
    """Not performed: the connection is reset."""
    TRUNCATED = "truncated"
    """Performed; the answer ends in the middle."""
    UNSEEN = "unseen"
    """A read finds nothing that is younger than `seconds` of virtual time, but settings and tags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault(Record):
    """One rule. `*` and `?` in patterns stand for any text and any character, as in policies."""

    KEY = ("fault_id",)
    fault_id: int = 0
    """Given by the cloud."""
    effect: Effect
    service: str = "*"
    """Pattern: `cam`, `cos`."""
    action: str = "*"
    """Pattern: `GetRole`, `Put*`."""
    resource: str = "*"
    """Pattern: `qcs::cos:ap-guangzhou:uid/1250000000:rec-1250000000/*`."""
    principal: str = "*"
    """Pattern of who calls, GME included: `*:uin/*:uin/*`, `*:roleName/GME_QCSLinkedRoleInGameMedia`."""
    nth: int = 0
    """Only the n-th matching call, from 1; 0: every one."""
    probability: float = 1.0
    """Of striking, for each matching call."""
    times: int = 0
    """At most so often; 0: without end."""
    seed: int = 0
    code: str = ""
    """The vendor's error code (`error`)."""
    message: str = "injected by a fault"
    status: int = 400
    """HTTP status of the error, where the vendor's protocol has one."""
    seconds: float = 0.0
    matched: int = 0
    """Calls so far, and of them …"""
    struck: int = 0

    def is_about(self, service: str, action: str, principal: str, resources: Resources) -> bool:
        return (
            matches(self.service, service)
            and matches(self.action, action)
            and matches(self.principal, principal)
            and (self.effect is not Effect.UNSEEN or action.startswith(READS))
            and (self.resource == "*" or any(matches(self.resource, one) for one in resources()))
        )

    def after_a_call(self) -> Fault:
        """The rule when it has matched one more call: it has struck if `struck` is greater."""
        number = self.matched + 1
        strikes = (
            (self.nth in {0, number})
            and (self.times == 0 or self.struck < self.times)
            and chance(self.seed, number) < self.probability
        )
        return replace(self, matched=number, struck=self.struck + strikes)


RECORDS = (Fault,)


def chance(seed: int, number: int) -> float:
    """The n-th number of a seed's sequence, evenly from 0 up to 1 (splitmix64, so that it needs no state)."""
    mask = (1 << 64) - 1
    bits = (seed + number * 0x9E3779B97F4A7C15) & mask
    bits = ((bits ^ bits >> 30) * 0xBF58476D1CE4E5B9) & mask
    bits = ((bits ^ bits >> 27) * 0x94D049BB133111EB) & mask
    return (bits ^ bits >> 31) / (1 << 64)


def spoilt(response: Response, fault: Fault) -> Response:
    """What becomes of the answer to a call that a fault has struck."""
    match fault.effect:
        case Effect.BROKEN:
            return replace(response, status=500)
        case Effect.LATENCY:
            return replace(response, after_seconds=fault.seconds)
        case Effect.TRUNCATED:
            return replace(response, delivery=Delivery.TRUNCATED)
        case Effect.RESET:
            return replace(response, delivery=Delivery.RESET)
        case Effect.ERROR | Effect.THROTTLED | Effect.UNSEEN:
            return response


class Faults:
    """The rules in force. They are at hand without a query, for every request asks for them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.read()

    def read(self) -> None:
        """Take the rules from the store."""
        self._rules = self._store.select(Fault)

    def every(self) -> tuple[Fault, ...]:
        return tuple(self._rules)

    def add(self, fault: Fault) -> Fault:
        """Put a rule in force, behind those that are; returns it with its id."""
        last = self._rules[-1].fault_id if self._rules else 0
        added = self._store.put(replace(fault, fault_id=last + 1))
        self.read()
        return added

    def remove(self, fault_id: int) -> bool:
        """False if there is no such rule."""
        found = next((rule for rule in self._rules if rule.fault_id == fault_id), None)
        if found:
            self._store.delete(found)
            self.read()
        return found is not None

    def clear(self) -> None:
        for rule in self._rules:
            self._store.delete(rule)
        self.read()

    def strike(self, service: str, action: str, principal: str, resources: Resources) -> Fault | None:
        """Count a call; returns the rule that decides what becomes of it, if any."""
        struck = None
        for place, rule in enumerate(self._rules):
            if rule.is_about(service, action, principal, resources):
                after = self._rules[place] = self._store.put(rule.after_a_call())
                if after.struck > rule.struck:
                    struck = struck or after
        return struck
