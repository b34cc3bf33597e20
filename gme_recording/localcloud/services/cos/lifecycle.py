"""Lifecycle rules as COS reads them (436/8280, 436/17028), and when they fall due (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from gme_recording.localcloud.clock import CHINA
from gme_recording.localcloud.dialects.documents import Element, leaf, tree
from gme_recording.localcloud.services.cos.errors import INVALID_ARGUMENT, MALFORMED_XML

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

MAX_RULES = 1000
MAX_ID_CHARACTERS = 255
MAX_TAGS = 10
MAX_DAYS = 3650
MIN_TRANSITION_BYTES = 64 << 10
"""Smaller objects are never moved to another class."""
STORAGE_CLASSES = ("STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "ARCHIVE", "DEEP_ARCHIVE")
"""From warm to cold, which is the only way that objects are moved."""
_MULTI_AZ = "MAZ_"


@dataclass(frozen=True, slots=True)
class When:
    """So many days after the last change (or after a newer version took its place), or from a date on."""

    days: int | None = None
    date: datetime | None = None

    def changed_until(self, scan: datetime) -> datetime | None:
        """What was changed up to then is due at that scan; None if nothing is."""
        if self.date is not None:
            return scan if self.date <= scan else None
        assert self.days is not None, "a date or days"
        return scan - timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Transition:
    when: When
    storage_class: str


@dataclass(frozen=True, slots=True)
class Rule:
    rule_id: str
    enabled: bool
    prefix: str
    tags: Mapping[str, str]
    transitions: tuple[Transition, ...]
    expiration: When | None
    expired_delete_marker: bool
    """Remove a delete marker that is a key's only version."""
    noncurrent_transitions: tuple[Transition, ...]
    noncurrent_expiration: When | None
    abort_uploads: When | None


def next_scan(after: datetime) -> datetime:
    """The first midnight (UTC+8) at or after a moment: what falls due then is done then."""
    local = after.astimezone(CHINA)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight if midnight == local else midnight + timedelta(days=1)).astimezone(UTC)


def warmer_than(storage_class: str) -> tuple[str, ...]:
    """The classes whose objects may be moved to this one."""
    multi_az = storage_class.startswith(_MULTI_AZ)
    plain = STORAGE_CLASSES[: coldness(storage_class)]
    return tuple(_MULTI_AZ + name for name in plain) if multi_az else plain


def coldness(storage_class: str) -> int:
    return STORAGE_CLASSES.index(storage_class.removeprefix(_MULTI_AZ))


def is_storage_class(name: str) -> bool:
    return name.removeprefix(_MULTI_AZ) in STORAGE_CLASSES


def parse(document: Element, *, multi_az: bool = False) -> tuple[Rule, ...]:
    """Raises CloudError for what COS would not accept."""
    if document.name != "LifecycleConfiguration":
        raise MALFORMED_XML(problem="the root must be LifecycleConfiguration")
    rules = tuple(_rule(element, multi_az=multi_az) for element in document.each("Rule"))
    if not rules:
        raise MALFORMED_XML(problem="there is no Rule")
    if len(rules) > MAX_RULES:
        raise INVALID_ARGUMENT(problem=f"{len(rules)} rules; {MAX_RULES} are allowed")
    ids = [rule.rule_id for rule in rules if rule.rule_id]
    if len(set(ids)) != len(ids):
        raise INVALID_ARGUMENT(problem="two rules have the same ID")
    return rules


def with_ids(document: Element, new_id: Callable[[], str]) -> Element:
    """The same rules in the same order, each with an ID."""
    return tree(
        document.name,
        (_with_id(rule, new_id) if rule.name == "Rule" else rule for rule in document.children),
    )


def _with_id(rule: Element, new_id: Callable[[], str]) -> Element:
    if rule.value("ID"):
        return rule
    others = (child for child in rule.children if child.name != "ID")
    return tree(rule.name, [leaf("ID", new_id()), *others])


def _rule(element: Element, *, multi_az: bool) -> Rule:
    rule_id, status = element.value("ID"), element.value("Status")
    if len(rule_id) > MAX_ID_CHARACTERS:
        raise INVALID_ARGUMENT(problem=f"an ID is longer than {MAX_ID_CHARACTERS} characters")
    if status not in {"Enabled", "Disabled"}:
        raise MALFORMED_XML(problem=f"Status must be Enabled or Disabled, not {status!r}")
    prefix, tags = _filter(element)
    expiration = element.find("Expiration")
    rule = Rule(
        rule_id,
        status == "Enabled",
        prefix,
        tags,
        _transitions(element.each("Transition"), "Days", multi_az=multi_az),
        _expiry(expiration),
        expiration is not None and expiration.value("ExpiredObjectDeleteMarker") == "true",
        _transitions(element.each("NoncurrentVersionTransition"), "NoncurrentDays", multi_az=multi_az),
        _after_days(element.find("NoncurrentVersionExpiration"), "NoncurrentDays"),
        _after_days(element.find("AbortIncompleteMultipartUpload"), "DaysAfterInitiation"),
    )
    _check(rule)
    return rule


