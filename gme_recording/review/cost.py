"""What recordings cost, month by month, under declared lifecycle rules (pure).

`monthly(rules, volume, prices) -> Estimate` is all there is to call: once with the rules of before, once
with those of after, and the difference is what a change costs. What is counted, and how, is in `usage`. What
COS adds to bring a stay up to the class's minimum is spread over the days that are missing. Smoke tests are
left out: seconds that stay a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from components.lifecycle import MINIMUM_BILLED_DAYS
from gme_recording.api import LifecycleRule
from gme_recording.review import usage
from gme_recording.review.prices import Prices, Source, Unit
from gme_recording.review.usage import RECORDING, Meter, Volume

MONTHS = 24
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Month:
    """One month's mean storage and its bill, as far as there are prices."""

    number: int
    gb: Mapping[str, Decimal]
    """Storage class → mean GB, copies included."""
    usd: Mapping[str, Decimal]
    """Line of the bill → USD."""

    @property
    def usd_priced(self) -> Decimal:
        """The sum of what has a price: a total only where nothing is unpriced."""
        return sum(self.usd.values(), NOTHING)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What recordings cost from the first day of recording on."""

    months: tuple[Month, ...]
    unpriced: tuple[str, ...]
    """What is used and has no price."""
    notes: tuple[str, ...]
    """Where the declared lifecycle costs more than it looks."""
    sources: tuple[Source, ...]

    @property
    def usd_by_line(self) -> dict[str, Decimal]:
        """Line of the bill → USD of all months."""
        return _sum(month.usd for month in self.months)

    @property
    def usd_priced(self) -> Decimal:
        """All months' sum of what has a price."""
        return sum((month.usd_priced for month in self.months), NOTHING)

    @property
    def usd_total(self) -> Decimal | None:
        """All months; None where something has no price."""
        return None if self.unpriced else self.usd_priced

    def data(self) -> dict[str, Any]:
        """Return the estimate as JSON data; amounts are decimal texts with 6 places."""
        return {
            "months": [
                {
                    "month": month.number,
                    "gb": _texts(month.gb),
                    "usd": _texts(month.usd),
                    "usdPriced": f"{month.usd_priced:.6f}",
                }
                for month in self.months
            ],
            "usdByLine": _texts(self.usd_by_line),
            "usdPriced": f"{self.usd_priced:.6f}",
            "usdTotal": None if self.usd_total is None else f"{self.usd_total:.6f}",
            "unpriced": list(self.unpriced),
            "notes": list(self.notes),
            "prices": [{"source": each.name, "pricedOn": each.priced_on} for each in self.sources],
        }


def monthly(rules: Sequence[LifecycleRule], volume: Volume, prices: Prices, months: int = MONTHS) -> Estimate:
    """Estimate the bill for one prefix of a bucket with these rules, whose order does not matter."""
    stays = usage.stages(rules, volume)
    estimate = _priced(usage.meters(stays, volume, months), prices, months)
    return replace(estimate, notes=tuple(_notes(rules, volume, prices, estimate)))


def together(estimates: Mapping[str, Estimate]) -> Estimate:
    """Return the sum of estimates over the same months; a note begins with the name that it comes from."""
    every = tuple(estimates.values())
    months = tuple(
        Month(same[0].number, _sum(month.gb for month in same), _sum(month.usd for month in same))
        for same in zip(*(each.months for each in every), strict=True)
    )
    return Estimate(
        months,
        tuple(dict.fromkeys(what for each in every for what in each.unpriced)),
        tuple(f"{name}: {note}" for name, each in estimates.items() for note in each.notes),
        tuple(dict.fromkeys(source for each in every for source in each.sources)),
    )


def _priced(meters: Iterable[Meter], prices: Prices, months: int) -> Estimate:
    gb: list[dict[str, Decimal]] = [{} for _ in range(months)]
    usd: list[dict[str, Decimal]] = [{} for _ in range(months)]
    unpriced: dict[str, None] = {}
    for meter in meters:
        price = prices.find(meter.region, meter.storage_class, meter.unit)
        if price is None and any(meter.amounts):
            unpriced[_what(meter)] = None
        for month, amount in enumerate(meter.amounts):
            if meter.stored:
                _add(gb[month], meter.storage_class, amount)
            if price is not None:
                _add(usd[month], meter.line, amount * price)
    found = tuple(Month(number, *both) for number, both in enumerate(zip(gb, usd, strict=True), 1))
    return Estimate(found, tuple(unpriced), (), prices.sources)


def _notes(
    rules: Sequence[LifecycleRule], volume: Volume, prices: Prices, estimate: Estimate
) -> Iterator[str]:
    """Say where the lifecycle does nothing, bills what is gone, or costs more than no lifecycle."""
    stays = usage.stages(rules, volume)
    moves = any(rule.transitions for rule in rules if volume.prefix.startswith(rule.prefix))
    if moves and volume.bytes_per_file < usage.SMALLEST_MOVED_BYTES:
        size = volume.bytes_per_file / 1024
        yield f"files of {size:.0f} KB never leave STANDARD: COS moves none below 64 KB"
    for stay in stays:
        if missing := usage.missing_days(stay):
            yield (
                f"{stay.storage_class} is billed for {MINIMUM_BILLED_DAYS[stay.storage_class]} days,"
                f" recordings stay {stay.days}: {missing} days are paid for nothing"
            )
    unmoved = usage.stages([replace(rule, transitions=()) for rule in rules], volume)
    plain = _priced(usage.meters(unmoved, volume, len(estimate.months)), prices, len(estimate.months))
    more = estimate.usd_priced - plain.usd_priced
    if more > 0 and not _lacks_cos(estimate) and not _lacks_cos(plain):
        yield f"moving to colder classes costs {more:.2f} USD more than to leave all in STANDARD"


def _lacks_cos(estimate: Estimate) -> bool:
    return any(what != RECORDING for what in estimate.unpriced)


def _what(meter: Meter) -> str:
    if meter.unit is Unit.RECORDED:
        return RECORDING
    return f"{meter.line}: {meter.unit} of {meter.storage_class} in {meter.region}"


def _add(sums: dict[str, Decimal], name: str, amount: Decimal) -> None:
    sums[name] = sums.get(name, NOTHING) + amount


def _sum(parts: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for part in parts:
        for name, amount in part.items():
            _add(sums, name, amount)
    return sums


def _texts(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    return {name: f"{amount:.6f}" for name, amount in amounts.items()}
