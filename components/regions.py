"""Providers for regions other than the stack's own: the provider `tencentcloud` works in one region each."""

from __future__ import annotations

import pulumi
from tencentcloud_iac_pulumi import _utilities as official

from components.config.model import Routing


def provider(
    name: str, region: str, routing: Routing, opts: pulumi.ResourceOptions
) -> pulumi.ProviderResource:
    """A provider set up as the stack's own but for the region; credentials come from the environment.

    The generated class would copy the environment's keys into the state, where they outlive their hour.
    """
    settings = {
        "region": region,
        "protocol": routing.protocol,
        "cosDomain": routing.cos_domain and f"http://cos.{region}.myqcloud.com",
    }
    given: dict[str, pulumi.Input[str]] = {key: value for key, value in settings.items() if value}
    plugin = official.get_resource_opts_defaults()
    return pulumi.ProviderResource(
        "tencentcloud", f"{name}-{region}", given, pulumi.ResourceOptions.merge(plugin, opts)
    )
