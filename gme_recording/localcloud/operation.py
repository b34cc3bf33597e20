"""A service is its operations; an operation is one decorated function.

The function's keyword parameters are the request's parameters: their types decide what is missing,
unknown or of the wrong type. The operation's name is at once API action, policy action, fault selector
and log word.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any, Protocol, get_args, get_origin, get_type_hints

from gme_recording.localcloud.refusal import CloudError, Refusal

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call
    from gme_recording.localcloud.messages import Request, Response

Perform = Callable[..., object]
Resources = Callable[..., Sequence[str]]
"""`(call, **parameters)` → the six-part resources that policies are asked about."""


class Dialect(Protocol):
    """One way in which requests name, sign and answer operations."""

    def find(self, request: Request, service: Service) -> Operation:
        """Raises CloudError where there is no such operation."""

    def authenticate(self, request: Request, call: Call) -> None:
        """Sets `call.principal`; raises CloudError for a signature that is wrong, old or missing."""

    def parameters(self, request: Request, operation: Operation) -> dict[str, object]:
        """Decoded and typed; raises CloudError."""

    def encode(self, result: object, call: Call) -> Response: ...

    def refuse(self, error: CloudError, request: Request, request_id: str) -> Response: ...


@dataclass(frozen=True, kw_only=True)
class Operation:
    name: str
    service: str
    perform: Perform
    on: Resources | None
    """None: no policy is asked (console, admin, calls that everyone may make)."""
    match: str
    """How the dialect recognises it, where the request does not name it: `PUT bucket lifecycle`."""
    refuses: tuple[Refusal, ...]
    rate: int | None
    """Calls a second; more are refused by the gateway."""

    @property
    def action(self) -> str:
        """What policies call it."""
        return f"{self.service}:{self.name}"

    @cached_property
    def parameters(self) -> Mapping[str, Parameter]:
        """By name in the function. Their types must be importable at run time; that of `call` need not be."""
        found = list(inspect.signature(self.perform).parameters.values())[1:]
        annotated = SimpleNamespace(__annotations__={p.name: p.annotation for p in found})
        hints = get_type_hints(annotated, getattr(self.perform, "__globals__", {}), include_extras=True)
        return {p.name: parameter(p.name, hints[p.name], p.default is p.empty) for p in found}


@dataclass(frozen=True, slots=True)
class Wire:
    """Names a parameter that does not follow the rule: `Annotated[list[str], Wire("QCSServiceName")]`."""

    name: str


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    wire: str
    """`biz_id` is `BizId` on the wire."""
    hint: Any
    required: bool


def parameter(name: str, hint: Any, required: bool) -> Parameter:
    wire = "".join(part[:1].upper() + part[1:] for part in name.split("_"))
    if get_origin(hint) is Annotated:
        hint, *extras = get_args(hint)
        wire = next((extra.name for extra in extras if isinstance(extra, Wire)), wire)
    return Parameter(name, wire, hint, required)


def home_of(service: str) -> str:
    """The module that holds the operations of a service."""
    return f"gme_recording.localcloud.services.{service}.operations"


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    """Short name of the vendor, also the prefix of its policy actions."""
    dialect: Dialect
    serves: Callable[[Request], bool]
    of_the_vendor: bool = True
    """False for the local cloud's own endpoints: no injected fault touches them."""
    operations_in: str = ""
    """Module whose import adds the operations; it is imported when they are first asked for. Importing those
    of all services takes longer than everything else at start."""
    _operations: dict[str, Operation] = field(default_factory=dict)

    @property
    def operations(self) -> Mapping[str, Operation]:
        if self.operations_in:
            import_module(self.operations_in)
        return self._operations

    def operation(
        self,
        name: str,
        *,
        on: Resources | None = None,
        match: str = "",
        refuses: tuple[Refusal, ...] = (),
        rate: int | None = None,
    ) -> Callable[[Perform], Perform]:
        """Add the decorated `(call, *, …) -> result` to the service."""

        def register(perform: Perform) -> Perform:
            assert name not in self._operations, f"two operations called {name}"
            self._operations[name] = Operation(
                name=name,
                service=self.name,
                perform=perform,
                on=on,
                match=match,
                refuses=refuses,
                rate=rate,
            )
            return perform

        return register
