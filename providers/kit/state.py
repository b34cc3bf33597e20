"""State: what a preview foresees, what is kept of what was read, and what of it is an input."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from providers.kit.diff import differs
from providers.kit.property import WORDS, Kind, Many, One, Property, empty, snake_case
from providers.kit.values import DEFAULTS, UNKNOWN, Values, known


def planned(properties: tuple[Property, ...], inputs: Values, state: Values | None = None) -> dict[str, Any]:
    """Return the state that declared inputs lead to; `state` is the one before, none for a new resource.

    What only the cloud can say is unknown for a new resource, and as before for an old one.
    """
    return {each.name: _planned(each, inputs.get(each.name), state) for each in properties}


def _planned(entry: Property, new: Any, state: Values | None) -> Any:
    if entry.output or (entry.computed and new in (None, "")):
        return UNKNOWN if state is None else state.get(entry.name)
    old = None if state is None else state.get(entry.name)
    if old is not None and not differs(entry, old, new):
        return old
    return _nothing(entry, old) if new is None else _filled(entry.kind, new, old)


def _nothing(entry: Property, old: Any = None) -> Any:
    if isinstance(entry.kind, Many) and (old is not None or isinstance(entry.kind.of, tuple)):
        return []
    return {} if entry.kind is WORDS and old is not None else entry.blank


def _filled(kind: Kind, new: Any, old: Any) -> Any:
    if new is UNKNOWN or (kind is WORDS and not known(new)):
        return UNKNOWN
    if kind is WORDS:
        return {name: _text(value) for name, value in new.items() if name != DEFAULTS}
    if isinstance(kind, One):
        return planned(kind.of, new, old if kind.ordered else None)
    if isinstance(kind, Many):
        olds = old if kind.ordered and isinstance(old, list) else []
        items = [
            _item(kind, item, olds[index] if index < len(olds) else None) for index, item in enumerate(new)
        ]
        return items if kind.ordered else sorted(items, key=_rank)
    return new


def _item(kind: Many, new: Any, old: Any) -> Any:
    return planned(kind.of, new, old) if isinstance(kind.of, tuple) and new is not UNKNOWN else new


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _rank(value: Any) -> str:
    """Order of a set's members: by their names' values as text, as the official provider writes them."""
    if isinstance(value, Mapping):
        return "".join(f"{_rank(value[name])};" for name in sorted(value, key=snake_case))
    if value is None or value is UNKNOWN:
        return "~" if value is None else "?"
    return json.dumps(value)


def settled(kind: Kind, read: Any, before: Any, *, applied: bool) -> Any:
    """Return what is kept of a value that was read, given the one planned (applied) or known before.

    A collection that is empty in one and absent in the other stays as it was, a set that was written stays as
    written: otherwise a refresh would show changes where there are none (Terraform's `normalizeNullValues`,
    which the official provider goes through).
    """
    if before is UNKNOWN or (before is None and not _collection(kind)):
        return read
    if _collection(kind) and applied and empty(read) and empty(before):
        return before
    if before is None or (applied and _is_set(kind) and known(before)):
        return read if before is None else before
    if isinstance(kind, One) and read is not None:
        return settled_object(kind.of, read, before, applied=applied)
    if isinstance(kind, Many) and isinstance(kind.of, tuple) and read and len(read) == len(before):
        return [
            settled_object(kind.of, new, old, applied=applied) for new, old in zip(read, before, strict=True)
        ]
    return "" if read is None and before == "" else read


def settled_object(
    properties: tuple[Property, ...], read: Values, before: Values, *, applied: bool
) -> dict[str, Any]:
    """Settle every property of an object; one that was not read stays as it was, if it was at all."""
    return {
        each.name: settled(each.kind, read[each.name], before.get(each.name), applied=applied)
        if each.name in read
        else _unread(each, before.get(each.name))
        for each in properties
    }


def _unread(entry: Property, before: Any) -> Any:
    return _nothing(entry) if before is None or before is UNKNOWN else before


def _collection(kind: Kind) -> bool:
    return isinstance(kind, Many) or kind is WORDS


def _is_set(kind: Kind) -> bool:
    return isinstance(kind, Many | One) and not kind.ordered


def raw_delta(properties: tuple[Property, ...], state: Values) -> dict[str, Any]:
    """Return what bridged providers keep beside a state: how its form differs from the vendor's own."""
    parts = {each.name: _delta(each.kind, state.get(each.name)) for each in properties}
    renamed = {
        each.name: each.vendor_name
        for each in properties
        if each.vendor and each.vendor != snake_case(each.name) and state.get(each.name) is not None
    }
    described = {"ps": {name: delta for name, delta in parts.items() if delta}, "renamed": renamed}
    return {"obj": {name: part for name, part in described.items() if part}}


def _delta(kind: Kind, value: Any) -> dict[str, Any] | None:
    if isinstance(kind, One):
        return {"plu": {"i": {} if value is None else raw_delta(kind.of, value)}}
    if value is None or value is UNKNOWN:
        return None
    if kind is WORDS:
        return {"map": {}}
    if isinstance(kind, Many):
        parts = {}
        if isinstance(kind.of, tuple):
            parts = {str(index): raw_delta(kind.of, item) for index, item in enumerate(value)}
        return {"arr": {"el": parts}} if parts else {"arr": {}}
    return None
