"""A whole recording environment, composed of its parts; nothing is decided here."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypedDict

import pulumi

from components import lifecycle
from components.access import Access
from components.config.model import App, Stack, plain
from components.console import ConsoleSettings, ConsoleSettingsArgs
from components.smoke import SmokeTest, targets
from components.storage import Storage


class RecordingArgs(TypedDict):
    stack: Stack
    """What the stack file declares."""
    owner_uin: str
    """UIN of the main account; policy documents name it."""
    root: Path
    """The project's folder."""


class RecordingEnvironment(pulumi.ComponentResource):
    """Bucket, access, console settings of every application, and the smoke test that proves them."""

    bucket: pulumi.Output[str]
    """Full name of the bucket."""
    bucket_url: pulumi.Output[str]
    """Where the bucket answers."""
    role: pulumi.Output[str]
    """Name of the role by which GME writes to the bucket."""
    policy_ids: pulumi.Output[dict[str, str]]
    """Ids of the created CAM policies."""
    applications: pulumi.Output[dict[str, Any]]
    """For each application its id, the prefix of its recordings, and the fingerprint of its settings."""

    def __init__(self, name: str, args: RecordingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        stack = args["stack"]
        super().__init__("gme-recording:recording:RecordingEnvironment", name, plain(stack), opts)
        inside = pulumi.ResourceOptions(parent=self)
        storage = self._storage(f"{name}-storage", stack, inside)
        access = self._access(f"{name}-access", stack, args["owner_uin"], inside)
        consoles = {app.biz_id: self._console(name, stack, app, storage, access) for app in stack.apps}
        made_anew = {str(biz_id): console.revision for biz_id, console in consoles.items()}
        smoke = SmokeTest(
            f"{name}-smoke",
            {
                "targets": targets(stack),
                "when": stack.smoke.when,
                "evidence": {"role": access.role_id, **made_anew},
                "requires": [storage, access, *consoles.values()],
                "root": args["root"],
            },
            inside,
        )
        self.bucket = storage.bucket
        self.bucket_url = storage.url
        self.role = access.role
        self.policy_ids = access.policy_ids
        self.applications = pulumi.Output.from_input(
            {
                app.name: {
                    "bizId": app.biz_id,
                    "prefix": lifecycle.app_prefix(app),
                    "settings": consoles[app.biz_id].fingerprint,
                }
                for app in stack.apps
            }
        )
        self.outputs = {
            "bucket": self.bucket,
            "bucketUrl": self.bucket_url,
            "role": self.role,
            "policyIds": self.policy_ids,
            "applications": self.applications,
            "smokeTest": smoke.proved,
        }
        self.register_outputs(self.outputs)

    def _storage(self, name: str, stack: Stack, inside: pulumi.ResourceOptions) -> Storage:
        return Storage(
            name,
            {
                "bucket": stack.bucket,
                "appid": stack.appid,
                "region": stack.region,
                "rules": lifecycle.rules(stack),
                "encryption": stack.storage.encryption,
                "versioning": stack.storage.versioning,
                "on_destroy": stack.storage.on_destroy,
            },
            inside,
        )

    def _access(self, name: str, stack: Stack, owner_uin: str, inside: pulumi.ResourceOptions) -> Access:
        return Access(
            name,
            {
                "grant": stack.access.grant,
                "policies": stack.access.policies,
                "owner_uin": owner_uin,
                "appid": stack.appid,
                "region": stack.region,
                "bucket": stack.bucket,
                "biz_ids": [app.biz_id for app in stack.apps],
                "prefixes": [lifecycle.app_prefix(app) for app in stack.apps],
            },
            inside,
        )

    def _console(
        self, name: str, stack: Stack, app: App, storage: Storage, access: Access
    ) -> ConsoleSettings:
        args: ConsoleSettingsArgs = {
            "cloud": stack.cloud,
            "biz_id": app.biz_id,
            "scope": app.scope,
            "bucket": storage.bucket,
            "region": stack.region,
            "callback_url": app.callback_url,
            "requires": [storage, access],
        }
        if app.confirmation:
            args["confirmed"] = app.confirmation.fingerprint
            args["by"] = app.confirmation.by
            args["on"] = app.confirmation.on
        return ConsoleSettings(f"{name}-console-{app.biz_id}", args, pulumi.ResourceOptions(parent=self))
