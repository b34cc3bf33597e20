"""The workflows as data: jobs, steps, and the shell blocks with their variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
ACTION = ROOT / ".github" / "actions" / "prepare" / "action.yml"
WORKFLOWS = tuple(sorted(FOLDER.glob("*.yml")))


@dataclass(frozen=True)
class Step:
    """One step, and where it stands."""

    where: str
    data: Mapping[str, Any]

    @property
    def uses(self) -> str:
        return str(self.data.get("uses", ""))

    @property
    def run(self) -> str:
        return str(self.data.get("run", ""))


def read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content


def jobs(file: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = read(file)["jobs"]
    return found


def steps() -> Iterator[Step]:
    """Every step of every workflow, and of the local action."""
    for file in WORKFLOWS:
        for name, job in jobs(file).items():
            yield from (Step(f"{file.stem}/{name}", step) for step in job["steps"])
    yield from (Step("prepare", step) for step in read(ACTION)["runs"]["steps"])


def run_of(workflow: str, job: str, step: str) -> str:
    """The shell block of a step, by its name."""
    (found,) = (each["run"] for each in jobs(FOLDER / workflow)[job]["steps"] if each.get("name") == step)
    return str(found)
