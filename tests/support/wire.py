"""Runs a Pulumi program without an engine and keeps what the SDK sent over the wire.

The SDK's own mocks hide parents, options, dependencies, hooks and transforms; this monitor records them, and
applies transforms to what it records, as the engine would.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import grpc
import pulumi
from pulumi.runtime import config as engine_config
from pulumi.runtime import mocks, rpc, settings
from pulumi.runtime.proto import callback_pb2
from pulumi.runtime.stack import run_in_stack

ACCOUNT = {"appId": "1250000000", "uin": "100000000001", "ownerUin": "100000000001", "id": "user", "name": ""}
HOOK_KINDS = (
    "before_create",
    "after_create",
    "before_update",
    "after_update",
    "before_delete",
    "after_delete",
)


@dataclass(frozen=True, slots=True)
class Registered:
    """One resource as the engine would have seen it."""

    urn: str
    type: str
    name: str
    parent: str
    custom: bool
    props: dict[str, Any]
    protect: bool
    retain_on_delete: bool
    dependencies: frozenset[str]
    aliases: tuple[str, ...]
    former: frozenset[str]
    """Where the engine would look for it in the state beside its own URN: its aliases, and its parent's."""
    hooks: dict[str, tuple[str, ...]]
    provider: str
    """URN and id of the provider, or of the one that children inherit; empty is the default one."""


class Refused(grpc.RpcError):
    """A call that the provider refused, as it reaches the SDK."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.UNKNOWN

    def details(self) -> str:
        return self.why


class Wire(mocks.MockMonitor):
    """Everything one run of a program sent."""

    def __init__(self, account: Mapping[str, str]) -> None:
        super().__init__(_Cloud(account))
        self.registered: list[Registered] = []
        self.outputs: dict[str, dict[str, Any]] = {}
        self.hooks: dict[str, pulumi.ResourceHook] = {}
        self.transforms: list[Callable[[pulumi.ResourceTransformArgs], Any]] = []
        self.messages: list[tuple[int, str]] = []

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """As the engine makes them; the SDK's mocks know one parent only."""
        chain = parent.split("::")[2] if parent else ""
        kind = type_ if chain in {"", "pulumi:pulumi:Stack"} else f"{chain}${type_}"
        return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{kind}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name on the wire
        response = _as_any(super()).RegisterResource(request)
        if request.type != "pulumi:pulumi:Stack":
            self.registered.append(self._recorded(response.urn, request))
        return response

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802
        self.outputs[request.urn] = rpc.deserialize_properties(request.outputs, keep_unknowns=True)
        return _as_any(super()).RegisterResourceOutputs(request)

    def register_resource_hook(self, hook: pulumi.ResourceHook) -> None:
        self.hooks[hook.name] = hook

    def register_stack_transform(self, transform: Callable[[pulumi.ResourceTransformArgs], Any]) -> None:
        self.transforms.append(transform)

    def register_transform(self, transform: Callable[..., Any]) -> callback_pb2.Callback:
        """Of one resource; not applied."""
        return callback_pb2.Callback()

    def Log(self, request: Any) -> None:  # noqa: N802
        self.messages.append((request.severity, request.message))

    def of_type(self, kind: str) -> list[Registered]:
        """What was registered with a type token, or with one that ends so."""
        return [each for each in self.registered if each.type.endswith(kind)]

    def only(self, kind: str) -> Registered:
        (found,) = self.of_type(kind)
        return found

    def named(self, name: str) -> Registered:
        (found,) = [each for each in self.registered if each.name == name]
        return found

    def _former(self, request: Any) -> Iterator[str]:
        """As the engine works aliases out: a child whose name begins with its parent's is renamed with it."""
        for alias in request.aliases:
            spec = alias.spec
            parent = "" if spec.noParent else spec.parentUrn or request.parent
            yield alias.urn or self.make_urn(parent, spec.type or request.type, spec.name or request.name)
        for parent in (each for each in self.registered if each.urn == request.parent):
            for urn in parent.former:
                own_part = request.name.removeprefix(parent.name)
                renamed = own_part != request.name
                former_name = urn.rpartition("::")[2]
                yield self.make_urn(urn, request.type, former_name + own_part if renamed else request.name)

    def _recorded(self, urn: str, request: Any) -> Registered:
        props = rpc.deserialize_properties(request.object, keep_unknowns=True)
        for transform in self.transforms:
            args = pulumi.ResourceTransformArgs(
                request.custom, request.type, request.name, props, pulumi.ResourceOptions()
            )
            result = transform(args)
            props = result.props if result else props
        hooks = {kind: tuple(getattr(request.hooks, kind)) for kind in HOOK_KINDS}
        return Registered(
            urn=urn,
            type=request.type,
            name=request.name,
            parent=request.parent,
            custom=request.custom,
            props=props,
            protect=request.protect,
            retain_on_delete=request.retainOnDelete,
            dependencies=frozenset(request.dependencies),
            aliases=tuple(alias.spec.name or alias.urn for alias in request.aliases),
            former=frozenset(self._former(request)),
            hooks={kind: names for kind, names in hooks.items() if names},
            provider=request.provider,
        )


def run(
    program: Callable[[], None],
    *,
    stack: str = "local",
    config: Mapping[str, str] | None = None,
    preview: bool = False,
    account: Mapping[str, str] | None = None,
) -> Wire:
    """Run a program as one deployment of its own; what it raises is raised here."""
    wire = Wire(account or ACCOUNT)
    raised: list[BaseException] = []

    def deployment() -> None:
        loops: list[asyncio.AbstractEventLoop] = []

        def give_loop() -> None:
            """The SDK's monitor wants one on each thread; who makes it closes it."""
            loops.append(asyncio.new_event_loop())
            asyncio.set_event_loop(loops[-1])

        give_loop()
        (loop,) = loops
        loop.set_default_executor(ThreadPoolExecutor(initializer=give_loop))
        try:
            everything: Any = wire
            configured = _as_any(mocks).MockSettings(
                project="gme-recording",
                stack=stack,
                dry_run=preview,
                monitor=wire,
                engine=everything,
                callbacks=everything,
                feature_support={},
            )
            settings.configure(configured)
            engine_config.set_all_config(dict(config or {}))
            loop.run_until_complete(run_in_stack(program))
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            raised.append(error)
        finally:
            loop.run_until_complete(loop.shutdown_default_executor())
            for each in loops:
                each.close()

    # A thread has no context of its own yet: neither settings nor root stack of an earlier run are seen.
    thread = threading.Thread(target=lambda: contextvars.Context().run(deployment))
    thread.start()
    thread.join()
    if raised:
        raise raised[0]
    return wire


class _Cloud(mocks.Mocks):
    """Answers as the providers do, as far as the program looks at answers."""

    def __init__(self, account: Mapping[str, str]) -> None:
        self.account = account

    def call(self, args: mocks.MockCallArgs) -> Any:
        if args.token == "tencentcloud:User/getInfo:getInfo":
            if "refused" in self.account:
                raise Refused(self.account["refused"])
            return dict(self.account)
        raise AssertionError(f"unexpected invoke {args.token}")

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        computed: dict[str, dict[str, Any]] = {
            "tencentcloud:Cos/bucket:Bucket": {"cosBucketUrl": "rec.cos.ap-guangzhou.myqcloud.com"},
            "gme:console:RecordingSettings": {
                "fingerprint": "0123456789ab",
                "activated": True,
                "revision": "1",
            },
        }
        return f"id-of-{args.name}", {**args.inputs, **computed.get(args.typ, {})}


def _as_any(untyped: Any) -> Any:
    """The SDK's mocks carry no annotations."""
    return untyped
