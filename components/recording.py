"""A whole recording environment, composed of its parts; nothing is decided here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, TypedDict

import pulumi

from components import lifecycle, permissions
from components.access import Access, AccessArgs
from components.buckets import Buckets
from components.config.keys import plain
from components.config.model import (
    App,
    OnDestroy,
    Stack,
)
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
    smoke_test: pulumi.Output[str]
    """Fingerprint of what the last passed smoke test proved; `off` without a test."""

    def __init__(self, name: str, args: RecordingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        stack, owner_uin = args["stack"], args["owner_uin"]
        super().__init__("gme-recording:recording:RecordingEnvironment", name, plain(stack), opts)
        inside = pulumi.ResourceOptions(parent=self)
        buckets = Buckets(name, stack, owner_uin, inside)
        access = Access(f"{name}-access", access_args(stack, owner_uin), inside)
        consoles = {
            app.biz_id: ConsoleSettings(
                f"{name}-console-{app.biz_id}", _console(stack, app, buckets.of(app), access), inside
            )
            for app in stack.apps
        }
        made_anew = {str(biz_id): console.revision for biz_id, console in consoles.items()}
        smoke = SmokeTest(
            f"{name}-smoke",
            {
                "targets": targets(stack, owner_uin),
                "when": stack.smoke.when,
                "evidence": {"role": access.role_id, **made_anew},
                "requires": [*buckets.made, access, *consoles.values()],
                "root": args["root"],
            },
            inside,
        )
        home = buckets.by_region[stack.region]
        self.bucket = home.bucket
        self.bucket_url = home.url
        self.role = access.role
        self.policy_ids = access.policy_ids
        self.applications = pulumi.Output.from_input(
            {
                app.name: {
                    "bizId": app.biz_id,
                    "prefix": lifecycle.app_prefix(app),
                    "settings": consoles[app.biz_id].fingerprint,
                    **({"bucket": buckets.of(app).bucket} if app.region else {}),
                }
                for app in stack.apps
            }
        )
        self.smoke_test = smoke.proved
        self.outputs = {
            "bucket": self.bucket,
            "bucketUrl": self.bucket_url,
            "role": self.role,
            "policyIds": self.policy_ids,
            "applications": self.applications,
            "smokeTest": self.smoke_test,
        }
        self.register_outputs(self.outputs)


def reaches(stack: Stack) -> tuple[permissions.Reach, ...]:
    """Every bucket of the environment as policies see it: recordings first, then replicas and logs."""
    recordings, copies, logs = [], [], []
    for place in stack.places:
        storage = place.storage
        empties = storage.on_destroy is OnDestroy.EMPTY
        prefixes = tuple(lifecycle.app_prefix(app) for app in place.apps)
        reach = permissions.Reach(
            region=place.region,
            appid=stack.appid,
            bucket=place.bucket,
            prefixes=prefixes,
            empties=empties,
            recorded=True,
        )
        recordings.append(reach)
        plain_one = replace(reach, recorded=False)
        if storage.replica:
            name = stack.full_name(storage.replica.name)
            copies.append(replace(plain_one, region=storage.replica.region, bucket=name, copies=True))
        if storage.access_log:
            logs.append(replace(plain_one, bucket=stack.full_name(storage.access_log.name), prefixes=()))
    return (*recordings, *copies, *logs)


def access_args(stack: Stack, owner_uin: str) -> AccessArgs:
    """Grant, policies and users of the environment, and what the policies reach."""
    buckets, users = reaches(stack), stack.access.users
    room = stack.smoke.room
    tested = [
        (bucket, tuple(prefix for app in place.apps for prefix in lifecycle.smoke_prefixes(app, room)))
        for place, bucket in zip(stack.places, buckets, strict=False)
        if place.apps
    ]
    return {
        "grant": stack.access.grant,
        "policies": stack.access.policies,
        "users": users,
        "owner_uin": owner_uin,
        "biz_ids": [app.biz_id for app in stack.apps],
        "buckets": buckets,
        "deployment": permissions.Deployment(
            grant=stack.access.grant,
            policies=bool(stack.access.policies or users),
            users=bool(users),
            smoke=stack.smoke.mode,
            smoke_test=tested,
        ),
    }


def _console(stack: Stack, app: App, storage: Storage, access: Access) -> ConsoleSettingsArgs:
    args: ConsoleSettingsArgs = {
        "cloud": stack.cloud,
        "biz_id": app.biz_id,
        "scope": app.scope,
        "bucket": storage.bucket,
        "region": stack.place_of(app).region,
        "callback_url": app.callback_url,
        "requires": [storage, access],
    }
    if app.confirmation:
        args["confirmed"] = app.confirmation.fingerprint
        args["by"] = app.confirmation.by
        args["on"] = app.confirmation.on
    return args
