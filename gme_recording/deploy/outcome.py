"""What the engine says when a run fails → one UserError with what a person can do.

The patterns are the engine's own words (pulumi/pulumi v3.254.0); the first that matches wins.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence
from dataclasses import dataclass

from gme_recording.deploy.events import Diagnostic, name_of, short_type
from gme_recording.errors import ExitCode, UserError


@dataclass(frozen=True, slots=True)
class Ended:
    """How the engine's process ended."""

    stack: str
    exit_code: int
    said: str
    """What it wrote besides events."""
    errors: Sequence[Diagnostic]
    interrupts: int = 0
    """How often somebody has asked it to end; the second time it does not finish what it has begun."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What to make of a text; `{name}` stands for a named group, `{stack}` for the stack's name."""

    text: re.Pattern[str]
    message: str
    hint: str
    exit_code: ExitCode = ExitCode.FAILED


def _pattern(text: str, message: str, hint: str, exit_code: ExitCode = ExitCode.FAILED) -> Pattern:
    return Pattern(re.compile(text, re.DOTALL), message, hint, exit_code)


_WAIT = "wait until it has ended; if nobody runs it any more: pulumi cancel --stack {stack} --yes"

PATTERNS = (
    _pattern(
        r"the stack is currently locked by.*?created by \S+ \(pid (?P<pid>\d+)\) at (?P<since>\S+)",
        "stack {stack} is locked by another run (pid {pid}, since {since})",
        _WAIT,
        ExitCode.UNAVAILABLE,
    ),
    _pattern(
        r"\[409\] Conflict: Another update is currently in progress",
        "stack {stack} is being updated by another run",
        _WAIT,
        ExitCode.UNAVAILABLE,
    ),
    _pattern(
        r"incorrect passphrase|passphrase must be set|could not parse private key",
        "the passphrase of stack {stack} is missing or wrong",
        "export PULUMI_CONFIG_PASSPHRASE=<passphrase>; for the local stack unset it",
        ExitCode.AUTH,
    ),
    _pattern(
        r"PULUMI_ACCESS_TOKEN must be set|invalid access token|could not login|requires logging in"
        r"|Unauthorized: No credentials provided or are invalid",
        "the engine is not logged in to the place where state is kept",
        "export PULUMI_BACKEND_URL=<backend>, and for Pulumi Cloud a PULUMI_ACCESS_TOKEN that is valid",
        ExitCode.AUTH,
    ),
    _pattern(
        r"performing HTTP request: \w+ \"(?P<place>https?://[^/\"]+)/api/",
        "the place where state is kept does not answer: {place}",
        "look at PULUMI_BACKEND_URL, then run the command again",
        ExitCode.UNAVAILABLE,
    ),
    _pattern(
        r"operation error S3: \w+, (?P<why>[^\n]*(?:StatusCode: 403|get credentials)[^\n]*)",
        "the key for the bucket where state is kept is missing or refused: {why}",
        "export AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN (docs/state.md)",
        ExitCode.AUTH,
    ),
    _pattern(
        r"operation error S3: \w+, (?P<why>[^\n]*)",
        "the bucket where state is kept cannot be reached: {why}",
        "look at PULUMI_BACKEND_URL (docs/state.md)",
        ExitCode.UNAVAILABLE,
    ),
    _pattern(
        r"no stack named '(?P<name>[^']*)' found",
        "there is no stack {name} where state is kept",
        "pulumi stack init {stack}",
        ExitCode.NO_STACK,
    ),
    _pattern(
        r"no resource plugin '(?P<plugin>[^']+)' found|(?P<other>\S+) could not be found in the workspace",
        "the engine misses a provider plugin: {plugin}{other}",
        "pulumi install",
        ExitCode.UNAVAILABLE,
    ),
    _pattern(
        r"does not meet the requirement|requires a Pulumi CLI version|requiredPulumiVersion",
        "this engine is not of the version that Pulumi.yaml demands",
        "gme-recording doctor",
        ExitCode.UNAVAILABLE,
    ),
    _pattern(
        r"resource \"(?P<urn>[^\"]+)\"\s+(?:cannot be deleted|as it is currently marked for protection)",
        "{resource} is protected: the stack file forbids to delete it",
        "keep it, or set storage.on_destroy to keep or empty, run up, then try again",
    ),
    _pattern(
        r"log_target_bucket and log_prefix should set null when log_enable is false",
        "the provider cannot switch off the access log of a bucket",
        "switch it off in the COS console (Logging), then: gme-recording up --stack {stack} --refresh",
    ),
    _pattern(
        r"before hook \"[^\"]*\" failed: (?P<why>.*)",
        "{why}",
        "",
    ),
    _pattern(
        r"[^\n]*(?:Connection refused|connection refused|Failed to establish a new connection)[^\n]*",
        "the cloud does not answer: {all}",
        "the local cloud: gme-recording cloud start; else look at HTTPS_PROXY and PULUMI_BACKEND_URL",
        ExitCode.UNAVAILABLE,
    ),
)


