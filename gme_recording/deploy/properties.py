"""Old and new property values of a step → the list of what differs, in a form that can be read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gme_recording.deploy.step import Change

SIGNATURE = "4dabf18193072939515e22adb298388d"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - Pulumi's signature of a secret, the same everywhere
_BOOKKEEPING = frozenset({"__defaults", "__internal", "__pulumi_raw_state_delta"})
_PART = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.\[\]]+)')
_LONGEST = 100
_ABSENT = object()

Properties = Mapping[str, Any]


def changes(old: Properties, new: Properties, paths: Iterable[str] = ()) -> tuple[Change, ...]:
    """Return what differs between two sets of properties, below the given paths (default: everywhere)."""
    found: dict[str, Change] = {}
    for path in paths or sorted({*old, *new} - _BOOKKEEPING):
        for change in _differences(path, _at(old, path), _at(new, path)):
            found.setdefault(change.path, change)
    return tuple(found.values())


def render(value: object) -> str:
    """Show a property value on one line; secrets are masked, what is not known yet says so."""
    if isinstance(value, Mapping) and value.get(SIGNATURE) == _SECRET:
        return "[secret]"
    if value == UNKNOWN:
        return "[known after up]"
    text = json.dumps(_plain(value), ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _differences(path: str, old: object, new: object) -> Iterator[Change]:
    old, new = _document(old), _document(new)
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping) and SIGNATURE not in {*old, *new}:
        for key in sorted({*old, *new} - _BOOKKEEPING):
            yield from _differences(f"{path}.{key}", old.get(key, _ABSENT), new.get(key, _ABSENT))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            yield from _differences(f"{path}[{index}]", *(_item(side, index) for side in (old, new)))
    else:
        yield Change(path, *(None if side is _ABSENT else render(side) for side in (old, new)))


def _document(value: object) -> object:
    """Policies are JSON in a string: compare what they say."""
    if isinstance(value, str) and value.startswith("{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _at(properties: object, path: str) -> object:
    for quoted, index, name in _PART.findall(path):
        if isinstance(properties, list) and index:
            properties = _item(properties, int(index))
        elif isinstance(properties, Mapping):
            properties = properties.get(quoted or name, _ABSENT)
        else:
            return _ABSENT
    return properties


def _item(items: list[Any], index: int) -> object:
    return items[index] if index < len(items) else _ABSENT


def _plain(value: Any) -> Any:
    """Drop the engine's bookkeeping and mask nested secrets."""
    if isinstance(value, Mapping):
        if SIGNATURE in value:
            return "[secret]" if value[SIGNATURE] == _SECRET else "[reference]"
        return {key: _plain(item) for key, item in value.items() if key not in _BOOKKEEPING}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
