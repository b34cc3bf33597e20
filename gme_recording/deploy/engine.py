"""The verbs of the official engine on one stack, through Pulumi's Automation API."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pulumi import automation as auto
from pulumi.automation._stack import StackInitMode

from components.config.model import Stack
from gme_recording import smoke
from gme_recording.api import Cloud
from gme_recording.deploy import emptying
from gme_recording.deploy.attach import environment, own_state, providers
from gme_recording.deploy.command import Command, EngineFailed
from gme_recording.deploy.events import Diagnostic, Recorder
from gme_recording.deploy.locks import running
from gme_recording.deploy.lookup import finder_of, regions_in
from gme_recording.deploy.mend import Mender, NeedsRepair, missing
from gme_recording.deploy.outcome import Ended, failure, is_hook_failure, left_behind
from gme_recording.deploy.program import Program
from gme_recording.deploy.recover import State, drop_torn_sidecars, stack_file
from gme_recording.deploy.step import Outcome
from gme_recording.deploy.takeover import Takeover
from gme_recording.deploy.toolchain.engine import Engine
from gme_recording.deploy.watch import Watcher
from gme_recording.errors import ExitCode, UserError

Call = Callable[["PlainStack", Recorder, bool], object]
"""A verb: the stack, who listens, and whether the cloud is to be read first."""
Digest = dict[str, object]
"""A preview as the CLI writes it in JSON."""


class PlainStack(auto.Stack):
    """A stack whose verbs are one call of the CLI: what is asked afterwards, events have told already."""

    def outputs(self) -> auto.OutputMap:
        return {}

    def info(self, show_secrets: bool = True) -> auto.UpdateSummary:  # noqa: ARG002
        return auto.UpdateSummary("", datetime.now(UTC), "", {}, {}, "succeeded")

    def _run_pulumi_cmd_sync(
        self,
        args: list[str],
        on_output: auto.OnOutput | None = None,
        on_error: auto.OnOutput | None = None,
    ) -> auto.CommandResult:
        """Let a preview as JSON tell of unchanged resources too: rules on a whole stack need them."""
        shown = [*args, "--show-sames"] if "--json" in args else args
        return super()._run_pulumi_cmd_sync(shown, on_output, on_error)


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

    def up(self, *, refresh: bool = False, repair: bool = False) -> Outcome:
        """Create, update and delete until the cloud is as declared; with `refresh` drift is undone too.

        `repair` agrees to bring state and cloud together first: what is gone is dropped from the state, what
        is there is taken over. Where that is needed and not agreed to, NeedsRepair is raised.
        """

        def call(stack: PlainStack, on: Recorder, doubtful: bool) -> object:
            return stack.up(on_event=on, refresh=refresh or doubtful, suppress_progress=True)

        return (self._reading if refresh else self._run)("up", call, repair=repair)

    def preview(self, *, refresh: bool = False) -> Outcome:
        """Say what `up` would do; with `refresh` also what has drifted. Changes nothing.

        Where the official provider fails to read what is gone, the rest is looked at without it.
        """
        gone: list[str] = []

        def call(stack: PlainStack, on: Recorder, doubtful: bool) -> object:
            return stack.preview(
                on_event=on, refresh=refresh or doubtful, exclude=gone or None, suppress_progress=True
            )

        while True:
            try:
                outcome = self._run("preview", call)
            except NeedsRepair as needed:
                if not (more := set(needed.gone) - set(gone)):
                    raise
                gone += sorted(more)
            else:
                return replace(outcome, steps=(*map(missing, gone), *outcome.steps))

    def digest(self) -> Digest:
        """Return what `pulumi preview --json --show-sames` writes: every resource with both of its states."""
        written: list[str] = []

        def call(stack: PlainStack, on: Recorder, doubtful: bool) -> object:
            result = stack.preview(on_event=on, refresh=doubtful, json=True)
            written.append(result.stdout)
            return result

        self._run("preview", call)
        digest: Digest = json.loads(written[0])
        return digest

    def refresh(self, *, repair: bool = False) -> Outcome:
        """Take what the cloud is like into the state; `repair` as with `up`."""

        def call(stack: PlainStack, on: Recorder, _: bool) -> object:
            return stack.refresh(on_event=on, suppress_progress=True)

        return self._reading("refresh", call, repair=repair)

    def destroy(self, *, repair: bool = False) -> Outcome:
        """Delete every resource of the stack; if one is protected, none is touched. `repair` as with `up`."""

        def call(stack: PlainStack, on: Recorder, doubtful: bool) -> object:
            looking = Recorder(self.watcher, live=False, diagnostics=on.diagnostics)
            stack.preview_destroy(on_event=looking, suppress_progress=True)
            return stack.destroy(on_event=on, refresh=doubtful, suppress_progress=True)

        return self._run("destroy", call, repair=repair)

    def adopt(self) -> Outcome:
        """Take what the stack declares and the cloud has into the state; nothing is changed in the cloud."""
        takeover = Takeover(finder_of(self.stack, self.root))
        if own_state(self.stack, self.root) is None:
            self._make()

        def call(stack: PlainStack, on: Recorder, _: bool) -> object:
            program = stack.workspace.program
            assert isinstance(program, Program)
            takeover.run(stack, program, on)
            return None

        return self._run("adopt", call)

    def outputs(self, *, show_secrets: bool = False) -> dict[str, object]:
        """Return the stack's outputs as they were recorded by the last `up`; nothing is called."""
        said = self._cli("stack", "output", "--json", *(["--show-secrets"] if show_secrets else ()))
        outputs: dict[str, object] = json.loads(said) if said.strip() else {}
        return outputs

    def state(self) -> State:
        """Return what the state has, as `pulumi stack export` writes it below `deployment`.

        Empty where there is none; of a backend that is not ours, UserError NO_STACK.
        """
        return self._mender().deployment()

    @property
    def deployed(self) -> bool:
        """Whether there is anything in the state: a preview makes the stack, but deploys nothing."""
        state = self.state()
        return bool(state.get("resources") or state.get("pending_operations"))

    def _reading(self, verb: str, call: Call, *, repair: bool) -> Outcome:
        """Run a verb that takes the cloud for right: the state forgets what is gone.

        So the engine does it, but where the official provider fails to read what is gone.
        """
        try:
            return self._run(verb, call, repair=repair)
        except NeedsRepair as needed:
            if repair or not needed.only_gone:
                raise
        gone = self._mender().gone()
        outcome = self._run(verb, call, drop=True)
        return replace(outcome, steps=(*map(missing, gone), *outcome.steps))

    def _run(self, verb: str, call: Call, *, repair: bool = False, drop: bool = False) -> Outcome:
        began = time.monotonic()
        recorder = Recorder(self.watcher, live=verb != "preview")
        program = Program(self.root)
        mender = self._mender()
        state = own_state(self.stack, self.root)
        changes = verb != "preview" and state is not None
        noted = running(self.root, self.stack.name, verb, self.watcher) if changes else nullcontext("")
        with noted as killed, providers(self.stack) as attached:
            workspace = self._workspace(program, attached)
            try:
                stack = self._selected(workspace)
                if verb != "preview":
                    program.before = mender.before(killed=bool(killed), drop=drop or repair, adopt=repair)
                doubtful = drop or repair or mender.doubts()
                unfinished = (
                    self._finish(stack) if verb == "destroy" and killed not in {"", "destroy"} else []
                )
                self._call(call, stack, recorder, doubtful)
            except EngineFailed as error:
                if program.refused:
                    raise program.refused[0] from None
                told = failure(_ended(self.stack.name, error, recorder.errors))
                raise (told if error.interrupts else mender.after(told, recorder.accused)) from None
            if unfinished:
                raise left_behind(self.stack.name, unfinished)
        return recorder.outcome(verb, self.stack.name, time.monotonic() - began)

    def _call(self, call: Call, stack: PlainStack, recorder: Recorder, doubtful: bool) -> None:
        """Run a verb; for every bucket that the provider could not empty, empty it and run it once more."""
        emptied: set[str] = set()
        while True:
            try:
                call(stack, recorder, doubtful)
            except EngineFailed as error:
                if error.interrupts or not recorder.undeleted:
                    raise
                state = self.state()
                full = emptying.full(recorder.undeleted, recorder.errors, state) - emptied
                if not full:
                    raise
            else:
                return
            for bucket in full:
                region = regions_in(state).get(bucket, self.stack.region)
                emptying.empty(Cloud.connect(self.stack.cloud, region, self.root), bucket, self.watcher)
            emptied |= full
            recorder.go_on()

    def _mender(self) -> Mender:
        return Mender(self.stack, self.root, self.watcher, self._cli)

    def _workspace(self, program: Program, attached: Mapping[str, str]) -> NamedWorkspace:
        return NamedWorkspace(
            work_dir=str(self.root),
            program=program,
            env_vars={**self._environment(), **attached},
            pulumi_command=Command(self.engine, self._interrupting),
        )

    def _environment(self) -> dict[str, str]:
        """Return the engine's variables, once it can load the state that they lead to."""
        if (state := own_state(self.stack, self.root)) is not None:
            drop_torn_sidecars(state)
        return environment(self.stack, self.root)

    def _interrupting(self) -> None:
        smoke.interrupt()
        self.watcher.say("stopping: what has begun is finished first (Ctrl-C again: stop at once)")

    def _selected(self, workspace: NamedWorkspace) -> PlainStack:
        """Create the local stack when needed; in a backend of one's own the operator creates stacks."""
        state = own_state(self.stack, self.root)
        if state is not None and stack_file(state, self.stack.name) is None:
            state.mkdir(parents=True, exist_ok=True)
            workspace.create_stack(self.stack.name)
        return PlainStack(self.stack.name, workspace, StackInitMode.SELECT)

    def _make(self) -> None:
        """Make the stack in a remote backend, unless an adoption that did not succeed has made it."""
        try:
            self._cli("stack", "export")
        except UserError as error:
            if error.exit_code is not ExitCode.NO_STACK:
                raise
            self._cli("stack", "init", "--no-select")

    def _cli(self, *arguments: str) -> str:
        """Call the CLI for something that is not a deployment."""
        try:
            return (
                Command(self.engine, self._interrupting)
                .run(
                    [*arguments, "--stack", self.stack.name],
                    str(self.root),
                    self._environment(),
                )
                .stdout
            )
        except EngineFailed as error:
            raise failure(_ended(self.stack.name, error, ())) from None

    def _finish(self, stack: PlainStack) -> list[Diagnostic]:
        """Let the engine know what a killed run has made, so that a destroy leaves nothing behind.

        Returns what stood in the way. A failed smoke test does not: it comes after everything else.
        """
        self.watcher.say("state: the last run was killed, it is finished before the stack is destroyed")
        recorder = Recorder(self.watcher, live=False)
        with suppress(EngineFailed):
            stack.up(on_event=recorder, suppress_progress=True)
        return [error for error in recorder.errors if not is_hook_failure(error.text)]


def _ended(stack: str, error: EngineFailed, errors: Sequence[Diagnostic]) -> Ended:
    said = error.result.stderr.strip() or error.result.stdout
    return Ended(stack, error.result.code, said, errors, error.interrupts)