def _filter(rule: Element) -> tuple[str, dict[str, str]]:
    place = rule.find("Filter") or rule
    both = place.find("And") or place
    tags = {tag.value("Key"): tag.value("Value") for tag in both.each("Tag")}
    if len(tags) > MAX_TAGS:
        raise INVALID_ARGUMENT(problem=f"a filter has {len(tags)} tags; {MAX_TAGS} are allowed")
    prefix = both.find("Prefix")
    return (prefix.text if prefix else ""), tags


def _transitions(elements: Iterable[Element], days: str, *, multi_az: bool) -> tuple[Transition, ...]:
    return tuple(_transition(element, days, multi_az=multi_az) for element in elements)


def _transition(element: Element, days: str, *, multi_az: bool) -> Transition:
    storage_class = element.value("StorageClass")
    if not is_storage_class(storage_class) or coldness(storage_class) == 0:
        raise INVALID_ARGUMENT(problem=f"Unknown storage class: {storage_class}")
    if storage_class.startswith(_MULTI_AZ) is not multi_az:
        kind = "a multi-AZ" if multi_az else "a single-AZ"
        raise INVALID_ARGUMENT(problem=f"{kind} bucket has no storage class {storage_class}")
    return Transition(_when(element, days, least=0), storage_class)


def _expiry(element: Element | None) -> When | None:
    if element is None or (element.find("Days") is None and element.find("Date") is None):
        return None
    return _when(element, "Days", least=1)


def _after_days(element: Element | None, name: str) -> When | None:
    return None if element is None else When(_days(element, name, least=1))


def _when(element: Element, days: str, *, least: int) -> When:
    if element.find("Date") is None:
        return When(_days(element, days, least=least))
    if element.find(days) is not None:
        raise INVALID_ARGUMENT(problem=f"{element.name} has both {days} and Date")
    return When(date=_date(element.value("Date")))


def _days(element: Element, name: str, *, least: int) -> int:
    text = element.value(name)
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not least <= int(text) <= MAX_DAYS:
        raise INVALID_ARGUMENT(
            problem=f"{name} of {element.name} must be {least} to {MAX_DAYS}, not {text!r}"
        )
    return int(text)


def _date(text: str) -> datetime:
    try:
        date = datetime.fromisoformat(text)
    except ValueError as error:
        raise INVALID_ARGUMENT(problem=f"Date must be an ISO 8601 time, not {text!r}") from error
    if not 1970 <= date.year < 9999:
        raise INVALID_ARGUMENT(problem=f"Date must be in the years 1970 to 9998, not {text!r}")
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    if (
        date.astimezone(UTC).time() != datetime.min.time()
        and date.astimezone(CHINA).time() != datetime.min.time()
    ):
        raise INVALID_ARGUMENT(problem=f"Date must be midnight, not {text!r}")
    return date


def _check(rule: Rule) -> None:
    current = [transition.when for transition in rule.transitions]
    every = current + ([rule.expiration] if rule.expiration else [])
    if len({when.days is None for when in every}) > 1:
        raise INVALID_ARGUMENT(problem="Check Expiration and Transition in same rule failure")
    if not (
        every
        or rule.expired_delete_marker
        or rule.noncurrent_transitions
        or rule.noncurrent_expiration
        or rule.abort_uploads
    ):
        raise INVALID_ARGUMENT(problem="a rule has no action")
    _check_order(rule.transitions, rule.expiration)
    _check_order(rule.noncurrent_transitions, rule.noncurrent_expiration)


def _check_order(transitions: Sequence[Transition], expiration: When | None) -> None:
    """Colder only later, and nothing is moved that is already gone."""
    ordered = sorted(transitions, key=lambda transition: coldness(transition.storage_class))
    moments = [_moment(transition.when) for transition in ordered]
    if len({transition.storage_class for transition in ordered}) < len(ordered):
        raise INVALID_ARGUMENT(problem="a rule names a storage class twice")
    if any(later <= earlier for earlier, later in pairwise(moments)):
        raise INVALID_ARGUMENT(problem="a colder storage class must come later")
    if expiration and moments and _moment(expiration) <= moments[-1]:
        raise INVALID_ARGUMENT(problem="Expiration must come after every Transition")


def _moment(when: When) -> float:
    return when.date.timestamp() if when.date is not None else float(when.days or 0)
