"""Prices of COS: a dated table that comes with the package, and files that take its place cell by cell."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from importlib import resources
from pathlib import Path

from components.config.buckets import REGIONS
from components.lifecycle import MINIMUM_BILLED_DAYS
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
_MORE = "more"
_FEE = ("", "", Unit.RECORDED)


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

    @property
    def has_fee(self) -> bool:
        """Whether GME's fee is known."""
        return _FEE in self.usd

    def with_recording(self, usd_per_1000_minutes: Decimal | None) -> Prices:
        """Return the same prices with GME's fee, if there is one to tell."""
        if usd_per_1000_minutes is None:
            return self
        return replace(self, usd={**self.usd, _FEE: usd_per_1000_minutes})

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
        return prices.under(parse(own.read_text(encoding="utf-8-sig"), str(own)))
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
    problems = [] if notes.get("priced on") else [_problem("# priced on", "", "a date, such as 2026-01-31")]
    body = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and line[0] != "#"]
    table: dict[tuple[str, str, Unit], Decimal] = {}
    try:
        rows = csv.DictReader((line for _, line in body), restval="", restkey=_MORE)
        problems += _columns(rows.fieldnames or ())
        for row in rows if not problems else ():
            wrong, prices = _read(row)
            table |= prices
            where = f"line {body[rows.line_num - 1][0]}"
            problems += [_problem(where, found, allowed) for found, allowed in wrong]
    except csv.Error as error:
        problems.append(_problem("CSV", str(error), _FORM))
    if problems:
        raise InvalidInput([replace(problem, file=file) for problem in problems], file=file)
    return Prices((Source(notes.get("source") or file, notes["priced on"]),), table)


def _read(row: Mapping[str, str]) -> tuple[list[tuple[str, str]], dict[tuple[str, str, Unit], Decimal]]:
    """What is wrong with a row, each with what is allowed; and what it prices."""
    name = row["storage_class"].strip()
    regions = row["regions"].split()
    wrong = [(region, "a region of COS") for region in regions if region not in REGIONS]
    if name not in MINIMUM_BILLED_DAYS:
        wrong.append((name, f"one of {', '.join(MINIMUM_BILLED_DAYS)}"))
    if _MORE in row:
        wrong.append((str(row[_MORE]), "no more cells than columns"))
    prices: dict[tuple[str, str, Unit], Decimal] = {}
    for unit in COLUMNS:
        if written := (row.get(unit) or "").strip():
            if (price := _price(written)) is None:
                wrong.append((written, "a price in USD, 0 or more"))
            else:
                prices |= {(region, name, unit): price for region in regions}
    return wrong, prices


def _price(written: str) -> Decimal | None:
    try:
        price = Decimal(written)
    except InvalidOperation:
        return None
    return price if price.is_finite() and price >= 0 else None


def _columns(found: Sequence[str]) -> Iterator[Problem]:
    for key in _KEYS:
        if key not in found:
            yield _problem(key, "", f"a column; the columns are {_FORM}")
    for name in found:
        if name not in {*_KEYS, *COLUMNS} or list(found).count(name) > 1:
            yield _problem("column", name, f"one of {_FORM}, once")


def _note(line: str) -> tuple[str, str]:
    name, _, value = line.lstrip("# ").partition(":")
    return name.strip(), value.strip()


def _problem(where: str, found: str, allowed: str) -> Problem:
    return Problem(where=where, found=found, allowed=allowed)
