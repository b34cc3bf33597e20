"""What erasing a user would do, as a value: printed, written to a file, read again, signed for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from gme_recording.errors import ExitCode, UserError

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One object, or one version of it, or one delete marker."""

    region: str
    bucket: str
    key: str
    version_id: str = ""
    """Empty where the bucket never had versioning."""
    kind: str
    """`recording`, `mixed`, `other`, or `delete marker`."""
    size: int = 0
    modified: str
    """UTC, ISO 8601."""
    storage_class: str = "STANDARD"
    gone: str = ""
    """When lifecycle would have deleted it for good, UTC; empty for never."""
    why: str = ""
    """For what is not erased: why it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasePlan:
    """What is erased, what is not and why; nothing else is touched when it is carried out."""

    stack: str
    biz_id: int
    user_id: str
    made: str
    """By the cloud's clock; UTC."""
    buckets: tuple[str, ...]
    """Looked through, replicas included: `<region>/<bucket>`."""
    erase: tuple[Item, ...]
    mixed: tuple[Item, ...]
    """Mixed streams that hold the user's voice, or may, and cannot be cut."""
    unclear: tuple[Item, ...]
    """Single streams that may be the user's or another's, and what is beside recordings and is none."""
    out_of_reach: tuple[str, ...]
    """What this plan cannot see or erase, one sentence each."""

    @property
    def complete(self) -> bool:
        """Whether nothing is left that a person must decide about."""
        return not (self.mixed or self.unclear)

    def data(self) -> dict[str, Any]:
        """Return the plan as JSON data."""
        return {"erasePlan": FORMAT, **asdict(self)}

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON."""
        text = json.dumps(self.data(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def parse(data: Mapping[str, Any]) -> ErasePlan:
    """Read what `ErasePlan.data` made; raises ValueError, KeyError or TypeError for anything else."""
    if data["erasePlan"] != FORMAT:
        raise ValueError(f"format {data['erasePlan']} is not {FORMAT}")
    if not data["user_id"].strip():
        raise ValueError("it names no user")
    values = {name: value for name, value in data.items() if name != "erasePlan"}
    for name in ("erase", "mixed", "unclear"):
        values[name] = tuple(Item(**item) for item in values[name])
    plan = ErasePlan(
        **{**values, "buckets": tuple(values["buckets"]), "out_of_reach": tuple(values["out_of_reach"])}
    )
    for item in plan.erase:
        datetime.fromisoformat(item.modified)
        if not item.key.startswith(f"{plan.biz_id}_"):
            raise ValueError(f"{item.key} is not of application {plan.biz_id}")
    return plan


def read(file: Path) -> ErasePlan:
    """Read a plan from its file; raises UserError for what is none."""
    try:
        return parse(json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        problem = "is not there"
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        problem = f"is no plan ({type(error).__name__}: {error})"
    raise UserError(
        f"{file} {problem}",
        hint=f"make one: gme-recording recordings erase --user <id> --plan {file}",
        exit_code=ExitCode.INPUT,
    )
