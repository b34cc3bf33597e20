"""Takes what is in the cloud into the state of a stack, and changes nothing there.

Two runs of the engine: a preview of the program, which tells what the stack is made of and what of it is
found; then a program that declares these resources alone, each to be imported with whatever it is like
(`ignore_changes`). What differs from the stack file is then for a preview to show. Console settings of
Tencent Cloud cannot be read, so they are not imported but noted, if somebody has confirmed them.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi

from gme_recording.api import CloudKind
from gme_recording.deploy.events import PROVIDERS
from gme_recording.deploy.lookup import POLICY, SETTINGS, TYPES, USER_POLICY, Find
from gme_recording.deploy.recover import Identity

if TYPE_CHECKING:
    from pulumi.automation import Stack

    from gme_recording.deploy.events import Recorder
    from gme_recording.deploy.program import Program


@dataclass(frozen=True, slots=True)
class Declared:
    """What the program says of a resource or component."""

    props: Mapping[str, Any]
    protect: bool | None
    retain: bool | None


@dataclass(slots=True)
class Takeover:
    """One run; the engine's two programs meet in it."""

    find: Find
    declared: dict[Identity, Declared] = field(default_factory=dict)
    found: dict[Identity, str] = field(default_factory=dict)
    """Ids of those that are in the cloud."""
    plan: tuple[Mapping[str, Any], ...] = ()
    """Resources and components as Pulumi's import file lists them, parents first."""
    providers: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Type and parent's name of each provider that the program makes itself: those of other regions."""

    def run(self, stack: Stack, program: Program, recorder: Recorder) -> None:
        """Preview the program, then import what is there."""
        program.before = lambda: pulumi.runtime.register_resource_transform(self._note)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "import.json"
            stack.preview(import_file=str(file), suppress_progress=True)
            listed = json.loads(file.read_text(encoding="utf-8"))
        self.plan, self.providers = tuple(listed["resources"]), providers(listed)
        stack.workspace.program = self._program
        stack.up(on_event=recorder, suppress_progress=True)

    def _note(self, args: pulumi.ResourceTransformArgs) -> None:
        this, props = (args.type_, args.name), dict(args.props)
        if args.type_ == USER_POLICY:  # the id of a policy that is to be imported is not known in a preview
            props["policyId"] = self.found.get((POLICY, args.name.removesuffix(f"-{props['userName']}")))
        self.declared[this] = Declared(props, args.opts.protect, args.opts.retain_on_delete)
        unconfirmed = _is_word(args.type_, props) and not props.get("confirmed")
        if args.type_ in TYPES and not unconfirmed and (found := self.find(args.type_, props)):
            self.found[this] = found

    def _program(self) -> None:
        made: dict[str, pulumi.Resource] = {}
        regional: dict[str, pulumi.ProviderResource] = {}
        for item in self.plan:
            token, name = str(item["type"]), str(item["name"])
            options = pulumi.ResourceOptions(parent=made.get(item.get("parent", "")))
            if item.get("component"):
                props = self.declared[token, name].props
                made[name] = pulumi.ComponentResource(token, name, {**props}, options)
            elif found := self.found.get((token, name)):
                declared = self.declared[token, name]
                options.version = item.get("version")
                options.plugin_download_url = item.get("pluginDownloadUrl")
                if provider := item.get("provider"):
                    if provider not in regional:
                        regional[provider] = self._provider(provider, options, made)
                    options.provider = regional[provider]
                if not _is_word(token, declared.props):
                    options.import_, options.ignore_changes = found, ["*"]
                options.protect, options.retain_on_delete = declared.protect, declared.retain
                pulumi.CustomResource(token, name, {**declared.props}, options)

    def _provider(
        self, name: str, user: pulumi.ResourceOptions, made: Mapping[str, pulumi.Resource]
    ) -> pulumi.ProviderResource:
        """Make a provider where the program makes it."""
        token, owner = self.providers[name]
        options = pulumi.ResourceOptions(
            parent=made[owner], version=user.version, plugin_download_url=user.plugin_download_url
        )
        return pulumi.ProviderResource(
            token.rpartition(":")[2], name, {**self.declared[token, name].props}, options
        )


def providers(listed: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return type and parent's name of each provider in an import file, by its name.

    CLI 3.259 lists providers with the resources; 3.254 has their URNs in a table of names, which tell the
    type of the parent.
    """
    resources = listed["resources"]
    found = {
        str(item["name"]): (str(item["type"]), str(item["parent"]))
        for item in resources
        if item["type"].startswith(PROVIDERS)
    }
    for name, urn in (listed.get("nameTable") or {}).items():
        types = urn.split("::")[-2].split("$")
        if types[-1].startswith(PROVIDERS):
            parent = next(str(item["name"]) for item in resources if item["type"] == types[-2])
            found[name] = types[-1], parent
    return found


def _is_word(token: str, props: Mapping[str, Any]) -> bool:
    """Whether this is somebody's word of what the GME console shows: nothing to read, only to be noted."""
    return token == SETTINGS and props["cloud"] == CloudKind.TENCENT
