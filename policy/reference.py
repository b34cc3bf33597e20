"""The rules as the reference in `docs/policy.md`; `python -m policy.reference` brings it up to date."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from policy import RESOURCE_RULES, STACK_RULES
from policy.rule import Option, Rule

PAGE = Path(__file__).resolve().parents[1] / "docs" / "policy.md"
BEGIN = "<!-- rules: made by python -m policy.reference -->\n"
END = "<!-- end of rules -->\n"
RULES: tuple[Rule[Any], ...] = (*RESOURCE_RULES, *STACK_RULES)


def renewed(page: str) -> str:
    """The page with the rules as they are now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "".join([before, BEGIN, *(f"{line}\n" for line in _lines()), END, after])


def _lines() -> Iterator[str]:
    yield "| rule | severity | about | demands |"
    yield "|---|---|---|---|"
    for rule in RULES:
        about = ", ".join(kind.rpartition(":")[2] for kind in rule.types) or "everything"
        yield f"| [`{rule.id}`](#{rule.id}) | {rule.severity} | {about} | {rule.title} |"
    for rule in RULES:
        yield from _described(rule)


def _described(rule: Rule[Any]) -> Iterator[str]:
    yield ""
    yield f"### {rule.id}"
    yield f"{rule.title}. {rule.reason}"
    yield ""
    yield f"* What to do: {rule.hint}."
    for option in rule.options:
        yield f"* Option `{option.name}`: {option.meaning}. Default: {_default(option)}."
    if rule.maps_to:
        yield f"* Also: {', '.join(f'`{entry}`' for entry in rule.maps_to)}."


def _default(option: Option) -> str:
    given = option.default if isinstance(option.default, tuple) else (option.default,)
    return ", ".join(f"`{each}`" for each in given if each != "") or "none"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
