"""Default tags: one transform for everything that can carry tags; what a resource says itself wins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pulumi

TAGGABLE = frozenset(
    {
        "tencentcloud:Cam/role:Role",
        "tencentcloud:Cam/serviceLinkedRole:ServiceLinkedRole",
        "tencentcloud:Cos/bucket:Bucket",
    }
)
"""Types of the provider with a `tags` argument, as far as this program uses them."""


def with_defaults(kind: str, props: Mapping[str, Any], defaults: Mapping[str, str]) -> dict[str, Any] | None:
    """The properties with the default tags below their own; None where nothing changes."""
    if kind not in TAGGABLE or not defaults:
        return None
    return {**props, "tags": {**defaults, **(props.get("tags") or {})}}


def transform(
    defaults: Mapping[str, str],
) -> Callable[[pulumi.ResourceTransformArgs], pulumi.ResourceTransformResult | None]:
    """What gives the tags to a taggable resource."""

    def tagged(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        props = with_defaults(args.type_, args.props, defaults)
        return None if props is None else pulumi.ResourceTransformResult(props=props, opts=args.opts)

    return tagged


def register(defaults: Mapping[str, str]) -> None:
    """Gives the tags to every taggable resource that is registered from now on."""
    pulumi.runtime.register_resource_transform(transform(defaults))
