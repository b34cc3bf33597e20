"""XML of the vendor's form ↔ a tree of names and texts (pure).

Namespaces are dropped, the order of elements is kept, and a document type declaration is refused, so that
nothing can expand or be fetched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_DEPTH = 20
MAX_ELEMENTS = 100_000
"""Of a list of 10,000 parts it is a third."""
_ESCAPED = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;"}
_ESCAPED |= {code: f"&#x{code:X};" for code in range(0x20) if code not in (0x09, 0x0A)}


class MalformedDocument(ValueError):
    """What is wrong with the text, for people."""


@dataclass(frozen=True, slots=True)
class Element:
    """Either a text or children."""

    name: str
    text: str = ""
    children: tuple[Element, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()

    def find(self, name: str) -> Element | None:
        """The first child of that name."""
        return next(self.each(name), None)

    def each(self, name: str) -> Iterator[Element]:
        return (child for child in self.children if child.name == name)

    def value(self, name: str, default: str = "") -> str:
        """Text of the first child of that name, without white space around it."""
        child = self.find(name)
        return default if child is None else child.text.strip()


def leaf(name: str, text: object) -> Element:
    return Element(name, str(text))


def tree(name: str, children: Iterable[Element | None] = ()) -> Element:
    """An element with these children; None stands for one that is left out."""
    return Element(name, children=tuple(child for child in children if child is not None))


def render(element: Element) -> str:
    inside = "".join(map(render, element.children)) or element.text.translate(_ESCAPED)
    attributes = "".join(f' {name}="{value.translate(_ESCAPED)}"' for name, value in element.attributes)
    start = f"{element.name}{attributes}"
    return f"<{start}>{inside}</{element.name}>" if inside else f"<{start}/>"


def parse(text: bytes | str) -> Element:
    """Raises MalformedDocument."""
    from pyexpat import ExpatError, ParserCreate  # noqa: PLC0415 - most requests carry no document

    builder = _Builder()
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = builder.doctype
    try:
        parser.Parse(text, True)
    except (ExpatError, ValueError, LookupError) as error:
        raise MalformedDocument(str(error)) from error
    return builder.open[0][-1]


class _Builder:
    def __init__(self) -> None:
        self.open: list[list[Element]] = [[]]
        self._count = 0
        self._texts: list[str] = [""]
        self._attributes: list[tuple[tuple[str, str], ...]] = []

    def start(self, _name: str, attributes: dict[str, str]) -> None:
        if len(self.open) > MAX_DEPTH:
            raise MalformedDocument(f"elements nest deeper than {MAX_DEPTH}")
        self._count += 1
        if self._count > MAX_ELEMENTS:
            raise MalformedDocument(f"there are more than {MAX_ELEMENTS} elements")
        kept = ((_local(key), value) for key, value in attributes.items() if not key.startswith("xmlns"))
        self._attributes.append(tuple(kept))
        self.open.append([])
        self._texts.append("")

    def end(self, name: str) -> None:
        children = tuple(self.open.pop())
        text = self._texts.pop()
        self.open[-1].append(
            Element(_local(name), "" if children else text, children, self._attributes.pop())
        )

    def characters(self, text: str) -> None:
        self._texts[-1] += text

    def doctype(self, *_declaration: Any) -> None:
        raise MalformedDocument("a document type declaration is not allowed")


def _local(name: str) -> str:
    return name.rpartition(":")[2]
