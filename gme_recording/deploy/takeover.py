"""Takes what is in the cloud into the state of a stack, and changes nothing there.

Two runs of the engine: a preview of the program, which tells what the stack is made of and what of it is
found; then a program that declares these resources alone, each to be imported with whatever it is like
(`ignore_changes`). What differs from the stack file is then for a preview to show.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi

from gme_recording.deploy.lookup import TYPES, Find
from gme_recording.deploy.recover import Identity

if TYPE_CHECKING:
    from pulumi.automation import Stack

    from gme_recording.deploy.events import Recorder
    from gme_recording.deploy.program import Program


@dataclass(slots=True)
class Takeover:
    """One run; the engine's two programs meet in it."""

    find: Find
    declared: dict[Identity, Mapping[str, Any]] = field(default_factory=dict)
    """What the program says of each resource and component."""
    found: dict[Identity, str] = field(default_factory=dict)
    """Ids of those that are in the cloud."""
    plan: tuple[Mapping[str, Any], ...] = ()
    """Resources and components as Pulumi's import file lists them, parents first."""

    def run(self, stack: Stack, program: Program, recorder: Recorder) -> None:
        """Preview the program, then import what is there."""
        program.before = lambda: pulumi.runtime.register_resource_transform(self._note)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "import.json"
            stack.preview(import_file=str(file), suppress_progress=True)
            self.plan = tuple(json.loads(file.read_text(encoding="utf-8"))["resources"])
        stack.workspace.program = self._program
        stack.up(on_event=recorder, suppress_progress=True)

    def _note(self, args: pulumi.ResourceTransformArgs) -> None:
        this = (args.type_, args.name)
        self.declared[this] = dict(args.props)
        if args.type_ in TYPES and (found := self.find(args.type_, args.props)):
            self.found[this] = found

    def _program(self) -> None:
        made: dict[str, pulumi.Resource] = {}
        for item in self.plan:
            token, name = str(item["type"]), str(item["name"])
            options = pulumi.ResourceOptions(parent=made.get(item.get("parent", "")))
            if item.get("component"):
                made[name] = pulumi.ComponentResource(token, name, self.declared[token, name], options)
            elif found := self.found.get((token, name)):
                options.import_ = found
                options.ignore_changes = ["*"]
                options.version = item.get("version")
                options.plugin_download_url = item.get("pluginDownloadUrl")
                pulumi.CustomResource(token, name, {**self.declared[token, name]}, options)
