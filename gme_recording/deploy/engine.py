"""The verbs of the official engine on one stack, through Pulumi's Automation API."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pulumi import automation as auto
from pulumi.automation._stack import StackInitMode

from components.config.model import Stack
from gme_recording.api import Cloud, CloudKind
from gme_recording.deploy import recover
from gme_recording.deploy.attach import environment, providers, state_folder
from gme_recording.deploy.command import Command, EngineFailed
from gme_recording.deploy.events import Diagnostic, Recorder
from gme_recording.deploy.locks import running
from gme_recording.deploy.outcome import Ended, failure, is_hook_failure, left_behind
from gme_recording.deploy.program import Program
from gme_recording.deploy.step import Outcome
from gme_recording.deploy.toolchain.engine import Engine
from gme_recording.deploy.watch import Watcher

Call = Callable[["PlainStack", Recorder], object]


class PlainStack(auto.Stack):
    """A stack whose verbs are one call of the CLI: what is asked afterwards, events have told already."""

    def outputs(self) -> auto.OutputMap:
        return {}

    def info(self, show_secrets: bool = True) -> auto.UpdateSummary:  # noqa: ARG002
        return auto.UpdateSummary("", datetime.now(UTC), "", {}, {}, "succeeded")


class NamedWorkspace(auto.LocalWorkspace):
    """A project whose stack is named in every call, so that none has to be selected."""

    def select_stack(self, stack_name: str) -> None:
        """Leave the operator's selection alone."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """One stack of the project and the engine to run it with. Every verb raises UserError."""

    engine: Engine
    stack: Stack
    root: Path
    watcher: Watcher

    def up(self, *, refresh: bool = False) -> Outcome:
        """Create, update and delete until the cloud is as declared; with `refresh` drift is undone too."""
        return self._run(
            "up", lambda stack, on: stack.up(on_event=on, refresh=refresh, suppress_progress=True)
        )

    def preview(self, *, refresh: bool = False) -> Outcome:
        """Say what `up` would do; with `refresh` also what has drifted. Changes nothing."""
        return self._run(
            "preview", lambda stack, on: stack.preview(on_event=on, refresh=refresh, suppress_progress=True)
        )

    def refresh(self) -> Outcome:
        """Take what the cloud is like into the state."""
        return self._run("refresh", lambda stack, on: stack.refresh(on_event=on, suppress_progress=True))

    def destroy(self) -> Outcome:
        """Delete every resource of the stack; if one is protected, none is touched."""

        def call(stack: PlainStack, on: Recorder) -> object:
            looking = Recorder(self.watcher, live=False, diagnostics=on.diagnostics)
            stack.preview_destroy(on_event=looking, suppress_progress=True)
            return stack.destroy(on_event=on, suppress_progress=True)

        return self._run("destroy", call)

    def outputs(self, *, show_secrets: bool = False) -> dict[str, object]:
        """Return the stack's outputs as they were recorded by the last `up`; nothing is called."""
        said = self._cli("stack", "output", "--json", *(["--show-secrets"] if show_secrets else ()))
        outputs: dict[str, object] = json.loads(said) if said.strip() else {}
        return outputs

    @property
    def deployed(self) -> bool:
        """Whether the stack exists where state is kept; of a remote backend this is believed."""
        return self.stack.cloud is CloudKind.TENCENT or any(
            (state_folder(self.root) / ".pulumi" / "stacks").glob(f"*/{self.stack.name}.json*")
        )

    def _run(self, verb: str, call: Call) -> Outcome:
        began = time.monotonic()
        recorder = Recorder(self.watcher, live=verb != "preview")
        program = Program(self.root)
        changing = verb != "preview" and self.stack.cloud is CloudKind.LOCAL
        noted = running(self.root, self.stack.name, verb, self.watcher) if changing else nullcontext("")
        with noted as killed, providers(self.stack) as attached:
            workspace = self._workspace(program, attached)
            try:
                stack = self._selected(workspace)
                if verb != "preview":
                    self._recover(program, killed=bool(killed))
                unfinished = (
                    self._finish(stack) if verb == "destroy" and killed not in {"", "destroy"} else []
                )
                call(stack, recorder)
            except EngineFailed as error:
                if program.refused:
                    raise program.refused[0] from None
                raise failure(_ended(self.stack.name, error, recorder.errors)) from None
            if unfinished:
                raise left_behind(self.stack.name, unfinished)
        return recorder.outcome(verb, self.stack.name, time.monotonic() - began)

    def _workspace(self, program: Program, attached: Mapping[str, str]) -> NamedWorkspace:
        return NamedWorkspace(
            work_dir=str(self.root),
            program=program,
            env_vars={**environment(self.stack, self.root), **attached},
            pulumi_command=Command(self.engine, self._interrupting),
        )

    def _interrupting(self) -> None:
        self.watcher.say("stopping: what has begun is finished first (Ctrl-C again: stop at once)")

    def _selected(self, workspace: NamedWorkspace) -> PlainStack:
        """Create the local stack when needed; stacks of Tencent Cloud are for their operator to create."""
        if not self.deployed:
            state_folder(self.root).mkdir(parents=True, exist_ok=True)
            workspace.create_stack(self.stack.name)
        return PlainStack(self.stack.name, workspace, StackInitMode.SELECT)

    def _cli(self, *arguments: str) -> str:
        """Call the CLI for something that is not a deployment."""
        try:
            return (
                Command(self.engine, self._interrupting)
                .run(
                    [*arguments, "--stack", self.stack.name],
                    str(self.root),
                    environment(self.stack, self.root),
                )
                .stdout
            )
        except EngineFailed as error:
            raise failure(_ended(self.stack.name, error, ())) from None

    def _recover(self, program: Program, *, killed: bool) -> None:
        """Put right what a killed run left behind: in the state now, in the program by imports."""
        local = self.stack.cloud is CloudKind.LOCAL
        if killed:
            recover.drop_torn_sidecars(state_folder(self.root))
        if local and not killed and not recover.unfinished(state_folder(self.root), self.stack.name):
            return
        exported = json.loads(self._cli("stack", "export"))
        deployment = exported.get("deployment") or {}
        if not killed and not deployment.get("pending_operations"):
            return
        find = recover.finder(Cloud.connect(self.stack.cloud, self.stack.region, self.root))
        repair = recover.plan(deployment, find, killed=killed)
        if repair.state is not None:
            kept = recover.keep_copy(self.root, self.stack.name, exported)
            self._import({**exported, "deployment": repair.state})
            self.watcher.say(f"state: {repair} (before: {kept.relative_to(self.root)})")
        known = frozenset(
            recover.identity(item["urn"]) for item in (repair.state or deployment).get("resources", ())
        )
        wanted = None if killed else frozenset(recover.identity(urn) for urn in repair.pending)
        program.before = recover.adopting(find, self.watcher, known=known, only=wanted)

    def _finish(self, stack: PlainStack) -> list[Diagnostic]:
        """Let the engine know what a killed run has made, so that a destroy leaves nothing behind.

        Returns what stood in the way. A failed smoke test does not: it comes after everything else.
        """
        self.watcher.say("state: the last run was killed, it is finished before the stack is destroyed")
        recorder = Recorder(self.watcher, live=False)
        with suppress(EngineFailed):
            stack.up(on_event=recorder, suppress_progress=True)
        return [error for error in recorder.errors if not is_hook_failure(error.text)]

    def _import(self, exported: recover.State) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".json", dir=self.root / ".local") as file:
            json.dump(exported, file)
            file.flush()
            self._cli("stack", "import", "--file", file.name)


def _ended(stack: str, error: EngineFailed, errors: Sequence[Diagnostic]) -> Ended:
    said = error.result.stderr.strip() or error.result.stdout
    return Ended(stack, error.result.code, said, errors, error.interrupted)
