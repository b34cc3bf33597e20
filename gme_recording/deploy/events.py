"""The engine's events → steps, diagnostics and outputs, told to a watcher as they come."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from gme_recording.api.provider_errors import plainly
from gme_recording.deploy.properties import changes, render
from gme_recording.deploy.step import Change, Outcome, Step
from gme_recording.deploy.watch import Watcher

if TYPE_CHECKING:
    from pulumi.automation import EngineEvent, StepEventMetadata
    from pulumi.automation.events import PolicyEvent

STACK_TYPE = "pulumi:pulumi:Stack"
PROVIDERS = "pulumi:providers:"
"""Begins the type token of every provider."""
_DELETIONS = frozenset({"delete", "delete-replaced"})
_NOISE = re.compile(r"^(update failed|preview failed|destroy failed|refresh failed|update canceled)?$")
_COLOUR = re.compile(r"<\{%[^%]*%\}>|\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """An error or a warning of the engine, a provider, a hook or the program."""

    severity: str
    text: str
    urn: str = ""
    hint: str = ""


@dataclass(slots=True)
class Recorder:
    """Folds the events of one run of the engine; give it to the Automation API as `on_event`."""

    watcher: Watcher
    live: bool = True
    """Whether the watcher is told each step when it ends."""
    clock: Callable[[], float] = time.monotonic
    steps: list[Step] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    outputs: dict[str, object] = field(default_factory=dict)
    accused: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """URNs at which the engine failed, with the inputs that were wanted as far as it says."""
    undeleted: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    """URNs and inputs of what could not be deleted; what replaces it may have the same URN."""
    _unchanged: set[str] = field(default_factory=set)
    _begun: dict[str, tuple[str, float]] = field(default_factory=dict)

    def __call__(self, event: EngineEvent) -> None:
        if event.diagnostic_event:
            said = event.diagnostic_event
            self._diagnose(said.severity, said.message, said.urn or "")
        elif event.policy_event:
            self._violated(event.policy_event)
        elif event.resource_pre_event:
            metadata = event.resource_pre_event.metadata
            self._begun[metadata.urn] = (metadata.op.value, self.clock())
        elif event.res_outputs_event:
            self._ended(event.res_outputs_event.metadata, failed=False)
        elif event.res_op_failed_event:
            metadata = event.res_op_failed_event.metadata
            self.accused[metadata.urn] = (metadata.new and metadata.new.inputs) or {}
            if metadata.op.value in _DELETIONS and metadata.old:
                self.undeleted.append((metadata.urn, metadata.old.inputs or {}))
            self._ended(metadata, failed=True)

    @property
    def unchanged(self) -> frozenset[str]:
        """URNs of the resources that nothing was done to."""
        return frozenset(self._unchanged - {step.urn for step in self.steps})

    @property
    def errors(self) -> list[Diagnostic]:
        return [said for said in self.diagnostics if said.severity == "error"]

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(said.text for said in self.diagnostics if said.severity == "warning")

    def go_on(self) -> None:
        """Forget what failed, as the verb runs once more; what was done stays done."""
        self.steps = [step for step in self.steps if not step.failed]
        self.diagnostics = [said for said in self.diagnostics if said.severity != "error"]
        self.accused.clear()
        self.undeleted.clear()

    def outcome(self, verb: str, stack: str, seconds: float) -> Outcome:
        """Sum up a run that went well."""
        return Outcome(
            verb, stack, tuple(self.steps), len(self.unchanged), self.outputs, self.warnings, seconds
        )

    def _diagnose(self, severity: str, message: str, urn: str) -> None:
        """Keep errors and warnings; what the program printed while it was interrupted is noise."""
        text = _COLOUR.sub("", message).strip()
        if severity not in {"error", "warning"} or _NOISE.match(text):
            return
        if severity == "error" and urn:
            self.accused.setdefault(urn, {})
        said = plainly(text)
        self.diagnostics.append(Diagnostic(severity, said.text, urn, said.hint))

    def _violated(self, rule: PolicyEvent) -> None:
        """Keep what a policy pack has found; the resource itself is not to blame, so it is not accused."""
        severity = "error" if rule.enforcement_level == "mandatory" else "warning"
        text = " ".join(_COLOUR.sub("", rule.message).split())
        self.diagnostics.append(Diagnostic(severity, f"{rule.policy_name}: {text}", rule.resource_urn or ""))

    def _ended(self, metadata: StepEventMetadata, *, failed: bool) -> None:
        if metadata.type == STACK_TYPE and metadata.new and metadata.new.outputs and not failed:
            self.outputs = {name: _output(value) for name, value in metadata.new.outputs.items()}
        if metadata.type == STACK_TYPE or metadata.type.startswith(PROVIDERS):
            return
        begun = self._begun.pop(metadata.urn, None)
        if begun is None:  # the outputs of a component, told already
            return
        op, began = begun
        step = _step(metadata, drift=op == "refresh")
        if step.op in {"same", "read"} and not failed:
            self._unchanged.add(metadata.urn)
            return
        step = replace(step, seconds=self.clock() - began, failed=failed)
        self.steps.append(step)
        if self.live:
            self.watcher.step(step)


def short_type(token: str) -> str:
    """`tencentcloud:Cos/bucket:Bucket` → `Bucket`."""
    return token.rsplit(":", 1)[-1]


def name_of(urn: str) -> str:
    """Return the resource's name, the last part of its URN."""
    return urn.rsplit("::", 1)[-1]


def _step(metadata: StepEventMetadata, *, drift: bool) -> Step:
    op = metadata.op.value
    if op == "refresh":  # what a preview of a refresh calls every step
        op = "delete" if metadata.new is None else "update" if metadata.diffs else "same"
    if op in _DELETIONS and metadata.old and metadata.old.retain_on_delete:
        op = "discard"
    return Step(
        op=op,
        type=short_type(metadata.type),
        name=name_of(metadata.urn),
        changes=_changes(metadata, drift=drift) if op in {"update", "replace", "create-replacement"} else (),
        drift=drift,
        urn=metadata.urn,
    )


def _changes(metadata: StepEventMetadata, *, drift: bool) -> tuple[Change, ...]:
    if not metadata.old or not metadata.new:
        return ()
    paths = tuple(metadata.detailed_diff or metadata.diffs or ())
    if drift:
        return changes(metadata.old.outputs or {}, metadata.new.outputs or {}, paths)
    old: Mapping[str, Any] = (
        {**(metadata.old.outputs or {}), **(metadata.old.inputs or {})}
        if paths
        else (metadata.old.inputs or {})
    )
    return changes(old, metadata.new.inputs or {}, paths)


def _output(value: object) -> object:
    """Stack outputs are shown and printed as JSON: mask secrets, keep everything else."""
    rendered = render(value)
    return rendered if rendered in {"[secret]", "[known after up]"} else value
