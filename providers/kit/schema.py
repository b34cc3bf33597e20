"""Schema: the package as Pulumi's tools read it, for documentation and generated SDKs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers.kit.property import WORDS, Kind, Many, One, Property

_SCALARS: dict[Any, str] = {str: "string", bool: "boolean", int: "integer"}


def schema(
    name: str,
    version: str,
    configuration: tuple[Property, ...],
    resources: Mapping[str, tuple[Property, ...]],
) -> dict[str, Any]:
    """Return the package's schema; nested objects become types named after their path."""
    types: dict[str, Any] = {}
    declared = tuple(each for each in configuration if each.name != "version")  # which is the engine's own
    return {
        "name": name,
        "version": version,
        "provider": {"inputProperties": _properties(declared, f"{name}:index:Provider", types)},
        "resources": {token: _resource(table, token, types) for token, table in resources.items()},
        "types": types,
    }


def _resource(table: tuple[Property, ...], token: str, types: dict[str, Any]) -> dict[str, Any]:
    given = tuple(each for each in table if each.input)
    return {
        "properties": _properties(table, token, types),
        "inputProperties": _properties(given, token, types),
        "requiredInputs": [each.name for each in given if each.required],
    }


def _properties(table: tuple[Property, ...], token: str, types: dict[str, Any]) -> dict[str, Any]:
    return {each.name: _described(each, token, types) for each in table}


def _described(each: Property, token: str, types: dict[str, Any]) -> dict[str, Any]:
    marks = {
        "description": each.description,
        "default": each.default,
        "secret": each.secret,
        "willReplaceOnChanges": each.replaces,
    }
    inner = f"{token}{each.name[0].upper()}{each.name[1:]}"
    return _type(each.kind, inner, types) | {name: mark for name, mark in marks.items() if mark}


def _type(kind: Kind, token: str, types: dict[str, Any]) -> dict[str, Any]:
    if kind is WORDS:
        return {"type": "object", "additionalProperties": {"type": "string"}}
    if isinstance(kind, Many):
        return {"type": "array", "items": _inner(kind.of, token, types)}
    if isinstance(kind, One):
        return _inner(kind.of, token, types)
    return {"type": _SCALARS[kind]}


def _inner(of: type | tuple[Property, ...], token: str, types: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(of, tuple):
        return {"type": _SCALARS[of]}
    types[token] = {"type": "object", "properties": _properties(of, token, types)}
    return {"$ref": f"#/types/{token}"}
