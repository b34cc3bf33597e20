"""The GME console's recording settings of one application.

No public API sets them: the provider `gme` holds them to what is declared by confirmation, or applies them
where it is the local console (`providers/gme`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

import pulumi

from components.config.keys import plain


class ConsoleSettingsArgs(TypedDict):
    cloud: str
    """`tencent`, where a person applies and confirms the settings, or `local`."""
    biz_id: int
    """GME's application id."""
    scope: str
    """`custom` or `full`."""
    bucket: pulumi.Input[str]
    """Full name of the bucket that recordings are written to."""
    region: str
    """Region of that bucket."""
    callback_url: str
    """Where GME posts recording events; empty is nowhere."""
    confirmed: NotRequired[str]
    """Fingerprint of the settings that someone applied in the console."""
    by: NotRequired[str]
    """Who applied them."""
    on: NotRequired[str]
    """When, as a date."""
    requires: Sequence[pulumi.Resource]
    """What must exist before a person can enter the settings: bucket, bucket policy, grant."""


class RecordingSettings(pulumi.CustomResource):
    """`gme:console:RecordingSettings` of `providers/gme`."""

    fingerprint: pulumi.Output[str]
    """Stands for exactly the declared settings."""
    activated: pulumi.Output[bool]
    """Whether the public API could prove that the recording service is on."""
    revision: pulumi.Output[str]
    """Changes whenever settings were really applied or confirmed."""

    def __init__(self, name: str, props: dict[str, Any], opts: pulumi.ResourceOptions) -> None:
        answered = dict.fromkeys(("fingerprint", "activated", "revision"))
        super().__init__("gme:console:RecordingSettings", name, {**props, **answered}, opts)


class ConsoleSettings(pulumi.ComponentResource):
    """Recording on, scope, bucket and callback URL of one application. Needs bucket and grant to exist."""

    fingerprint: pulumi.Output[str]
    """Stands for exactly the declared settings."""
    revision: pulumi.Output[str]
    """Changes whenever settings were really applied or confirmed."""

    def __init__(
        self, name: str, args: ConsoleSettingsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        shown = {key: value for key, value in args.items() if key != "requires"}
        super().__init__("gme-recording:console:ConsoleSettings", name, plain(shown), opts)
        props = {
            "cloud": args["cloud"],
            "bizId": args["biz_id"],
            "recording": True,
            "scope": args["scope"],
            "bucket": args["bucket"],
            "region": args["region"],
            "callbackUrl": args["callback_url"],
            "confirmed": args.get("confirmed"),
            "by": args.get("by"),
            "on": args.get("on"),
        }
        inside = pulumi.ResourceOptions(parent=self, depends_on=[*args["requires"]])
        settings = RecordingSettings(f"{name}-settings", props, inside)
        self.fingerprint = settings.fingerprint
        self.revision = settings.revision
        self.register_outputs({"fingerprint": self.fingerprint, "revision": self.revision})
