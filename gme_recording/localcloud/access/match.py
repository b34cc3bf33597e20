"""Patterns of policies against names (pure): actions, six-part resources, principals."""

from __future__ import annotations

import re
from functools import lru_cache

PARTS = 6
"""`qcs:<project>:<service>:<region>:<account>:<resource>`."""


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    """What stands between two stars is looked for once, from the left: no pattern takes long."""
    first, *rest = (_literal(part) for part in text.split("*"))
    between = "".join(f"(?>.*?{part})" for part in rest[:-1])
    return re.compile("".join([first, between, *(f".*{last}" for last in rest[-1:])]), re.DOTALL)


def _literal(text: str) -> str:
    return "".join("." if char == "?" else re.escape(char) for char in text)


def matches(pattern: str, text: str) -> bool:
    """`*` stands for any characters, `/` and none included; `?` for one."""
    if "*" not in pattern and "?" not in pattern:
        return pattern == text
    return _pattern(pattern).fullmatch(text) is not None


def action_matches(pattern: str, action: str) -> bool:
    """`name/cos:GetObject`, `cos:Get*`, `cos:*` or `*` against `cos:GetObject`; case does not count."""
    return matches(pattern.removeprefix("name/").lower(), action.lower())


def resource_matches(pattern: str, resource: str) -> bool:
    """`*`, or six parts; a part left empty in the pattern stands for all of its kind."""
    if pattern == "*":
        return True
    wanted, given = pattern.split(":", PARTS - 1), resource.split(":", PARTS - 1)
    if len(wanted) != PARTS or len(given) != PARTS:
        return False
    return all(not part or matches(part, text) for part, text in zip(wanted, given, strict=True))


def principal_matches(pattern: str, principal: str) -> bool:
    """`*`, anyone, an account (`qcs::cam::uin/1:root`) or an identity (`qcs::cam::uin/1:uin/2`).
    Whoever comes through an identity provider is nobody of the account's.
    """
    if pattern in {"*", "qcs::cam::anyone:anyone"}:
        return True
    account, _, who = pattern.rpartition(":")
    if who == "root":
        return principal.startswith(f"{account}:") and ":oidc-provider/" not in principal
    return matches(pattern, principal)
