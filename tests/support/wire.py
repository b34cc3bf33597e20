"""Runs a Pulumi program without an engine and keeps what the SDK sent over the wire.

The SDK's own mocks hide parents, options, dependencies, hooks and transforms; this monitor records them, and
applies transforms to what it records, as the engine would.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.runtime import config as engine_config
from pulumi.runtime import mocks, rpc, settings
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
    hooks: dict[str, tuple[str, ...]]


class Wire(mocks.MockMonitor):
    """Everything one run of a program sent."""

    def __init__(self, account: Mapping[str, str]) -> None:
        super().__init__(_Cloud(account))
        self.registered: list[Registered] = []
        self.outputs: dict[str, dict[str, Any]] = {}
        self.hooks: dict[str, pulumi.ResourceHook] = {}
        self.transforms: list[Callable[[pulumi.ResourceTransformArgs], Any]] = []
        self.messages: list[tuple[int, str]] = []

    def RegisterResource(self, request):  # noqa: N802 - the name on the wire
        response = super().RegisterResource(request)
        if request.type != "pulumi:pulumi:Stack":
            self.registered.append(self._recorded(response.urn, request))
        return response

    def RegisterResourceOutputs(self, request):  # noqa: N802
        self.outputs[request.urn] = rpc.deserialize_properties(request.outputs, keep_unknowns=True)
        return super().RegisterResourceOutputs(request)

    def register_resource_hook(self, hook: pulumi.ResourceHook) -> None:
        self.hooks[hook.name] = hook

    def register_stack_transform(self, transform: Callable[[pulumi.ResourceTransformArgs], Any]) -> None:
        self.transforms.append(transform)

    def Log(self, request) -> None:  # noqa: N802
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
            hooks={kind: names for kind, names in hooks.items() if names},
        )


def run(
    program: Callable[[], object],
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
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            everything: Any = wire
            configured = mocks.MockSettings(
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
            loop.run_until_complete(run_in_stack(lambda: None if program() else None))
        except BaseException as error:
            raised.append(error)
        finally:
            loop.close()

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
            return dict(self.account)
        raise AssertionError(f"unexpected invoke {args.token}")

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        computed = {
            "tencentcloud:Cos/bucket:Bucket": {"cosBucketUrl": "rec.cos.ap-guangzhou.myqcloud.com"},
            "gme:console:RecordingSettings": {
                "fingerprint": "0123456789ab",
                "activated": True,
                "revision": "1",
            },
        }
        return f"id-of-{args.name}", {**args.inputs, **computed.get(args.typ, {})}
