"""How a stack stands against what is declared: what differs, what is not known, who does what (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from gme_recording.errors import ExitCode
from gme_recording.review.markdown import code, counted, prose
from gme_recording.smoke.checks.bucket import UNSEEN

if TYPE_CHECKING:
    from gme_recording.console.standing import Standing
    from gme_recording.errors import UserError
    from gme_recording.review.exposure import Exposure

CONSOLE_TYPE = "RecordingSettings"
GRANT_TYPE = "ServiceLinkedRole"


class Part(StrEnum):
    """What is looked at, in this order."""

    RESOURCES = "resources"
    CONSOLE = "console"
    GRANT = "grant"
    EXPOSURE = "exposure"


class Who(StrEnum):
    """Who is to act."""

    DEPLOYER = "who deploys the stack"
    CONSOLE = "who has access to the GME console"
    ACCOUNT = "who administers the account"


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource that the engine found different."""

    type: str
    """Last part of the type token, for instance `Bucket`."""
    name: str
    drifted: bool
    """The cloud differs from the state; else the state differs from what is declared: not deployed yet."""
    op: str
    """Pulumi's word; with drift `delete` means: gone from the cloud."""
    changes: tuple[str, ...] = ()
    """`path: old → new`, secrets masked."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as declared."""

    part: Part
    what: str
    details: tuple[str, ...]
    who: Who
    to_do: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was left out, as the key that is used may not see it; no failure."""

    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something could not be looked at: nothing is known of it."""

    parts: tuple[Part, ...]
    """Empty: the whole stack."""
    message: str
    hint: str
    exit_code: ExitCode


@dataclass(frozen=True, slots=True)
class Drift:
    """One stack, looked at."""

    stack: str
    findings: tuple[Finding, ...]
    failures: tuple[Failure, ...]
    notes: tuple[Note, ...] = ()

    def data(self) -> dict[str, Any]:
        """Return everything as JSON data."""
        return {
            "stack": self.stack,
            "drift": bool(self.findings),
            "findings": [
                {
                    "part": each.part,
                    "what": each.what,
                    "details": list(each.details),
                    "who": each.who,
                    "toDo": each.to_do,
                }
                for each in self.findings
            ],
            "failures": [
                {
                    "parts": list(each.parts),
                    "message": each.message,
                    "hint": each.hint,
                    "exitCode": int(each.exit_code),
                }
                for each in self.failures
            ],
            "notes": [each.text for each in self.notes],
        }


def of_resources(stack: str, resources: Iterable[Resource]) -> Iterator[Finding]:
    """What the engine found. A change that undoes drift is not told twice, and drift of the console's
    settings is told by `of_console`, which knows more.
    """
    every = tuple(resources)
    drifted = {each.name for each in every if each.drifted}
    for each in every:
        if each.drifted and each.type != CONSOLE_TYPE:
            gone = each.op == "delete"
            done = "is gone from the cloud" if gone else "differs in the cloud"
            meant = "" if gone else "; if the cloud is right, change the stack file instead"
            to_do = f"gme-recording up --stack {stack} --refresh{meant}"
            yield _by_deployer(f"{each.type} {each.name} {done}", each, to_do)
        elif each.name not in drifted:
            what = f"{each.type} {each.name} is declared differently and not deployed ({each.op})"
            yield _by_deployer(what, each, f"gme-recording up --stack {stack}")


def of_replication(bucket: str, differences: tuple[str, ...]) -> Iterator[Finding]:
    """Where else a bucket is copied to than declared, of which the provider tells the engine nothing."""
    if differences:
        yield Finding(
            Part.RESOURCES, f"replication of {bucket} differs in the cloud", differences, Who.DEPLOYER, UNSEEN
        )


def of_console(stack: str, standing: Standing, *, by_hand: bool) -> Iterator[Finding]:
    """What the console's settings of one application lack, as far as anything can be proved of them."""
    if not standing.to_do:
        return
    wrong = tuple(
        f"{line.field}: declared {line.declared}, proved {line.proved}"
        for line in standing.lines
        if line.proved.startswith("no: ")
    )
    yield Finding(
        Part.CONSOLE,
        f"console settings of {standing.app} (bizId {standing.settings.biz_id}) are not as declared",
        wrong or (f"declared {standing.settings.fingerprint}, confirmed: {standing.confirmed}",),
        Who.CONSOLE if by_hand else Who.DEPLOYER,
        standing.to_do if by_hand else f"gme-recording up --stack {stack} --refresh",
    )


