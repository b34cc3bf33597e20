"""What a stack file says, as values. The fields are the operator's reference: one key each.

A field's `Key` names its key in the file and how it is read; `parse` derives everything else from it, and
Pulumi.yaml repeats the top level with the same words (a test compares them).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from typing import Annotated, Any

from components.config import words
from gme_recording.api import CloudKind
from gme_recording.smoke import Mode

LARGEST_EXACT_NUMBER = 2**53
"""Pulumi carries numbers as doubles: whole numbers are exact up to here."""


class Encryption(StrEnum):
    """Server-side encryption of the bucket, in COS's own names."""

    AES256 = "AES256"
    KMS = "KMS"
    SM4 = "SM4"


class OnDestroy(StrEnum):
    """What becomes of the bucket when its stack is destroyed or the bucket is renamed."""

    REFUSE = "refuse"
    """Pulumi refuses (`protect`)."""
    KEEP = "keep"
    """Pulumi forgets the bucket, the bucket and its recordings stay (`retain_on_delete`)."""
    EMPTY = "empty"
    """The bucket goes with all its recordings (`force_clean`)."""


class Grant(StrEnum):
    """Who makes the role that lets GME write to COS. There is one per account, so one stack creates it."""

    CREATE = "create"
    EXISTING = "existing"


class AccessPolicy(StrEnum):
    """Least-privilege policies for people and programs; attaching them is up to the account's owner."""

    RECORDER = "recorder"
    """May start, change, stop and look up recording tasks of the stack's applications."""
    READER = "reader"
    """May list and download the recordings of the stack's applications."""


class Scope(StrEnum):
    """Recording scope in the GME console."""

    CUSTOM = "custom"
    FULL = "full"


class SmokeWhen(StrEnum):
    """When a deployment runs the smoke test."""

    CHANGE = "change"
    """When something that matters changed, and until it has passed."""
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Many:
    """A list of mappings, each read as `kind`."""

    kind: type[Any]


