"""Recovery on a real stack: what is done before a run, and what is found out after one that failed."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.config.model import Stack
from gme_recording.deploy import grant, recover
from gme_recording.deploy.attach import own_state
from gme_recording.deploy.events import name_of, short_type
from gme_recording.deploy.lookup import LINKED_ROLE, TYPES, finder_of
from gme_recording.deploy.step import Step
from gme_recording.deploy.watch import Watcher
from gme_recording.errors import UserError


class NeedsRepair(UserError):
    """State and cloud contradict each other, and a run failed of it. To change the state is for a person."""

    def __init__(
        self, told: UserError, reasons: tuple[str, ...], stack: str, gone: tuple[str, ...] = ()
    ) -> None:
        self.reasons = reasons
        self.gone = gone
        """URNs of what the state has and the cloud has not, of those at which the run failed."""
        super().__init__(
            _listed(told, reasons),
            hint=f"gme-recording up --stack {stack} --repair (or destroy --repair); the state is kept before",
            exit_code=told.exit_code,
        )

    @property
    def only_gone(self) -> bool:
        """Whether nothing else stands in the way: nothing is there that the state has not."""
        return len(self.gone) == len(self.reasons)


@dataclass(frozen=True, slots=True)
class Mender:
    """Puts right what earlier runs, or hands from outside, have left of one stack."""

    stack: Stack
    root: Path
    watcher: Watcher
    cli: Callable[..., str]
    """Calls the engine's command line on the stack and returns what it printed."""

    def before(self, *, killed: bool, drop: bool, adopt: bool) -> Callable[[], None]:
        """Mend the state after a killed run, or because somebody agreed to it.

        `drop` agrees to forget what is gone from the cloud, `adopt` to take over what is there. Returns what
        the program is to do first: register the transform that imports what is there already.
        """
        state = own_state(self.stack, self.root)
        whole = killed or drop
        if not whole and state is not None and not self.deployment().get("pending_operations"):
            return _nothing
        exported = json.loads(self.cli("stack", "export"))
        deployment = exported.get("deployment") or {}
        if not whole and not deployment.get("pending_operations"):
            return _nothing
        find = finder_of(self.stack, self.root, deployment)
        plan = recover.plan(deployment, find, killed=whole)
        if plan.state is not None:
            kept = recover.keep_copy(self.root, self.stack.name, exported)
            self._import({**exported, "deployment": plan.state})
            self.watcher.say(f"state: {plan} (before: {kept.relative_to(self.root)})")
        resources = (plan.state or deployment).get("resources") or ()
        known = frozenset(recover.identity(item["urn"]) for item in resources)
        wanted = None if killed or adopt else frozenset(recover.identity(urn) for urn in plan.pending)
        return recover.adopting(find, self.watcher, known=known, only=wanted)

    def gone(self) -> tuple[str, ...]:
        """URNs of what the state has and the cloud has not."""
        deployment = self.deployment()
        every = [item["urn"] for item in deployment.get("resources") or ()]
        return recover.gone(deployment, every, finder_of(self.stack, self.root, deployment))

    def doubts(self) -> bool:
        """Whether the last run failed at a resource, so that the cloud is to be read before the state counts.

        The official provider records a denied update as done, and a bucket that was made half with nothing
        but its id (tests/golden/provider/cos.Bucket: update_lost_lifecycle_days, create_partial_*).
        """
        failed = recover.failed(self.deployment())
        if failed:
            names = ", ".join(_shown(urn) for urn in failed)
            self.watcher.say(f"state: the last run failed at {names}: the cloud is read first")
        return bool(failed)

    def after(self, told: UserError, accused: Mapping[str, Mapping[str, Any]]) -> UserError:
        """Return the error to raise for a run that failed at these resources: NeedsRepair, or as it was."""
        gone: tuple[str, ...] = ()
        unknown: tuple[str, ...] = ()
        with suppress(UserError):  # a cloud that does not answer explains nothing
            gone, unknown = self._contradictions(accused)
        reasons = (
            *(f"{_shown(urn)} is gone from the cloud, but the state has it" for urn in gone),
            *(
                f"{_shown(urn)} is in the cloud already, but the state has it not{_maybe(urn)}"
                for urn in unknown
            ),
        )
        if any(map(_is_grant, unknown)) and (other := grant.maker(self.stack, self.root)):
            file = f"stacks/Pulumi.{self.stack.name}.yaml"
            hint = f"access.grant: existing in {file}, as stack {other} makes the account's role"
            return UserError(_listed(told, reasons), hint=hint, exit_code=told.exit_code)
        return NeedsRepair(told, reasons, self.stack.name, gone) if reasons else told

    def _contradictions(
        self, accused: Mapping[str, Mapping[str, Any]]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """URNs that the state has and the cloud has not, and those that only the cloud has."""
        if not any(recover.identity(urn)[0] in TYPES for urn in accused):
            return (), ()
        deployment = self.deployment()
        find = finder_of(self.stack, self.root, deployment)
        return recover.gone(deployment, accused, find), recover.unknown(deployment, accused, find)

    def deployment(self) -> recover.State:
        """Return what the state has; of a file backend of ours it is read, any other is exported."""
        if (state := own_state(self.stack, self.root)) is not None:
            return recover.recorded(state, self.stack.name)
        exported = json.loads(self.cli("stack", "export"))
        deployment: recover.State = exported.get("deployment") or {}
        return deployment

    def _import(self, exported: recover.State) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".json", dir=self.root / ".local") as file:
            json.dump(exported, file)
            file.flush()
            self.cli("stack", "import", "--file", file.name)


def missing(urn: str) -> Step:
    """Return the drift of a resource that the state has and the cloud has not."""
    return Step("delete", short_type(recover.identity(urn)[0]), name_of(urn), drift=True, urn=urn)


def _listed(told: UserError, reasons: tuple[str, ...]) -> str:
    return "\n".join([told.message, *(f"  {reason}" for reason in reasons)])


def _is_grant(urn: str) -> bool:
    return recover.identity(urn)[0] == LINKED_ROLE


def _maybe(urn: str) -> str:
    return "; if a stack of another project has it, access.grant: existing" if _is_grant(urn) else ""


def _shown(urn: str) -> str:
    return f"{short_type(recover.identity(urn)[0])} {name_of(urn)}"


def _nothing() -> None:
    """Nothing is there to be imported."""
