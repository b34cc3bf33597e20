"""The record of an erasure: who, when, what, by which plan, and what became of every key."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from gme_recording.errors import ExitCode, UserError
from gme_recording.recordings.erase import Done
from gme_recording.recordings.erase_plan import ErasePlan, Item

ERASED, PENDING = "erased", "pending"


@dataclass(slots=True)
class Record:
    """What has happened so far. It is on disk before the first deletion and after every batch."""

    plan: ErasePlan
    by: str
    file: Path
    now: Callable[[], datetime]
    _began: str = ""
    _outcomes: dict[Item, str] = field(default_factory=dict)

    def carry_out(self, batches: Iterable[Sequence[Done]]) -> None:
        """Write the record, let the batches happen, and note each one."""
        self._began = self._time()
        self._outcomes = dict.fromkeys(self.plan.erase, PENDING)
        self._write(ended="")
        for batch in batches:
            self._outcomes |= {done.item: done.code or ERASED for done in batch}
            self._write(ended="")
        self._write(ended=self._time())

    @property
    def failed(self) -> dict[Item, str]:
        """What is not gone, with COS's code."""
        return {item: outcome for item, outcome in self._outcomes.items() if outcome != ERASED}

    def data(self, ended: str) -> dict[str, Any]:
        """Return the record as JSON data."""
        outcomes = [
            {
                "region": item.region,
                "bucket": item.bucket,
                "key": item.key,
                "versionId": item.version_id,
                "kind": item.kind,
                "outcome": outcome,
            }
            for item, outcome in self._outcomes.items()
        ]
        return {
            "erasure": 1,
            "signedOffBy": self.by,
            "began": self._began,
            "ended": ended,
            "stack": self.plan.stack,
            "bizId": self.plan.biz_id,
            "userId": self.plan.user_id,
            "planSha256": self.plan.digest,
            "planMade": self.plan.made,
            "outcomes": outcomes,
            "left": {"mixed": len(self.plan.mixed), "unclear": len(self.plan.unclear)},
        }

    def _time(self) -> str:
        return self.now().isoformat(timespec="seconds")

    def _write(self, ended: str) -> None:
        write(self.file, self.data(ended))


def erased_keys(file: Path) -> frozenset[str]:
    """Return the keys that a record says are erased; raises UserError for what is no record."""
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        return frozenset(str(one["key"]) for one in record["outcomes"] if one["outcome"] == ERASED)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{file} is no record of an erasure ({type(error).__name__})",
            hint="name a file <plan>.record.json that `recordings erase` has written",
            exit_code=ExitCode.INPUT,
        ) from None


def write(file: Path, data: object) -> None:
    """Write JSON, all or nothing, readable by its owner alone; raises UserError if that cannot be."""
    part = file.with_name(f"{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump(data, out, ensure_ascii=False, indent=2)
            out.write("\n")
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}", exit_code=ExitCode.INPUT) from None