@dataclass(frozen=True, slots=True)
class Key:
    """Where a field comes from: its key in the file, and what reads it."""

    name: str
    read: Callable[[object], object] | type[Any] | Many
    """A function of `words`, another dataclass of this module, or `Many` of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long recordings stay, and when they move to colder storage. Days count from the last change."""

    keep_days: Annotated[int | None, Key("keep", words.days_or_forever(1, 3650))]
    """When a recording expires; None is never."""
    infrequent_after_days: Annotated[int | None, Key("infrequent_after", words.days(0, 3649))] = None
    """To STANDARD_IA, billed for at least 30 days."""
    archive_after_days: Annotated[int | None, Key("archive_after", words.days(0, 3649))] = None
    """To ARCHIVE, billed for at least 90 days; reading needs a restore first."""
    deep_archive_after_days: Annotated[int | None, Key("deep_archive_after", words.days(0, 3649))] = None
    """To DEEP_ARCHIVE, billed for at least 180 days."""
    abort_uploads_after_days: Annotated[int, Key("abort_uploads_after", words.days(1, 3650))] = 1
    """When an upload that never ended is dropped."""
    keep_versions_days: Annotated[int, Key("keep_versions", words.days(1, 3650))] = 7
    """With versioning: how long a deleted, expired or overwritten recording can still be brought back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """The bucket that GME writes to."""

    name: Annotated[
        str,
        Key(
            "name",
            words.text(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", "lower-case letters, digits and inner hyphens"),
        ),
    ]
    """The bucket is `<name>-<appid>`."""
    retention: Annotated[Retention, Key("retention", Retention)]
    """For every application that has none of its own."""
    encryption: Annotated[Encryption, Key("encryption", words.one_of(Encryption))] = Encryption.AES256
    versioning: Annotated[bool, Key("versioning", words.flag)] = False
    """Cannot be undone in COS, only suspended."""
    on_destroy: Annotated[OnDestroy, Key("on_destroy", words.one_of(OnDestroy))] = OnDestroy.REFUSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may do what."""

    grant: Annotated[Grant, Key("grant", words.one_of(Grant))] = Grant.EXISTING
    policies: Annotated[tuple[AccessPolicy, ...], Key("policies", words.several_of(AccessPolicy))] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """Someone applied exactly these settings in the GME console; `gme-recording confirm` writes it."""

    fingerprint: Annotated[
        str,
        Key(
            "confirmed",
            words.text(r"[0-9a-f]{12}", "the 12 hex digits of the settings' fingerprint, in quotes"),
        ),
    ]
    by: Annotated[str, Key("by", words.text(r"\S(.{0,98}\S)?", "a person's name, 1 to 100 characters"))]
    on: Annotated[str, Key("on", words.text(r"\d{4}-\d\d-\d\d", "a date such as 2026-03-31"))]


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """One GME application."""

    name: Annotated[
        str,
        Key("name", words.text(r"[a-z][a-z0-9-]{0,39}", "1 to 40 lower-case letters, digits and hyphens")),
    ]
    """What people call it, in messages and reports."""
    biz_id: Annotated[int, Key("bizId", words.whole(1, LARGEST_EXACT_NUMBER))]
    """GME's application id, from the console."""
    scope: Annotated[Scope, Key("scope", words.one_of(Scope))] = Scope.CUSTOM
    allow_full_scope: Annotated[bool, Key("allowFullScope", words.flag)] = False
    """Says that the recording APIs are not needed; without it scope `full` is refused."""
    callback_url: Annotated[
        str, Key("callbackUrl", words.text(r"\S*", "an http or https URL without blanks"))
    ] = ""
    """Where GME posts recording events; empty is nowhere."""
    retention: Annotated[Retention | None, Key("retention", Retention)] = None
    """Takes the place of `storage.retention` as a whole."""
    confirmation: Annotated[Confirmation | None, Key("console", Confirmation)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoke:
    """The test that a deployment ends with."""

    mode: Annotated[Mode, Key("mode", words.one_of(Mode))] = Mode.PROBE
    """`full` really records: it needs a player in the room, and costs what recording costs."""
    room: Annotated[
        str, Key("room", words.text(r"[A-Za-z0-9-]{1,127}", "1 to 127 letters, digits and hyphens"))
    ] = "gme-recording-smoke"
    """Reserved for the test: what is recorded in it expires after a day."""
    record_seconds: Annotated[int, Key("record", words.seconds(1, 600))] = 5
    timeout_seconds: Annotated[int, Key("timeout", words.seconds(10, 3600))] = 600
    """Deadline of the whole test of one application; GME needs minutes to deliver a file."""
    when: Annotated[SmokeWhen, Key("when", words.one_of(SmokeWhen))] = SmokeWhen.CHANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Settings of the `tencentcloud` provider that must fit the stack; empty where not set."""

    region: str = ""
    protocol: str = ""
    cos_domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One environment."""

    name: str
    cloud: Annotated[CloudKind, Key("cloud", words.one_of(CloudKind))]
    appid: Annotated[str, Key("appid", words.digits(10, "the account's APPID, 10 digits"))]
    region: Annotated[str, Key("region", words.text(r"\S+", "a COS region such as ap-singapore"))]
    storage: Annotated[Storage, Key("storage", Storage)]
    access: Annotated[Access, Key("access", Access)] = field(default_factory=Access)
    apps: Annotated[tuple[App, ...], Key("apps", Many(App))]
    smoke: Annotated[Smoke, Key("smoke", Smoke)] = field(default_factory=Smoke)
    tags: Annotated[Mapping[str, str], Key("tags", words.texts)] = field(default_factory=dict)
    """Default tags of everything that can carry tags."""
    routing: Routing = field(default_factory=Routing)

    @property
    def bucket(self) -> str:
        """Full name of the bucket, with the account's APPID as COS demands."""
        return f"{self.storage.name}-{self.appid}"

    def retention_of(self, app: App) -> Retention:
        """The retention that holds for an application's recordings."""
        return app.retention or self.storage.retention


def plain(value: Any) -> Any:
    """The value as mappings, lists and scalars, empty parts left out: fit for Pulumi and for JSON."""
    if is_dataclass(value) and not isinstance(value, type):
        parts = {item.name: plain(getattr(value, item.name)) for item in fields(value)}
        return {name: part for name, part in parts.items() if part not in (None, "", (), {}, [])}
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    return str(value) if isinstance(value, StrEnum) else value