def failure(ended: Ended) -> UserError:
    """Return the error to raise for a run of the engine that did not succeed."""
    if ended.interrupts:
        begun = "was finished" if ended.interrupts == 1 else "may be half done"
        return UserError(
            f"interrupted: what had begun {begun}, the rest was not started",
            hint=f"gme-recording up --stack {ended.stack}",
            exit_code=ExitCode.CANCELLED,
        )
    if ended.exit_code == ExitCode.DIFFERS:
        return UserError("no changes were expected, and there are some", exit_code=ExitCode.DIFFERS)
    for text in (*(error.text for error in ended.errors), ended.said):
        for pattern in PATTERNS:
            if found := pattern.text.search(text):
                return _worded(pattern, found, ended)
    if ended.exit_code < 0:
        return UserError(
            f"the engine was ended from outside ({signal.Signals(-ended.exit_code).name})",
            hint="run the command again: what was interrupted is taken up",
        )
    hint = next((error.hint for error in ended.errors if error.hint), "")
    return UserError(_listed(ended), hint=hint, exit_code=ExitCode.FAILED)


def is_hook_failure(text: str) -> bool:
    """Whether an error is that of the smoke test, the program's only hook."""
    return text.startswith("before hook ")


def left_behind(stack: str, errors: Sequence[Diagnostic]) -> UserError:
    """Return the error for a destroy that may have left something, as a killed run could not be finished."""
    why = _listed(Ended(stack, 1, "", errors))
    return UserError(
        f"destroyed, but the killed run before it may have left something behind, as {why}",
        hint=f"gme-recording up --stack {stack}, then destroy again",
    )


def _worded(pattern: Pattern, found: re.Match[str], ended: Ended) -> UserError:
    facts = {name: value or "" for name, value in found.groupdict().items()}
    urn = facts.get("urn", "")
    resource = f"{short_type(urn.split('::')[-2])} {name_of(urn)}" if urn else "a resource"
    facts |= {"stack": ended.stack, "resource": resource, "all": found[0]}
    head, _, tail = pattern.message.format(**facts).strip().rpartition("\nhint: ")
    message, hint = (head, tail) if head else (tail, pattern.hint.format(**facts))
    return UserError(message, hint=hint, exit_code=pattern.exit_code)


def _listed(ended: Ended) -> str:
    """Say which resources failed, each with what its provider said."""
    if not ended.errors:
        return (
            ended.said.strip().removeprefix("error: ")
            or f"the engine failed with exit code {ended.exit_code}"
        )
    lines: list[str] = []
    for error in ended.errors:
        line = f"  {_where(error)}{_without_frames(error.text)}"
        if not any(line in other for other in lines):  # bridged providers say things twice
            lines.append(line)
    return "the deployment failed:\n" + "\n".join(lines)


def _where(error: Diagnostic) -> str:
    parts = error.urn.split("::")
    if len(parts) < 4 or parts[2].endswith("pulumi:pulumi:Stack"):
        return ""
    return f"{short_type(parts[2].rsplit('$', 1)[-1])} {parts[3]}: "


def _without_frames(text: str) -> str:
    """Leave out the program's call stack: the exception's own text comes first."""
    head, _, _ = text.partition("\nTraceback (most recent call last)")
    for prefix in ("an unhandled error occurred: ", "python inline source runtime error: ", "error: "):
        head = head.removeprefix(prefix)
    return re.sub(r"^Unexpected <class '[^']+'>: ", "", head.strip())
