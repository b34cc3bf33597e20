"""Policy documents: what the official provider accepts, compares and keeps."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from gme_recording.errors import UserError


def same(old: Any, new: Any) -> bool:
    """Compare two documents as JSON: white space and the order of keys do not matter."""
    if old == new:
        return True
    try:
        return bool(json.loads(old) == json.loads(new))
    except (TypeError, ValueError):
        return False


def is_json(name: str, value: Any) -> Iterable[str]:
    """Allow JSON documents, and the empty text (as the official provider does)."""
    if not value:
        return
    try:
        json.loads(value)
    except ValueError as error:
        at_end = isinstance(error, json.JSONDecodeError) and error.pos >= len(value.rstrip())
        yield f'"{name}" contains an invalid JSON: {"unexpected end of JSON input" if at_end else error}'


def canonical(document: Any) -> str:
    """Return a document as the official provider keeps a bucket's: compact, keys sorted, no `Sid`.

    `Sid` goes from the statements of a key spelt exactly `Statement` (facts: defect 5.1, 2).
    """
    if isinstance(document, Mapping) and isinstance(document.get("Statement"), list):
        kept = [{key: part for key, part in each.items() if key != "Sid"} for each in document["Statement"]]
        document = {**document, "Statement": kept}
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def require_acceptable(document: str) -> None:
    """Raise UserError for what the official provider refuses before it asks the cloud (facts 3.2)."""
    for problem in _problems(document):
        raise UserError(f"policy document: {problem}", hint="compare with the CAM policy syntax")


def _problems(document: str) -> Iterable[str]:
    try:
        parsed = json.loads(document)
    except ValueError as error:
        yield f"is not JSON ({error})"
        return
    statements = _part(parsed, "statement")
    if not isinstance(statements, list):
        yield "`statement` must be a list"
        return
    for statement in statements:
        yield from _statement(statement)


def _statement(statement: Any) -> Iterable[str]:
    if not isinstance(statement, Mapping):
        yield "every statement must be an object"
        return
    principal = _part(statement, "principal")
    if principal is not None and not isinstance(principal, Mapping):
        yield "`principal` must be an object"
    elif isinstance(principal, Mapping) and not isinstance(principal.get("qcs", []), list):
        yield "`principal.qcs` must be a list"
    if not isinstance(_part(statement, "resource") or [], list):
        yield "`resource` must be a list"
    if not isinstance(_part(statement, "action") or [], list | str):
        yield "`action` must be a text or a list"


def _part(document: Any, key: str) -> Any:
    """Look a key up in either case, as the official provider does."""
    if not isinstance(document, Mapping):
        return None
    return next((part for name, part in document.items() if name.lower() == key), None)
