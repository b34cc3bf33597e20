"""What a smoke test is about and what it found."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from gme_recording.api.cos import LifecycleRule
from gme_recording.api.credentials import CloudKind
from gme_recording.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from gme_recording.api.cam import Cam
    from gme_recording.api.cos import Cos
    from gme_recording.api.endpoints import Cloud
    from gme_recording.api.errors import ApiError
    from gme_recording.api.gme import Gme, RecordFile
    from gme_recording.api.local import LocalCloud
    from gme_recording.smoke.clock import Clock

RECORDING_ROLE = "GME_QCSLinkedRoleInGameMedia"
"""The service-linked role by which GME writes recordings (vendor: CAM, roles of GME)."""
NOT_DECLARED = None
"""Of a setting that is not compared, whatever COS says."""
NOT_COMPARED = frozenset({"stack", "app", "timeout_seconds"})
"""Names and patience: they change nothing about what a passed test has proved."""


class Mode(StrEnum):
    OFF = "off"
    PROBE = "probe"
    """Stops after *service activated*: needs no room, records nothing."""
    FULL = "full"
    """Records for a moment and checks the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One application of one stack, with everything that was declared for it."""

    stack: str
    app: str
    cloud: CloudKind
    appid: str
    region: str
    bucket: str
    """Full name, `<name>-<appid>`."""
    biz_id: int
    room: str
    mode: Mode = Mode.FULL
    record_seconds: float = 1.0
    timeout_seconds: float = 60.0
    """For the whole test; clean-up runs after it nevertheless."""
    lifecycle: tuple[LifecycleRule, ...] = ()
    encryption: str = "AES256"
    """As COS names it; empty where none is declared."""
    callback_url: str = ""
    callback_relay: str = ""
    """Where the receiver tells what came; empty: nobody tells, but for the local cloud."""
    role: str = RECORDING_ROLE
    policy: str = ""
    """Bucket policy, the JSON text as declared; empty: not compared."""
    versioning: bool | None = NOT_DECLARED
    tags: tuple[tuple[str, str], ...] | None = NOT_DECLARED
    """(key, value); tags that somebody else adds are no difference."""
    log_bucket: str | None = NOT_DECLARED
    """Where the access log goes; empty where none is declared."""
    replica: str | None = NOT_DECLARED
    """`<region>/<bucket>` that recordings are copied to; empty where none is declared."""

    def fingerprint_data(self) -> dict[str, Any]:
        """Return all that decides whether a passed test still counts, as plain JSON data.

        A relay or a replica that is declared makes the test prove more; without one nothing is proved
        otherwise than before there were any.
        """
        left_out = NOT_COMPARED | {name for name in ("callback_relay", "replica") if not getattr(self, name)}
        data = {item.name: getattr(self, item.name) for item in fields(self) if item.name not in left_out}
        rules = sorted(self.lifecycle, key=lambda rule: rule.id)
        return {
            **data,
            "cloud": str(self.cloud),
            "mode": str(self.mode),
            "lifecycle": [r.data() for r in rules],
        }


class Cause(StrEnum):
    """What is wrong, for programs; `diagnosis` has the sentences."""

    ARREARS = "arrears"
    APPLICATION_CLOSED = "application-closed"
    APPLICATION_UNKNOWN = "application-unknown"
    CALLBACK_SIGNATURE = "callback-signature"
    CALLBACK_UNREACHABLE = "callback-unreachable"
    FULL_SCOPE = "full-scope"
    NOBODY_SPEAKS = "nobody-speaks"
    NOT_ACTIVATED = "not-activated"
    NOT_ALLOW_LISTED = "not-allow-listed"
    NOT_FINISHED = "not-finished"
    NO_BUCKET = "no-bucket"
    NO_GRANT = "no-grant"
    NO_ROOM = "no-room"
    POLICY_BLOCKS = "policy-blocks"
    ROOM_EMPTY = "room-empty"
    WRONG_BUCKET = "wrong-bucket"
    WRONG_REGION = "wrong-region"


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one check found."""

    id: str
    verdict: Verdict
    found: str
    hint: str = ""
    request_id: str = ""
    code: str = ""
    """The vendor's error code, where an API call was refused."""
    took: float = 0.0
    """Seconds."""
    cause: str = ""
    """See Cause; empty where the check cannot tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All results of one application, in the order of the checks."""

    stack: str
    app: str
    biz_id: int
    mode: Mode
    results: tuple[Result, ...]
    started: datetime
    took: float
    diagnosis: str = ""
    """See Cause; empty where nothing failed, or nothing is known beyond what the check found."""
    cause: str = ""
    """The diagnosis in one sentence."""
    hint: str = ""
    """What to do about the cause."""

    @property
    def passed(self) -> bool:
        return self.failure is None

    @property
    def failure(self) -> Result | None:
        """The first failed check."""
        return next((result for result in self.results if result.verdict is Verdict.FAIL), None)


class Failed(UserError):
    """A check found something other than it should."""

    def __init__(
        self, found: str, *, hint: str = "", cause: str = "", refusal: ApiError | None = None
    ) -> None:
        """Name the `cause` where the check knows it, and the `refusal` that told."""
        super().__init__(found, hint=hint)
        self.cause = cause
        self.refusal = refusal


class Skipped(Exception):
    """A check cannot be made here; the text says why."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Takes back one effect of the test."""

    what: str
    act: Callable[[], str]
    """Returns what was done, in words; empty if there was nothing to do."""


@dataclass(slots=True, kw_only=True)
class Run:
    """A test under way: the only thing about it that changes."""

    target: Target
    cam: Cam
    cos: Cos
    gme: Gme
    local: LocalCloud | None
    """None on Tencent Cloud."""
    stranger: Callable[[], Cloud | None]
    """Gives the same cloud with the key of another account, if there is one."""
    clock: Clock
    deadline: float
    """Of the check that is being made, by the clock."""
    undo: list[Undo] = field(default_factory=list)
    """The last one is taken back first."""
    task_id: str = ""
    began: float = 0.0
    """When the recording was started, by the clock."""
    stopped: bool = False
    files: tuple[RecordFile, ...] = ()
    """As GME told them last."""
    keys: tuple[str, ...] = ()
    """Of the task's files in the bucket."""


@dataclass(frozen=True, slots=True)
class Check:
    """One proof. To add one: a function, and a line in `table.CHECKS`."""

    id: str
    prove: Callable[[Run], str]
    """Returns what it found; raises Failed, Skipped, or lets an ApiError through."""
    needs: str = ""
    """Skipped unless the check of that id passed."""
    full: bool = True
    """Whether it is left out of a probe."""
    timeout: float = 15.0
    """Seconds; the whole test's deadline applies besides."""
