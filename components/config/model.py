"""What a stack file says, as values. The fields are the operator's reference: one key each.

A field's `Key` names its key in the file and how it is read; `parse` derives everything else from it, and
Pulumi.yaml repeats the top level with the same words (a test compares them).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from components.config import words
from components.config.keys import Key, Many, Named
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
    """Least-privilege policies for people and programs (`components.permissions`)."""

    RECORDER = "recorder"
    """May start, change, stop and look up recording tasks of the stack's applications."""
    READER = "reader"
    """May list and download the recordings of the stack's applications."""
    ERASER = "eraser"
    """May list recordings and their versions, and delete them; may not listen to them."""
    AUDITOR = "auditor"
    """May read how everything is set up, and no recording."""
    DEPLOYER = "deployer"
    """May do what a deployment of the stack does, smoke test included."""


class Scope(StrEnum):
    """Recording scope in the GME console."""

    CUSTOM = "custom"
    FULL = "full"


class SmokeWhen(StrEnum):
    """When a deployment runs the smoke test."""

    CHANGE = "change"
    """When something that matters changed, and until it has passed."""
    ALWAYS = "always"


_BUCKET_NAME = words.text(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", "lower-case letters, digits and inner hyphens")
_REGION = words.text(r"\S+", "a COS region such as ap-singapore")
PERSON = words.text(
    r"(?!.*[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff])\S(.{0,98}\S)?",
    "a person's name, 1 to 100 characters in one line, no blank around it",
)
"""Reads who did something; any such name can be written to a stack file."""
_USERS = words.several(
    words.text(r"[A-Za-z0-9_@.+=,-]{1,64}", "the name of a CAM user, up to 64 characters"),
    "names of CAM users",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long recordings stay, and when they move to colder storage. Days count from the last change."""

    keep_days: Annotated[int | None, Key("keep", words.days_or_forever(1, 3650))]
    """When a recording expires."""
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
class AccessLog:
    """A second bucket, in the same region, in which COS writes down who read and wrote recordings."""

    name: Annotated[str, Key("name", _BUCKET_NAME)]
    """The log bucket is `<name>-<appid>`; the stack makes it."""
    keep_days: Annotated[int | None, Key("keep", words.days_or_forever(1, 3650))]
    """When a log file expires."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """A copy of every recording in another region, for which versioning must be on."""

    region: Annotated[str, Key("region", _REGION)]
    """Where the copies are: another region than the bucket's."""
    name: Annotated[str, Key("name", _BUCKET_NAME)]
    """The copies are in `<name>-<appid>`, which the stack makes with the same retention."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """A bucket that GME writes to."""

    name: Annotated[str, Key("name", _BUCKET_NAME)]
    """The bucket is `<name>-<appid>`."""
    retention: Annotated[Retention, Key("retention", Retention)]
    """For every application that has none of its own."""
    encryption: Annotated[Encryption, Key("encryption", words.one_of(Encryption))] = Encryption.AES256
    """AES256, SM4, or KMS with a key of the account (GME's role may use no KMS key of itself: try it)."""
    kms_key: Annotated[
        str, Key("kms_key", words.text(r"[A-Za-z0-9-]{1,128}", "the id of a KMS key, as its page shows it"))
    ] = ""
    """With encryption KMS: id of the key, which must be in the bucket's region."""
    versioning: Annotated[bool, Key("versioning", words.flag)] = False
    """Keeps what was deleted or overwritten for a while. Cannot be undone in COS, only suspended."""
    allowed_networks: Annotated[tuple[str, ...], Key("allowed_networks", words.networks())] = ()
    """From where people may reach the bucket, as CIDRs; empty is from anywhere. GME is never shut out."""
    access_log: Annotated[AccessLog | None, Key("access_log", AccessLog)] = None
    """Logs who read and wrote recordings. The provider cannot switch it off again."""
    replica: Annotated[Replica | None, Key("replica", Replica)] = None
    """Every recording is copied to another region."""
    on_destroy: Annotated[OnDestroy, Key("on_destroy", words.one_of(OnDestroy))] = OnDestroy.REFUSE
    """refuse, keep the bucket, or empty and delete it; log and replica go or stay with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may do what."""

    grant: Annotated[Grant, Key("grant", words.one_of(Grant))] = Grant.EXISTING
    """create in exactly one stack of an account, existing in all others."""
    policies: Annotated[tuple[AccessPolicy, ...], Key("policies", words.several_of(AccessPolicy))] = ()
    """CAM policies to make, also for nobody yet; those that someone below gets are made anyway."""
    operators: Annotated[tuple[str, ...], Key("operators", _USERS)] = ()
    """CAM users, by name, who get the policy recorder."""
    readers: Annotated[tuple[str, ...], Key("readers", _USERS)] = ()
    """CAM users who get the policy reader."""
    erasers: Annotated[tuple[str, ...], Key("erasers", _USERS)] = ()
    """CAM users who get the policy eraser."""
    auditors: Annotated[tuple[str, ...], Key("auditors", _USERS)] = ()
    """CAM users who get the policy auditor."""
    deployers: Annotated[tuple[str, ...], Key("deployers", _USERS)] = ()
    """CAM users who get the policy deployer."""

    @property
    def users(self) -> dict[AccessPolicy, tuple[str, ...]]:
        """Who gets which policy; policies that nobody gets are left out."""
        everyone = {
            AccessPolicy.RECORDER: self.operators,
            AccessPolicy.READER: self.readers,
            AccessPolicy.ERASER: self.erasers,
            AccessPolicy.AUDITOR: self.auditors,
            AccessPolicy.DEPLOYER: self.deployers,
        }
        return {policy: names for policy, names in everyone.items() if names}


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
    """Of the settings as `gme-recording runbook` shows them."""
    by: Annotated[str, Key("by", PERSON)]
    """Who applied them."""
    on: Annotated[str, Key("on", words.text(r"\d{4}-\d\d-\d\d", "a date such as 2026-03-31"))]
    """When."""


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
    region: Annotated[str, Key("region", _REGION)] = ""
    """Which bucket it records into, by region; empty is the one of `storage`."""
    scope: Annotated[Scope, Key("scope", words.one_of(Scope))] = Scope.CUSTOM
    """custom; full records every room and needs allowFullScope."""
    allow_full_scope: Annotated[bool, Key("allowFullScope", words.flag)] = False
    """Says that the recording APIs are not needed; without it scope `full` is refused."""
    callback_url: Annotated[
        str, Key("callbackUrl", words.text(r"\S*", "an http or https URL without blanks"))
    ] = ""
    """Where GME posts recording events; empty is nowhere."""
    retention: Annotated[Retention | None, Key("retention", Retention)] = None
    """Takes the place of the bucket's retention as a whole."""
    confirmation: Annotated[Confirmation | None, Key("console", Confirmation)] = None
    """Who applied the settings in the GME console; `gme-recording confirm` writes it."""


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
    """How long the test records."""
    timeout_seconds: Annotated[int, Key("timeout", words.seconds(10, 3600))] = 600
    """Deadline of the whole test of one application; GME needs minutes to deliver a file."""
    when: Annotated[SmokeWhen, Key("when", words.one_of(SmokeWhen))] = SmokeWhen.CHANGE
    """change, or always: at every deployment."""
    callback_relay: Annotated[
        str, Key("callbackRelay", words.text(r"[^\s?#]*", "an http or https URL without blanks and query"))
    ] = ""
    """URL at which the receiver tells the test what came (docs/callbacks.md); empty: nobody asks it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Settings of the `tencentcloud` provider, which providers for other regions share; empty: not set."""

    region: str = ""
    protocol: str = ""
    cos_domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One bucket of an environment: where it is, how it keeps, and who records into it."""

    key: str
    """Where the stack file declares it: `storage`, or `storages.<region>`."""
    region: str
    bucket: str
    """Full name, `<name>-<appid>`."""
    storage: Storage
    apps: tuple[App, ...]
    """In the order of the stack file."""

    def retention_of(self, app: App) -> Retention:
        """The retention that holds for an application's recordings."""
        return app.retention or self.storage.retention


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One environment."""

    name: str
    cloud: Annotated[CloudKind, Key("cloud", words.one_of(CloudKind))]
    """tencent, or local: the emulator that comes with the project."""
    appid: Annotated[str, Key("appid", words.digits(10, "the account's APPID, 10 digits"))]
    """APPID of the account, 10 digits in quotes; the names of its buckets end with it."""
    region: Annotated[str, Key("region", _REGION)]
    """COS region of the bucket declared by `storage`, equal to tencentcloud:region."""
    storage: Annotated[Storage, Key("storage", Storage)]
    """The bucket of applications that name no region."""
    storages: Annotated[Mapping[str, Storage], Key("storages", Named(Storage))] = field(default_factory=dict)
    """More buckets, by region, for applications that name it."""
    access: Annotated[Access, Key("access", Access)] = field(default_factory=Access)
    """Who may do what."""
    apps: Annotated[tuple[App, ...], Key("apps", Many(App))]
    """The GME applications."""
    smoke: Annotated[Smoke, Key("smoke", Smoke)] = field(default_factory=Smoke)
    """The test that a deployment ends with."""
    tags: Annotated[Mapping[str, str], Key("tags", words.texts)] = field(default_factory=dict)
    """Default tags of everything that can carry tags."""
    routing: Routing = field(default_factory=Routing)

    @property
    def bucket(self) -> str:
        """Full name of the bucket declared by `storage`."""
        return self.full_name(self.storage.name)

    @property
    def places(self) -> tuple[Place, ...]:
        """Every bucket that is recorded into: that of `storage` first, then by region."""
        return (
            self._place("storage", self.region, self.storage),
            *(
                self._place(f"storages.{region}", region, self.storages[region])
                for region in sorted(self.storages)
            ),
        )

    def place_of(self, app: App) -> Place:
        """Where an application's recordings go."""
        return next(place for place in self.places if place.region == (app.region or self.region))

    def retention_of(self, app: App) -> Retention:
        """The retention that holds for an application's recordings."""
        return self.place_of(app).retention_of(app)

    def full_name(self, name: str) -> str:
        """A bucket's name with the account's APPID, as COS demands."""
        return f"{name}-{self.appid}"

    def _place(self, key: str, region: str, storage: Storage) -> Place:
        apps = tuple(app for app in self.apps if (app.region or self.region) == region)
        return Place(key=key, region=region, bucket=self.full_name(storage.name), storage=storage, apps=apps)