def of_grant(role: str, *, found: bool, service_linked: bool) -> Iterator[Finding]:
    """Whether GME may still write to COS."""
    if found and service_linked:
        return
    what = "is no service-linked role: somebody made it by hand" if found else "does not exist"
    begin = "delete it, then run" if found else "run"
    yield Finding(
        Part.GRANT,
        f"{role} {what}, so that nothing is recorded",
        (),
        Who.ACCOUNT,
        f"{begin} gme-recording up --refresh for the stack of the account that declares access.grant: create",
    )


def of_exposure(stack: str, bucket: str, exposure: Exposure) -> Iterator[Finding | Note]:
    """A bucket that others can reach, and what was not asked."""
    if exposure.openings:
        yield Finding(
            Part.EXPOSURE,
            f"{bucket} is open to others than the account",
            exposure.openings,
            Who.ACCOUNT,
            f"close it now: gme-recording up --stack {stack} --refresh puts policy and bucket ACL right,"
            " the ACLs of objects are set to default in the COS console; then see in the access log who read",
        )
    yield from map(Note, exposure.unasked)


def told_once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Leave out what the engine says of the grant where the grant itself was looked at and found missing."""
    every = tuple(findings)
    if not any(each.part is Part.GRANT for each in every):
        return every
    return tuple(
        each for each in every if each.part is not Part.RESOURCES or not each.what.startswith(GRANT_TYPE)
    )


def failures(errors: Iterable[tuple[Part | None, UserError]]) -> tuple[Failure, ...]:
    """Return what went wrong, once for all parts for which it is the same; no part is the whole stack."""
    parts: dict[tuple[str, str, ExitCode], dict[Part, None]] = {}
    for part, error in errors:
        struck = parts.setdefault((error.message, error.hint, error.exit_code), {})
        if part:
            struck[part] = None
    return tuple(Failure(tuple(struck), *said) for said, struck in parts.items())


def exit_code(drifts: Sequence[Drift]) -> ExitCode:
    """Return OK, DIFFERS for drift, or what failed; where failures differ in kind, FAILED."""
    codes = {failure.exit_code for drift in drifts for failure in drift.failures}
    if codes:
        return codes.pop() if len(codes) == 1 else ExitCode.FAILED
    return ExitCode.DIFFERS if any(drift.findings for drift in drifts) else ExitCode.OK


def text(drifts: Iterable[Drift]) -> str:
    """For a terminal."""
    return "\n\n".join("\n".join(_lines(drift)) for drift in drifts)


def markdown(drifts: Sequence[Drift]) -> str:
    """For an issue or a job's summary: what differs first, then what could not be looked at."""
    parts = ["## Drift"]
    for drift in drifts:
        mark = "❌" if drift.failures else "⚠️" if drift.findings else "✅"
        parts.append(f"### {mark} {code(drift.stack)}: {_outcome(drift)}")
        parts += [_item(each) for each in drift.findings]
        parts += [_broken(each) for each in drift.failures]
        parts += [f"- note: {prose(each.text)}" for each in drift.notes]
    return "\n\n".join(parts) + "\n"


def _by_deployer(what: str, resource: Resource, to_do: str) -> Finding:
    return Finding(Part.RESOURCES, what, resource.changes, Who.DEPLOYER, to_do)


def _outcome(drift: Drift) -> str:
    said = [counted(len(drift.findings), "difference")] if drift.findings else []
    said += ["not everything could be looked at"] if drift.failures else []
    return ", ".join(said) or "as declared"


def _lines(drift: Drift) -> Iterator[str]:
    yield f"{drift.stack}: {_outcome(drift)}"
    for each in drift.findings:
        yield f"  {each.what}"
        yield from (f"      {detail}" for detail in each.details)
        yield f"    {each.who}: {each.to_do}"
    for failure in drift.failures:
        yield f"  not looked at: {_parts(failure)}: {failure.message}"
        if failure.hint:
            yield f"    hint: {failure.hint}"
    yield from (f"  note: {note.text}" for note in drift.notes)


def _item(finding: Finding) -> str:
    details = [f"  - {prose(detail)}" for detail in finding.details]
    return "\n".join(
        [f"- **{prose(finding.what)}**", *details, f"  - *{finding.who}*: {prose(finding.to_do)}"]
    )


def _broken(failure: Failure) -> str:
    hint = f"\n  - hint: {prose(failure.hint)}" if failure.hint else ""
    return f"- **not looked at: {_parts(failure)}**: {prose(failure.message)}{hint}"


def _parts(failure: Failure) -> str:
    return ", ".join(failure.parts) or "anything"
