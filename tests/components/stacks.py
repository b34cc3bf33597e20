"""Stacks for tests: as values, as the configuration that the engine hands over, and as project folders."""

from __future__ import annotations

import copy
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from components.config import files
from components.config.model import Access, App, Grant, Place, Retention, Smoke, Stack, Storage
from gme_recording.api import CloudKind
from gme_recording.smoke import Mode

ROOT = Path(__file__).parents[2]

CONFIG: dict[str, Any] = {
    "tencentcloud:region": "ap-singapore",
    "gme-recording:cloud": "tencent",
    "gme-recording:appid": "1250000000",
    "gme-recording:region": "ap-singapore",
    "gme-recording:storage": {"name": "voice", "retention": {"keep": "30 days"}},
    "gme-recording:apps": [{"name": "arena", "bizId": 1400000001}],
}
"""The least that a stack must say."""

REMOVED = object()


def a_config(**changes: Any) -> dict[str, Any]:
    """`CONFIG` with changes: the keyword `storage__retention__keep` stands for `storage.retention.keep`."""
    config = copy.deepcopy(CONFIG)
    for path, value in changes.items():
        first, *rest = path.split("__")
        at: Any = config
        keys: list[Any] = [f"gme-recording:{first}", *(int(key) if key.isdigit() else key for key in rest)]
        for key in keys[:-1]:
            at = at.setdefault(key, {}) if isinstance(at, dict) else at[key]
        if value is REMOVED:
            del at[keys[-1]]
        else:
            at[keys[-1]] = value
    return config


def a_project(folder: Path, config: dict[str, Any] | str, stack: str = "test") -> Path:
    """A project folder with the real Pulumi.yaml and one stack file; a text is written as it is."""
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    (folder / "stacks").mkdir(exist_ok=True)
    text = config if isinstance(config, str) else yaml.safe_dump({"config": config}, sort_keys=False)
    (folder / "stacks" / f"Pulumi.{stack}.yaml").write_text(text, encoding="utf-8")
    return folder


def handed_over(stack: str) -> dict[str, str]:
    """A committed stack's configuration as the engine hands it to the program."""
    path = files.stack_file(stack, ROOT)
    return as_engine({**files.project_defaults(ROOT), **files.read_mapping(path, path.name)["config"]})


def as_engine(config: dict[str, Any]) -> dict[str, str]:
    """Scalars as text, structures as JSON text."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}


def a_stack(*, apps: int = 1, smoke: Mode = Mode.FULL, **parts: Any) -> Stack:
    """A valid stack of some applications, with parts replaced."""
    stack = Stack(
        name="test",
        cloud=CloudKind.LOCAL,
        appid="1250000000",
        region="ap-guangzhou",
        storage=Storage(name="voice", retention=Retention(keep_days=30)),
        access=Access(grant=Grant.CREATE),
        apps=tuple(App(name=f"app{at}", biz_id=1400000001 + at) for at in range(apps)),
        smoke=Smoke(mode=smoke),
        tags={"environment": "test"},
    )
    return replace(stack, **parts)


def a_place(stack: Stack) -> Place:
    """The only bucket of a stack."""
    (place,) = stack.places
    return place
