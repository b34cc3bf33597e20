"""Prices of COS: a dated table that comes with the package, and files that take its place cell by cell."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from importlib import resources
from pathlib import Path

from gme_recording.errors import ExitCode, InvalidInput, Problem, UserError


class Unit(StrEnum):
    """What a price is for. The words are the columns of a price file."""

    GB_MONTH = "usd_per_gb_month"
    """A GB of 1024³ bytes, kept for 30 days."""
    REQUESTS = "usd_per_10k_requests"
    RETRIEVED = "usd_per_gb_retrieved"
    """A GB read from STANDARD_IA, or restored from a colder class."""
    EGRESS = "usd_per_gb_egress"
    """A GB downloaded over the Internet."""
    REPLICATED = "usd_per_gb_replicated"
    """A GB copied to a bucket in another region."""
    RECORDED = "usd_per_1000_recorded_minutes"
    """GME's fee; in no price file, as no public price of it is known."""


COLUMNS = tuple(unit for unit in Unit if unit is not Unit.RECORDED)
_KEYS = ("regions", "storage_class")
_FORM = ",".join((*_KEYS, *COLUMNS))


@dataclass(frozen=True, slots=True)
class Source:
    """Where prices come from, and of when they are."""

    name: str
    priced_on: str


@dataclass(frozen=True, slots=True)
class Prices:
    """USD by region, storage class and unit."""

    sources: tuple[Source, ...]
    usd: Mapping[tuple[str, str, Unit], Decimal] = field(repr=False)

    def find(self, region: str, storage_class: str, unit: Unit) -> Decimal | None:
        """Return a price in USD, or None where none is known."""
        return self.usd.get((region, storage_class, unit))

    def with_recording(self, usd_per_1000_minutes: Decimal | None) -> Prices:
        """Return the same prices with GME's fee, if there is one to tell."""
        if usd_per_1000_minutes is None:
            return self
        return replace(self, usd={**self.usd, ("", "", Unit.RECORDED): usd_per_1000_minutes})

    def under(self, own: Prices) -> Prices:
        """Return these prices where `own` has none."""
        return Prices((*own.sources, *self.sources), {**self.usd, **own.usd})


def load(own: Path | None = None) -> Prices:
    """Return the prices that come with the package, under those of a file; raises InvalidInput, UserError."""
    shipped = resources.files(__package__).joinpath("prices.csv").read_text(encoding="utf-8")
    prices = parse(shipped, "prices.csv")
    if own is None:
        return prices
    try:
        return prices.under(parse(own.read_text(encoding="utf-8"), str(own)))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"{own} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8 text'}",
            hint=f"a price file is CSV: {_FORM}",
            exit_code=ExitCode.INPUT,
        ) from None


def parse(text: str, file: str) -> Prices:
    """Read a price file: CSV, with lines `# source: …` and `# priced on: …`; raises InvalidInput."""
    lines = text.splitlines()
    notes = dict(_note(line) for line in lines if line.startswith("#"))
    priced_on = notes.get("priced on", "")
    source = Source(notes.get("source") or file, priced_on)
    problems = [] if priced_on else [_problem(file, "# priced on", "", "the date of the prices: 2026-01-31")]
    table: dict[tuple[str, str, Unit], Decimal] = {}
    body = [(number, line) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]
    rows = csv.DictReader((line for _, line in body), restval="", restkey="more")
    problems += _columns(file, rows.fieldnames or ())
    if not problems:
        for (number, _), row in zip(body[1:], rows, strict=True):
            for cell in _cells(row):
                if isinstance(cell, str):
                    problems.append(_problem(file, f"line {number}", cell, "a price in USD, 0 or more"))
                else:
                    table.update(cell)
    if problems:
        raise InvalidInput(problems, file=file)
    return Prices((source,), table)


def _cells(row: Mapping[str, str]) -> Iterator[dict[tuple[str, str, Unit], Decimal] | str]:
    """Yield what each cell prices, or the text of a cell that is no price."""
    if "more" in row:
        yield str(row["more"])
        return
    for unit in COLUMNS:
        if not (written := (row.get(unit) or "").strip()):
            continue
        try:
            price = Decimal(written)
        except InvalidOperation:
            yield written
            continue
        if not price.is_finite() or price < 0:
            yield written
            continue
        yield {(region, row["storage_class"].strip(), unit): price for region in row["regions"].split()}


def _columns(file: str, found: object) -> Iterator[Problem]:
    names = list(found) if isinstance(found, list | tuple) else []
    for key in _KEYS:
        if key not in names:
            yield _problem(file, key, "", f"a column; the columns are {_FORM}")
    for name in names:
        if name not in {*_KEYS, *COLUMNS}:
            yield _problem(file, "column", str(name), f"one of {_FORM}")


def _note(line: str) -> tuple[str, str]:
    name, _, value = line.lstrip("# ").partition(":")
    return name.strip(), value.strip()


def _problem(file: str, where: str, found: str, allowed: str) -> Problem:
    return Problem(where=where, found=found, allowed=allowed, file=file)
