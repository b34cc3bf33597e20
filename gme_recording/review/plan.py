"""What a deployment would do, from what `pulumi preview --json` writes (pure but for reading files)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from gme_recording.errors import ExitCode, UserError
from policy.inputs import SECRET, SIGNATURE

PROVIDERS = "pulumi:providers:"
MARKER = "pulumi:index:Stash"
_MASKED = "[secret]"
_BEFORE_ANYTHING = frozenset({"config"})
"""What the CLI writes at most if it fails before the program has done anything; mostly `{}`."""
_TOLD = frozenset({"steps", "diagnostics", "changeSummary"})
"""Of these a preview has one at least; without `--show-sames` one that changes nothing has no steps."""

Values = Mapping[str, Any]


class Op(StrEnum):
    """What happens to a resource; the words are the columns of a review's table."""

    SAME = "same"
    IMPORT = "import"
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"


_OPS = {
    **{op.value: op for op in Op},
    "create-replacement": Op.REPLACE,
    "import-replacement": Op.REPLACE,
    "delete-replaced": Op.REPLACE,
    "discard-replaced": Op.REPLACE,
}
"""The engine's words; reading, and what a refresh finds, changes nothing that is declared.

It says `same` of a resource whose options alone differ, such as `protect`: here that is an update.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One resource, before and after. Secrets are marked as Pulumi's protocol marks them, never in clear."""

    urn: str
    type: str
    op: Op
    old: Values | None = None
    """Inputs as they were deployed; None if it was not there."""
    new: Values | None = None
    """Inputs as they are declared; None if it goes."""
    id: str = ""
    reasons: frozenset[str] = frozenset()
    """Properties that differ, as the provider says."""
    replaces: frozenset[str] = frozenset()
    """Properties whose change makes it be replaced."""
    protect: bool = False
    """Whether Pulumi refuses to delete it, as declared; of what goes, as it was."""
    keeps: bool = False
    """Whether it stays in the cloud when the stack lets go of it, as declared; of what goes, as it was."""
    was_protected: bool = False
    was_kept: bool = False
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Input → URNs of the resources it comes from."""
    provider: Values = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.rpartition("::")[2]

    @property
    def kind(self) -> str:
        """Last part of the type, as people say it: `Bucket`."""
        return self.type.rpartition(":")[2]

    @property
    def inputs(self) -> Values:
        """What is declared, or what was."""
        return self.new if self.new is not None else self.old or {}


@dataclass(frozen=True, slots=True)
class Plan:
    """The preview of one stack: real resources alone, by URN, as the engine's order is another each time."""

    stack: str
    steps: tuple[Step, ...] = ()
    complete: bool = True
    """Whether unchanged resources are among the steps."""
    failed: tuple[str, ...] = ()
    """Resources that the preview failed at, by type and name; empty text where it was the program."""

    def changed(self) -> tuple[Step, ...]:
        """Return the steps that do something."""
        return tuple(step for step in self.steps if step.op is not Op.SAME)

    def of(self, kind: str) -> tuple[Step, ...]:
        """Return the resources of one type."""
        return tuple(step for step in self.steps if step.type == kind)


def find(sources: Iterable[str]) -> dict[str, Path]:
    """Return stack → file for `STACK=FILE`, `FILE` (named after its stack) or a folder of such files."""
    found: dict[str, Path] = {}
    for source in sources:
        for stack, file in _files(source):
            if stack in found:
                raise _unusable(f"stack {stack} is given twice: {found[stack]} and {file}")
            found[stack] = file
    return found


def read(stack: str, file: Path) -> Plan:
    """Read one preview; raises UserError."""
    try:
        digest = json.loads(file.read_text(encoding="utf-8").strip() or "{}")
    except OSError as error:
        raise _unusable(f"{file} cannot be read: {error.strerror}") from None
    except ValueError:
        raise _unusable(f"{file} is not what `pulumi preview --json` writes: it is no JSON") from None
    return parse(stack, digest, str(file))


def parse(stack: str, digest: object, where: str = "the preview") -> Plan:
    """Return a stack's plan from a decoded preview; raises UserError if it is something else."""
    try:
        return _plan(stack, digest)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _unusable(f"{where} is not what `pulumi preview --json` writes") from None


def _files(source: str) -> Iterator[tuple[str, Path]]:
    stack, given, path = source.rpartition("=")
    file = Path(path)
    if given or not file.is_dir():
        yield stack or file.name.partition(".")[0], file
        return
    inside = sorted(file.glob("*.json"))
    if not inside:
        raise _unusable(f"there is no preview in {file}: no file <stack>.json")
    yield from ((each.name.partition(".")[0], each) for each in inside)


