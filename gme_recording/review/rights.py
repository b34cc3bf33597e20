"""What a change of a policy document lets people do, asked of the evaluator of the local cloud (pure).

Every action, resource and principal that a document names is asked about, once for each condition that a
request could meet. A wildcard is asked about as it stands: `cos:*` is allowed by `cos:*` or more alone.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gme_recording.localcloud.access.document import Condition, Statement, parse
from gme_recording.localcloud.access.evaluate import Question, decide
from gme_recording.localcloud.access.match import PARTS
from gme_recording.localcloud.identity import ANONYMOUS, Kind, Principal

EVERYBODY = frozenset({"*", ANONYMOUS.qcs})
_EVERYTHING = json.dumps({"version": "2.0", "statement": {"effect": "allow", "action": "*", "resource": "*"}})
_PLAIN: Mapping[str, str] = {"cos:secure-transport": "true"}
"""A request that meets no other condition."""


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """Something that somebody may do; as a refusal, may not do even where another policy allows it."""

    refused: bool
    who: str
    """As policies name principals; empty for whoever a policy is attached to."""
    condition: str
    """What it depends on: keys, joined by commas; empty if on nothing."""
    resource: str
    action: str


@dataclass(frozen=True, slots=True)
class Shift:
    """What is there after a change and was not before, and the other way round; both in order."""

    gained: tuple[Right, ...]
    lost: tuple[Right, ...]


def compare(old: str | None, new: str | None) -> Shift:
    """Compare two documents, None where there is none. Raises Malformed."""
    about = [statement for text in (old, new) if text is not None for statement in parse(text)]
    requests = [_PLAIN, *_meeting(about)]
    before, after = _answers(old, about, requests), _answers(new, about, requests)
    return Shift(_rights(after - before, requests), _rights(before - after, requests))


_Answer = tuple[bool, str, str, str, int]
"""Refused, who, resource, action, number of the request: a question that was answered by yes."""


def _answers(
    text: str | None, about: Iterable[Statement], requests: Sequence[Mapping[str, str]]
) -> set[_Answer]:
    if text is None:
        return set()
    return {
        (not statement.allows, who, resource, action, number)
        for statement in about
        for who in statement.principals or ("",)
        for resource in statement.resources or ("*",)
        for action in (each.removeprefix("name/") for each in statement.actions)
        for number, facts in enumerate(requests)
        if _holds(
            text, statement, who, Question(_principal(statement, who, resource), action, resource, facts)
        )
    }


def _holds(text: str, statement: Statement, who: str, question: Question) -> bool:
    """Whether a document allows a request, or refuses it, as the statement that names it would.

    A service cannot be asked about as somebody of an account: of services it counts what is written.
    """
    if who and who not in EVERYBODY and not who.startswith("qcs::"):
        return statement in parse(text)
    mine, theirs = ((text,), ()) if statement.principals is None else ((), (text,))
    if statement.allows:
        return decide(question, mine, theirs)
    return not decide(question, (_EVERYTHING, *mine), theirs)


def _principal(statement: Statement, who: str, resource: str) -> Principal:
    """Somebody of the resource's account, who is called as the policy says."""
    if who in EVERYBODY and statement.allows:
        return ANONYMOUS
    parts = resource.split(":", PARTS - 1)
    home = parts[PARTS - 2] if len(parts) == PARTS else ""
    account, _, name = who.removeprefix("qcs::cam::").partition(":")
    owner = account.removeprefix("uin/") if name else home.removeprefix("uin/")
    appid = home.removeprefix("uid/")
    if name.startswith("roleName/"):
        return Principal(Kind.ROLE, owner, appid, role=name.removeprefix("roleName/"))
    return Principal(Kind.USER, owner, appid, uin=name.removeprefix("uin/"))


def _meeting(about: Iterable[Statement]) -> Iterator[Mapping[str, str]]:
    """What a request says that meets each statement's conditions, by one value after the other."""
    for statement in about:
        conditions = [each for each in statement.conditions if each.values]
        for at in range(max((len(each.values) for each in conditions), default=0)):
            yield {**_PLAIN, **{each.key: _meets(each, at) for each in conditions}}


def _meets(condition: Condition, at: int) -> str:
    value = condition.values[min(at, len(condition.values) - 1)]
    return value.partition("/")[0] if condition.operator.startswith("ip_") else value


def _rights(answers: Iterable[_Answer], requests: Sequence[Mapping[str, str]]) -> tuple[Right, ...]:
    """The answers, with what they depend on in the place of requests."""
    met: defaultdict[tuple[bool, str, str, str], set[int]] = defaultdict(set)
    for refused, who, resource, action, number in answers:
        met[refused, who, resource, action].add(number)
    return tuple(
        sorted(
            Right(refused, who, _condition(numbers, requests, refused=refused), resource, action)
            for (refused, who, resource, action), numbers in met.items()
        )
    )


def _condition(numbers: set[int], requests: Sequence[Mapping[str, str]], *, refused: bool) -> str:
    """What the answers depend on; a plain request that is allowed meets no condition."""
    if len(numbers) == len(requests) or (0 in numbers and not refused):
        return ""
    return ", ".join(sorted({key for facts in requests for key, _ in facts.items() - _PLAIN.items()}))
