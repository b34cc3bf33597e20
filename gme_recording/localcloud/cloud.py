"""The life of a request, in one place: find, authenticate, decode, limit, authorise, perform, encode."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic, perf_counter
from typing import TYPE_CHECKING

from gme_recording.localcloud.clock import JOBS, Clock, JobFunction, next_due, schedule
from gme_recording.localcloud.faults import Effect, Fault, Faults, spoilt
from gme_recording.localcloud.identity import ANONYMOUS, Account, Key, Kind, Principal
from gme_recording.localcloud.messages import Request, Response
from gme_recording.localcloud.networks import Networks
from gme_recording.localcloud.refusal import CloudError, Refusal
from gme_recording.localcloud.store import Hindsight

if TYPE_CHECKING:
    from pathlib import Path

    from gme_recording.localcloud.access.condition import Facts
    from gme_recording.localcloud.operation import Operation, Service
    from gme_recording.localcloud.store import Store

log = logging.getLogger(__name__)

DENIED = Refusal("UnauthorizedOperation", "you are not authorized to perform {action} on {resource}", 403)
THROTTLED = Refusal("RequestLimitExceeded", "more than {rate} calls of {action} in a second", 503)
INTERNAL = Refusal("InternalError", "an internal error has occurred; see the local cloud's log", 500)
INJECTED = Refusal("InternalError", "injected by fault {fault}", 500)

LOG_LENGTH = 500
"""Lines of the request log that are kept."""

IdentityPolicies = Callable[["Store", Principal], Sequence[str]]
"""The JSON documents attached to a principal (CAM)."""
ResourcePolicies = Callable[["Store", str], Sequence[str]]
"""The JSON documents of a six-part resource, ACL grants put as statements (COS)."""


@dataclass(slots=True)
class Call:
    """One operation being performed."""

    cloud: Cloud
    request: Request
    request_id: str
    now: datetime
    principal: Principal = ANONYMOUS
    fault: Fault | None = None
    """What was asked to go wrong with it."""

    @property
    def store(self) -> Store:
        if self.fault and self.fault.effect is Effect.UNSEEN:
            return Hindsight(self.cloud.store, self.now - timedelta(seconds=self.fault.seconds))
        return self.cloud.store

    def facts(self) -> Facts:
        """What conditions of policies may ask about."""
        from gme_recording.localcloud.access.evaluate import facts_of  # noqa: PLC0415 - not before a request

        return facts_of(self.request, self.cloud.networks.vpc_of(self.request.client))

    def later(self, after: timedelta, job: str, key: str) -> None:
        """Run a job of that name for `key` when that much virtual time has passed."""
        schedule(self.store, self.now + after, job, key)

    def find_key(self, secret_id: str) -> Key | None:
        return self.store.find(Key, secret_id=secret_id)

    def perform(
        self, service: str, operation: str, *, as_role: str, owner_uin: str, **parameters: object
    ) -> object:
        """What a service does on a customer's behalf: faults strike and policies are asked as for a request
        of that role. Raises CloudError.
        """
        account = self.store.find(Account, owner_uin=owner_uin)
        assert account is not None, f"no account {owner_uin}"
        role = Principal(Kind.ROLE, owner_uin, account.appid, role=as_role)
        inner = Call(self.cloud, self.request, self.request_id, self.now, role)
        found = self.cloud.service(service).operations[operation]
        self.cloud.inject(inner, found, lambda: found.on(inner, **parameters) if found.on else ())
        self.cloud.authorise(inner, found, parameters)
        result = found.perform(inner, **parameters)
        if inner.fault and inner.fault.effect is Effect.TRUNCATED:
            raise INJECTED(fault=inner.fault.fault_id)
        return result


@dataclass(frozen=True, slots=True)
class Seen:
    """A line of the request log that the console shows."""

    at: datetime
    service: str
    operation: str
    status: int
    code: str
    """Error code, or empty."""
    request_id: str
    principal: str
    milliseconds: float
    fault: int = 0
    """Id of the fault that was injected; 0 if none was."""


@dataclass(slots=True)
class Cloud:
    """All services over one store and one clock. Not for several threads at once: the server has one."""

    services: tuple[Service, ...]
    store: Store
    clock: Clock
    files: Path
    """Where object contents lie."""
    identity_policies: IdentityPolicies
    resource_policies: ResourcePolicies
    seed: Callable[[Store], None]
    """Fills an empty store."""
    close: Callable[[], None]
    """Ends it: the state file is free, what was temporary is gone."""
    alarm: Callable[[timedelta | None], None] = lambda _: None
    """Told how long it is until the next delayed effect (None: there is none); a server sets it."""
    faults: Faults = field(init=False)
    networks: Networks = field(init=False)
    seen: deque[Seen] = field(default_factory=lambda: deque(maxlen=LOG_LENGTH))
    _recent: dict[tuple[str, str], deque[float]] = field(default_factory=dict)
    _settled: int = -1
    """`store.changes` when delayed effects were last looked at."""
    _next_at: datetime | None = None

    def __post_init__(self) -> None:
        self.faults = Faults(self.store)
        self.networks = Networks(self.store)

    def service(self, name: str) -> Service:
        return next(service for service in self.services if service.name == name)

    def handle(self, request: Request) -> Response:
        """Never raises."""
        started = perf_counter()
        service = next((service for service in self.services if service.serves(request)), None)
        if service is None:
            return Response(502, body=f"the local cloud does not serve {request.host}\n".encode())
        call = Call(self, request, _request_id(), self.clock.now())
        name, code = "?", ""
        try:
            operation = service.dialect.find(request, service)
            name = operation.name
            response = self._respond(call, service, operation)
        except CloudError as error:
            code = error.code
            response = service.dialect.refuse(error, request, call.request_id)
        except Exception:
            log.exception("%s:%s failed, request %s", service.name, name, call.request_id)
            code = INTERNAL.code
            response = service.dialect.refuse(INTERNAL(), request, call.request_id)
        if call.fault:
            response = spoilt(response, call.fault)
        took = (perf_counter() - started) * 1000
        who, fault = call.principal.qcs, call.fault.fault_id if call.fault else 0
        self.seen.append(
            Seen(call.now, service.name, name, response.status, code, call.request_id, who, took, fault)
        )
        return response

    def _respond(self, call: Call, service: Service, operation: Operation) -> Response:
        """The steps of every request, in their order."""
        dialect = service.dialect
        dialect.authenticate(call.request, call)
        if service.of_the_vendor:
            self.inject(call, operation, lambda: _named(call, service, operation))
        parameters = dialect.parameters(call.request, operation)
        self._limit(call, operation)
        with self.store.transaction():
            self.authorise(call, operation, parameters)
            result = operation.perform(call, **parameters)
        self.run_due()
        return dialect.encode(result, call)

    def inject(self, call: Call, operation: Operation, resources: Callable[[], Sequence[str]]) -> None:
        """Let go wrong what somebody asked for. Raises CloudError where the call is not performed."""
        if not self.faults.every():
            return
        who = call.principal.qcs
        call.fault = fault = self.faults.strike(operation.service, operation.name, who, resources)
        if fault is None:
            return
        if fault.effect is Effect.ERROR:
            raise CloudError(fault.code, fault.message, fault.status)
        if fault.effect is Effect.THROTTLED:
            raise THROTTLED(rate=operation.rate or "so many", action=operation.action)
        if fault.effect in {Effect.BROKEN, Effect.RESET}:
            raise INJECTED(fault=fault.fault_id)

    def authorise(self, call: Call, operation: Operation, parameters: dict[str, object]) -> None:
        """Raises CloudError unless policies allow the operation on every resource it touches."""
        if operation.on is None:
            return
        from gme_recording.localcloud.access.evaluate import (  # noqa: PLC0415 - not before a request
            Question,
            decide,
        )

        identity = self.identity_policies(self.store, call.principal)
        facts = call.facts()
        for resource in operation.on(call, **parameters):
            question = Question(call.principal, operation.action, resource, facts)
            if not decide(question, identity, self.resource_policies(self.store, resource)):
                raise DENIED(action=operation.action, resource=resource)

    def run_due(self) -> None:
        """Perform every delayed effect whose time has come, each at its own moment and in its own
        transaction.

        An effect that fails is logged and not tried again.
        """
        if self.store.changes == self._settled and not self._comes(self._next_at):
            return
        while (due := next_due(self.store)) and self._comes(due.at):
            call = Call(self, Request("JOB", "", f"/{due.job}", client=""), f"job-{due.due_id}", due.at)
            try:
                with self.store.transaction():
                    self.store.delete(due)
                    self._job(due.job)(call, due.key)
            except Exception:
                log.exception("job %s for %s failed", due.job, due.key)
                self.store.delete(due)
        self._settled, self._next_at = self.store.changes, due.at if due else None
        self.alarm(due.at - self.clock.now() if due else None)

    def _job(self, name: str) -> JobFunction:
        """A job's name begins with that of its service, whose operations may not have been asked for yet."""
        if name not in JOBS:
            _ = self.service(name.partition(".")[0]).operations
        return JOBS[name]

    def _comes(self, at: datetime | None) -> bool:
        return at is not None and at <= self.clock.now()

    def reset(self) -> None:
        """Back to a fresh cloud, in real time."""
        with self.store.transaction():
            self.store.clear()
            self.seed(self.store)
        self.clock.read()
        self.faults.read()
        self.networks.read()
        for path in sorted(self.files.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        self.seen.clear()
        self._recent.clear()
        self.run_due()

    def _limit(self, call: Call, operation: Operation) -> None:
        """The gateway counts by real time: a virtual clock that stands or jumps changes no rate."""
        if operation.rate is None:
            return
        now = monotonic()
        recent = self._recent.setdefault((call.principal.owner_uin, operation.action), deque())
        while recent and recent[0] <= now - 1:
            recent.popleft()
        if len(recent) >= operation.rate:
            raise THROTTLED(rate=operation.rate, action=operation.action)
        recent.append(now)


def _named(call: Call, service: Service, operation: Operation) -> Sequence[str]:
    """What a request is about; nothing where it is not well-formed."""
    try:
        parameters = service.dialect.parameters(call.request, operation)
        return operation.on(call, **parameters) if operation.on else ()
    except CloudError:
        return ()


def _request_id() -> str:
    """A random UUID; the module `uuid` takes longer to import than any of ours."""
    text = os.urandom(16).hex()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"