def _unusable(message: str) -> UserError:
    return UserError(
        message,
        hint="pulumi preview --json --show-sames -s STACK > STACK.json",
        exit_code=ExitCode.INPUT,
    )


def _plan(stack: str, digest: Any) -> Plan:
    if digest.keys() <= _BEFORE_ANYTHING:
        return Plan(stack, failed=("",))
    if not _TOLD & digest.keys():
        raise ValueError(stack)
    raw = [step for step in digest.get("steps") or () if step["op"] in _OPS]
    settings = _Settings(digest.get("config") or {}, raw)
    steps: dict[tuple[str, bool], Step] = {}
    for each in filter(_is_real, raw):
        step = _step(each, settings)
        leftover = step.op is Op.DELETE and bool((each.get("oldState") or {}).get("delete"))
        kept = steps.setdefault((step.urn, leftover), step)
        if kept.op is Op.REPLACE and kept is not step:
            steps[step.urn, leftover] = _joined(kept, step)
    planned = sum((digest.get("changeSummary") or {}).values())
    return Plan(
        stack,
        tuple(sorted(steps.values(), key=lambda step: (step.urn, step.op))),
        complete=planned <= len(raw),
        failed=tuple(dict.fromkeys(_failures(digest.get("diagnostics") or ()))),
    )


@dataclass(frozen=True, slots=True)
class _Settings:
    """What the providers of a preview were configured with."""

    config: Mapping[str, Any]
    steps: Iterable[Mapping[str, Any]]

    def of(self, provider: str) -> Values:
        """Inputs of an explicit provider; a default one has the stack's configuration."""
        urn = provider.rpartition("::")[0]
        for step in self.steps:
            if step["urn"] == urn and step.get("newState"):
                inputs: Values = step["newState"].get("inputs") or {}
                return inputs
        package = urn.rpartition(PROVIDERS)[2].partition("::")[0]
        region = self.config.get(f"{package}:region")
        return {} if region is None else {"region": region}


def _step(raw: Mapping[str, Any], settings: _Settings) -> Step:
    old, new = raw.get("oldState"), raw.get("newState")
    was, state = old or {}, new or old or {}
    detailed = raw.get("detailedDiff") or {}
    replaced = (path for path, found in detailed.items() if found["kind"].endswith("-replace"))
    guards = {
        "protect": bool(state.get("protect")),
        "keeps": bool(state.get("retainOnDelete")),
        "was_protected": bool(was.get("protect")),
        "was_kept": bool(was.get("retainOnDelete")),
    }
    op = _OPS[raw["op"]]
    differs = (guards["protect"], guards["keeps"]) != (guards["was_protected"], guards["was_kept"])
    return Step(
        urn=raw["urn"],
        type=state.get("type") or raw["urn"].split("::")[-2].rpartition("$")[2],
        op=Op.UPDATE if op is Op.SAME and differs else op,
        old=_inputs(old),
        new=_inputs(new),
        id=str(was.get("id") or ""),
        reasons=frozenset([*(raw.get("diffReasons") or ()), *detailed]),
        replaces=frozenset([*(raw.get("replaceReasons") or ()), *replaced]),
        needs={key: tuple(urns) for key, urns in (state.get("propertyDependencies") or {}).items()},
        provider=settings.of(state.get("provider") or raw.get("provider") or ""),
        **guards,
    )


def _joined(first: Step, second: Step) -> Step:
    """The parts of a replacement that the engine tells one by one, as one step."""
    whole = first if first.new is not None else second
    old = first.old if first.old is not None else second.old
    return Step(
        **{name: getattr(whole, name) for name in Step.__slots__ if name not in {"old", "op"}},
        old=old,
        op=Op.REPLACE,
    )


def _inputs(state: Mapping[str, Any] | None) -> Values | None:
    return None if state is None else _marked(state.get("inputs") or {})


def _marked(value: Any) -> Any:
    """Mark what the engine has masked, as a rule of policy expects a secret to be marked."""
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET:
            return {SIGNATURE: SECRET}
        return {key: _marked(each) for key, each in value.items() if key != "__defaults"}
    if isinstance(value, list):
        return [_marked(each) for each in value]
    return {SIGNATURE: SECRET} if value == _MASKED else value


def _is_real(raw: Mapping[str, Any]) -> bool:
    """Components, providers and the stack itself are nothing in the cloud."""
    state = raw.get("newState") or raw.get("oldState") or {}
    return bool(state.get("custom", True)) and PROVIDERS not in raw["urn"]


def _failures(diagnostics: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for said in diagnostics:
        if said.get("severity") == "error":
            urn = said.get("urn") or ""
            kind = urn.split("::")[-2].rpartition(":")[2] if urn else ""
            yield "" if kind in {"", "Stack"} else f"{kind} {urn.rpartition('::')[2]}"
