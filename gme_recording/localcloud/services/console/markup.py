"""Pages from small files: `$name` is replaced, and escaped unless it is markup already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from pathlib import Path
from string import Template

_FOLDER = Path(__file__).with_name("templates")


class Markup(str):
    """Text that is HTML. Everything else becomes text on the page, whatever it holds."""

    __slots__ = ()


NOTHING = Markup()
_SELECTED = Markup(" selected")


def render(template: str, **values: object) -> Markup:
    """A missing or misspelt value is a `KeyError`."""
    safe = {name: v if isinstance(v, Markup) else escape(str(v)) for name, v in values.items()}
    return Markup(_template(f"{template}.html").substitute(safe))


def render_all(template: str, rows: Iterable[Mapping[str, object]]) -> Markup:
    return Markup("".join(render(template, **row) for row in rows))


def options(choices: Iterable[tuple[str, str]], chosen: str = "") -> Markup:
    """Of a select, from pairs of value and text."""
    return render_all(
        "option",
        (
            {"value": value, "text": text, "chosen": _SELECTED if value == chosen else NOTHING}
            for value, text in choices
        ),
    )


def read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


@cache
def _template(name: str) -> Template:
    return Template(read(name))
