"""JSON of a request to the typed parameters of an operation (pure).

Types decide: `int`, `float`, `str`, `bool`, `list[X]`, `dict`, a dataclass for an object, `X | Y` for
either and `X | None` for what may be left out. `null` counts as left out. Where requests are flat
(queries, paths, forms) all values are texts, and a list is an object with the keys 0, 1, 2...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from gme_recording.localcloud.operation import Parameter, parameter
from gme_recording.localcloud.refusal import Refusal

MISSING_PARAMETER = Refusal("MissingParameter", "The request is missing a required parameter `{name}`.")
UNKNOWN_PARAMETER = Refusal("UnknownParameter", "The parameter `{name}` is not recognized.")
INVALID_PARAMETER = Refusal("InvalidParameter", "The value of the parameter `{name}` is not {allowed}.")

INT64 = range(-(2**63), 2**64)
"""Signed and unsigned integers of the vendor's models."""


def fill(parameters: Iterable[Parameter], given: Mapping[str, Any], path: str = "") -> dict[str, object]:
    """Values by name in the function, without those left out; raises CloudError."""
    by_wire = {parameter.wire: parameter for parameter in parameters}
    for wire in given:
        if wire not in by_wire:
            raise UNKNOWN_PARAMETER(name=path + wire)
    found: dict[str, object] = {}
    for wire, wanted in by_wire.items():
        if (value := given.get(wire)) is not None:
            found[wanted.name] = _convert(wanted.hint, value, path + wire)
        elif wanted.required:
            raise MISSING_PARAMETER(name=path + wire)
    return found


def _convert(hint: Any, value: Any, path: str) -> Any:
    outer = get_origin(hint) or hint
    if outer in (UnionType, Union):
        return _either([option for option in get_args(hint) if option is not NoneType], value, path)
    if outer is list:
        return _list(get_args(hint)[0], value, path)
    if is_dataclass(outer):
        return _object(cast("type", outer), value, path)
    allowed, accept = _SCALARS[outer]
    try:
        return accept(value)
    except (ValueError, OverflowError):
        raise INVALID_PARAMETER(name=path, allowed=allowed) from None


def _either(options: list[Any], value: Any, path: str) -> Any:
    *first, last = options
    for option in first:
        if type(value) is (get_origin(option) or option):
            return _convert(option, value, path)
    return _convert(last, value, path)


def _list(item: Any, value: Any, path: str) -> list[Any]:
    if isinstance(value, dict) and value.keys() == {str(n) for n in range(len(value))}:
        value = [value[str(n)] for n in range(len(value))]
    if not isinstance(value, list):
        raise INVALID_PARAMETER(name=path, allowed="a list")
    return [_convert(item, member, f"{path}.{n}") for n, member in enumerate(value)]


def _object(of: type, value: Any, path: str) -> Any:
    if not isinstance(value, dict):
        raise INVALID_PARAMETER(name=path, allowed="an object")
    return of(**fill(_members(of), value, f"{path}."))


@lru_cache(maxsize=256)
def _members(of: type) -> tuple[Parameter, ...]:
    hints = get_type_hints(of, include_extras=True)
    return tuple(
        parameter(
            field.name, hints[field.name], field.default is MISSING and field.default_factory is MISSING
        )
        for field in fields(of)
    )


def _int(value: Any) -> int:
    number = int(value) if isinstance(value, str) else value
    if type(number) is not int or number not in INT64:
        raise ValueError
    return number


def _float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError  # noqa: TRY004 - one error for every scalar
    return float(value)


def _str(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError  # noqa: TRY004
    value.encode()  # half of a surrogate pair is no text
    return value


def _dict(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError  # noqa: TRY004
    return value


def _bool(value: Any) -> bool:
    if value in (True, "true", "True"):
        return True
    if value in (False, "false", "False"):
        return False
    raise ValueError


_SCALARS: Mapping[Any, tuple[str, Callable[[Any], Any]]] = {
    int: ("an integer", _int),
    float: ("a number", _float),
    str: ("a string", _str),
    bool: ("a boolean", _bool),
    dict: ("an object", _dict),
}
