"""Providers for regions other than the stack's own: the provider `tencentcloud` works in one region each."""

from __future__ import annotations

from dataclasses import fields

import pulumi
import tencentcloud_iac_pulumi

from components.config.model import Routing


def provider(
    name: str, region: str, routing: Routing, opts: pulumi.ResourceOptions
) -> tencentcloud_iac_pulumi.Provider:
    """A provider set up as the stack's own but for the region; credentials come from the environment."""
    settings = {item.name: getattr(routing, item.name) or None for item in fields(routing)}
    settings["region"] = region
    if routing.cos_domain:
        settings["cos_domain"] = f"http://cos.{region}.myqcloud.com"
    return tencentcloud_iac_pulumi.Provider(f"{name}-{region}", opts=opts, **settings)
