"""`RecordingEnvironment` for programs in any Pulumi language: see PulumiPlugin.yaml beside this file.

Inputs are the keys of a stack file, in the same words, and are read and checked as such; the schema is
inferred from the types below, which is why this module evaluates its annotations. A test holds them to the
model.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import pulumi
from pulumi.errors import InputPropertiesError
from pulumi.provider import ConstructResult
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError

from components import recording, tags
from components.config import parse
from components.config.keys import Key, Many, Named, keys
from components.config.model import (
    Stack,
)
from gme_recording.errors import UserError


class Retention(TypedDict):
    keep: str
    """When a recording expires: "180 days", "26 weeks" or "forever"."""
    infrequent_after: NotRequired[str]
    """When it moves to STANDARD_IA, billed for at least 30 days."""
    archive_after: NotRequired[str]
    """When it moves to ARCHIVE, billed for at least 90 days."""
    deep_archive_after: NotRequired[str]
    """When it moves to DEEP_ARCHIVE, billed for at least 180 days."""
    abort_uploads_after: NotRequired[str]
    """When an upload that never ended is dropped."""
    keep_versions: NotRequired[str]
    """With versioning: how long what was deleted can be brought back."""


class AccessLog(TypedDict):
    name: str
    """The log bucket is <name>-<appid>."""
    keep: str
    """When a log file expires."""


class Replica(TypedDict):
    region: str
    """Region of the copies."""
    name: str
    """Their bucket is <name>-<appid>."""


class Storage(TypedDict):
    name: str
    """The bucket is <name>-<appid>."""
    retention: Retention
    """For every application that has none of its own."""
    encryption: NotRequired[str]
    """AES256, KMS or SM4."""
    kms_key: NotRequired[str]
    """With encryption KMS: id of the key."""
    versioning: NotRequired[bool]
    """Keeps what was deleted or overwritten for a while."""
    allowed_networks: NotRequired[list[str]]
    """From where people may reach the bucket, as CIDRs."""
    access_log: NotRequired[AccessLog]
    """Logs who read and wrote recordings."""
    replica: NotRequired[Replica]
    """Every recording is copied to another region."""
    on_destroy: NotRequired[str]
    """refuse, keep or empty."""


class Access(TypedDict):
    grant: NotRequired[str]
    """create in exactly one stack of an account, existing in all others."""
    policies: NotRequired[list[str]]
    """CAM policies to make: recorder, reader, eraser, auditor, deployer."""
    operators: NotRequired[list[str]]
    """CAM users who get the policy recorder."""
    readers: NotRequired[list[str]]
    """CAM users who get the policy reader."""
    erasers: NotRequired[list[str]]
    """CAM users who get the policy eraser."""
    auditors: NotRequired[list[str]]
    """CAM users who get the policy auditor."""
    deployers: NotRequired[list[str]]
    """CAM users who get the policy deployer."""


class Console(TypedDict):
    confirmed: str
    """Fingerprint of the settings that someone applied in the GME console."""
    by: str
    """Who applied them."""
    on: str
    """When, as a date."""


class App(TypedDict):
    name: str
    """What people call the application."""
    biz_id: int
    """GME's application id."""
    region: NotRequired[str]
    """Which bucket it records into; left out is the one of `storage`."""
    scope: NotRequired[str]
    """custom; full needs allowFullScope."""
    allow_full_scope: NotRequired[bool]
    """Says that the recording APIs are not needed."""
    callback_url: NotRequired[str]
    """Where GME posts recording events."""
    retention: NotRequired[Retention]
    """In place of the bucket's."""
    console: NotRequired[Console]
    """Who applied the settings in the GME console."""


class Smoke(TypedDict):
    mode: NotRequired[str]
    """off, probe or full."""
    room: NotRequired[str]
    """Reserved for the test."""
    record: NotRequired[str]
    """How long the test records."""
    timeout: NotRequired[str]
    """Deadline of the test of one application."""
    when: NotRequired[str]
    """change or always."""
    callback_relay: NotRequired[str]
    """URL at which the receiver tells the test what came."""


class RecordingEnvironmentArgs(TypedDict):
    cloud: NotRequired[str]
    """tencent (default), or local for the emulator of gme-recording."""
    appid: str
    """APPID of the account, 10 digits."""
    owner_uin: str
    """UIN of the main account; policy documents name it."""
    region: str
    """COS region of the bucket, equal to tencentcloud:region."""
    storage: Storage
    """The bucket of applications that name no region."""
    storages: NotRequired[dict[str, Storage]]
    """More buckets, by region."""
    access: NotRequired[Access]
    """Who may do what."""
    apps: list[App]
    """The GME applications."""
    smoke: NotRequired[Smoke]
    """The test that a deployment ends with."""
    tags: NotRequired[dict[str, str]]
    """Tags of everything in the environment that can carry tags."""


class RecordingEnvironment(pulumi.ComponentResource):
    """Bucket, access, console settings and smoke test of GME recording."""

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
    """Fingerprint of what the last passed smoke test proved."""

    def __init__(
        self, name: str, args: RecordingEnvironmentArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        given = dict(args)
        owner_uin = str(given.pop("owner_uin"))
        try:
            stack = parse.from_inputs(name, _as_stack_file(Stack, {"cloud": "tencent", **given}))
        except UserError as error:
            raise InputPropertiesError(str(error), []) from None
        super().__init__("gme-recording:index:RecordingEnvironment", name, given, opts)
        inside = pulumi.ResourceOptions(parent=self, transforms=[tags.transform(stack.tags)])
        inner = recording.RecordingEnvironment(
            name, {"stack": stack, "owner_uin": owner_uin, "root": Path.cwd()}, inside
        )
        self.bucket = inner.bucket
        self.bucket_url = inner.bucket_url
        self.role = inner.role
        self.policy_ids = inner.policy_ids
        self.applications = inner.applications
        self.smoke_test = inner.smoke_test
        self.register_outputs(inner.outputs)


class Components(ComponentProvider):
    """The package `gme-recording`: mistakes in a program are told without the call stack of the package."""

    def __init__(self) -> None:
        super().__init__([RecordingEnvironment], "gme-recording", version="0.1.0")

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: pulumi.Inputs,
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        try:
            return super().construct(name, resource_type, inputs, options)
        except ComponentInitError as error:
            if isinstance(error.inner, InputPropertiesError):
                raise error.inner from None
            raise


def _as_stack_file(kind: type[Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs with the keys of a stack file, some of which are in camel case; unknown ones as they are."""
    there_are = {_snake(key.name): key for _, key in keys(kind)}
    return {
        there_are[name].name if name in there_are else name: _value(there_are.get(name), value)
        for name, value in given.items()
    }


def _value(key: Key | None, value: Any) -> Any:
    read = key.read if key else None
    if isinstance(read, Many) and isinstance(value, list):
        return [_as_stack_file(read.kind, one) for one in value]
    if isinstance(read, Named) and isinstance(value, Mapping):
        return {name: _as_stack_file(read.kind, one) for name, one in value.items()}
    if isinstance(read, type) and isinstance(value, Mapping):
        return _as_stack_file(read, value)
    return value


def _snake(name: str) -> str:
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)
