"""Hand-computed bills, and what holds for every bill.

The hand cases record 2^30/14,400,000 hours a day at 32 kbit/s, which is exactly 1 GB a day: an hour is
3600 s x 32,000 bit/s / 8 = 14,400,000 bytes.
"""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.api import LifecycleRule
from gme_recording.review import cost, prices
from gme_recording.review.cost import Estimate
from gme_recording.review.prices import Prices, Source, Unit
from gme_recording.review.usage import Volume

HERE, THERE = "ap-guangzhou", "ap-singapore"
GB_A_DAY = Decimal(2**30) / 14_400_000
ROUND = {
    ("STANDARD", Unit.GB_MONTH): 3,
    ("STANDARD_IA", Unit.GB_MONTH): 2,
    ("ARCHIVE", Unit.GB_MONTH): 1,
    ("STANDARD", Unit.REQUESTS): 10,
    ("STANDARD_IA", Unit.REQUESTS): 20,
    ("ARCHIVE", Unit.REQUESTS): 40,
    ("STANDARD_IA", Unit.RETRIEVED): 5,
    ("ARCHIVE", Unit.RETRIEVED): 7,
    ("STANDARD", Unit.EGRESS): 11,
    ("STANDARD", Unit.REPLICATED): 13,
}
PRICES = Prices(
    (Source("invented", "2026-01"),),
    {(HERE, *key): Decimal(usd) for key, usd in ROUND.items()}
    | {(THERE, *key): Decimal(100 * usd) for key, usd in ROUND.items()},
).with_recording(Decimal(0))
VOLUME = Volume(region=HERE, prefix="1_", hours_per_day=GB_A_DAY)


def rule(keep: int | None, *moves: tuple[int, str], versions: int | None = None) -> LifecycleRule:
    return LifecycleRule(
        id="app-1", prefix="1_", expire_days=keep, transitions=moves, noncurrent_expire_days=versions
    )


def amounts(estimate: Estimate, line: str) -> list[Decimal]:
    return [round(month.usd.get(line, Decimal(0)), 9) for month in estimate.months]


def gb(estimate: Estimate, storage_class: str) -> list[Decimal]:
    return [round(month.gb.get(storage_class, Decimal(0)), 9) for month in estimate.months]


def exactly(*numbers: str) -> list[Decimal]:
    return [round(Decimal(number), 9) for number in numbers]


def test_storage_for_ever_grows_by_a_days_recordings_a_day():
    """On day t (from 0) there are t full days' recordings and half of the day's own: t + 1/2 GB.

    Month 1: mean of 0.5 … 29.5 = 15 GB. Month 2: mean of 30.5 … 59.5 = 45 GB. Month 3: 75 GB. At 3 USD.
    """
    estimate = cost.monthly([rule(None)], VOLUME, PRICES, 3)

    assert gb(estimate, "STANDARD") == exactly("15", "45", "75")
    assert amounts(estimate, "storage STANDARD") == exactly("45", "135", "225")


def test_expiry_holds_storage_at_the_days_kept_and_a_half():
    """Kept 10 days: day t has min(t, 10) + 1/2 GB.

    Month 1: (0 + 1 + … + 9 = 45, then 20 days of 10 = 200) / 30 + 1/2 = 8.1666… + 0.5 = 8.6666…; then 10.5.
    """
    estimate = cost.monthly([rule(10)], VOLUME, PRICES, 3)

    assert gb(estimate, "STANDARD") == exactly(str(Decimal(26) / 3), "10.5", "10.5")


def test_a_move_goes_at_the_midnight_after_its_days_are_full():
    """To ARCHIVE after 30 days, for ever: day t has min(t, 30) + 1/2 GB in STANDARD and t - 30 in ARCHIVE.

    Month 2, days 30 … 59: STANDARD 30.5; ARCHIVE 0 … 29, mean 14.5. Month 3: 30.5 and 44.5.
    Requests: 2 files an hour, 2 x 74.565… = 149.13… a day. The first move is on day 31: an object of day 0
    has 30 full days at the midnight that begins day 31. So 29 days of moves in month 2, 30 in month 3.
    """
    estimate = cost.monthly([rule(None, (30, "ARCHIVE"))], VOLUME, PRICES, 3)
    files = 2 * GB_A_DAY

    assert gb(estimate, "STANDARD") == exactly("15", "30.5", "30.5")
    assert gb(estimate, "ARCHIVE") == exactly("0", "14.5", "44.5")
    assert amounts(estimate, "storage ARCHIVE") == exactly("0", "14.5", "44.5")
    written = files * 30 / 10_000 * 10
    moved = files / 10_000 * 40
    assert amounts(estimate, "requests") == exactly(
        str(written), str(written + 29 * moved), str(written + 30 * moved)
    )


def test_days_in_a_class_below_its_minimum_are_billed_after_the_end():
    """To STANDARD_IA after 10 days, gone after 15: 5 days of 30, so 25 are missing, of ages 15 to 40.

    Missing on day t: min(t, 40) - min(t, 15). Month 1: 0 + 1 + … + 14 on days 15 … 29 = 105, / 30 = 3.5.
    Month 2: 15 … 24 on days 30 … 39 = 195, then 20 days of 25 = 500; 695 / 30. Month 3: 25. At 2 USD.
    """
    estimate = cost.monthly([rule(15, (10, "STANDARD_IA"))], VOLUME, PRICES, 3)

    assert amounts(estimate, "minimum duration") == exactly("7", str(Decimal(695) / 15), "50")
    assert gb(estimate, "STANDARD_IA")[1:] == exactly("5", "5")
    assert estimate.notes[0] == (
        "STANDARD_IA is billed for 30 days, recordings stay 5: 25 days are paid for nothing"
    )
    assert estimate.notes[1].startswith("moving to colder classes costs ")


def test_whether_moving_pays_is_told_without_the_fee_but_not_without_a_class_price():
    real, here = prices.load(), replace(VOLUME, region="ap-singapore")

    archived = cost.monthly([rule(40, (30, "ARCHIVE"))], here, real)
    unpriced = cost.monthly([rule(40, (30, "DEEP_ARCHIVE"))], here, real)

    assert [note.partition(" ")[0] for note in archived.notes] == ["ARCHIVE", "moving"]
    assert [note.partition(" ")[0] for note in unpriced.notes] == ["DEEP_ARCHIVE"]


def test_a_lifecycle_that_pays_says_nothing():
    assert cost.monthly([rule(365, (30, "ARCHIVE"))], VOLUME, PRICES).notes == ()


def test_files_below_64_kb_stay_in_standard():
    """An hour of a stream is 14,400,000 bytes: 220 files an hour have 65,454 bytes, 219 have 65,753."""
    moving = [rule(None, (30, "ARCHIVE"))]

    small = cost.monthly(moving, replace(VOLUME, files_per_hour=Decimal(220)), PRICES, 3)
    large = cost.monthly(moving, replace(VOLUME, files_per_hour=Decimal(219)), PRICES, 3)

    assert gb(small, "STANDARD") == exactly("15", "45", "75")
    assert gb(small, "ARCHIVE") == exactly("0", "0", "0")
    assert small.notes == ("files of 64 KB never leave STANDARD: COS moves none below 64 KB",)
    assert gb(large, "ARCHIVE") == exactly("0", "14.5", "44.5")


def test_versions_are_billed_after_the_expiry():
    assert (
        cost.monthly([rule(10, versions=7)], VOLUME, PRICES).months
        == cost.monthly([rule(17)], VOLUME, PRICES).months
    )


def test_retrieval_is_of_the_coldest_class_that_is_reached():
    """20 GB a month. Month 1: nothing is cold. Month 2: STANDARD_IA, at 5 USD. Month 3: ARCHIVE, at 7 USD."""
    reading = replace(VOLUME, retrieved_gb_per_month=Decimal(20))

    estimate = cost.monthly([rule(None, (30, "STANDARD_IA"), (60, "ARCHIVE"))], reading, PRICES, 3)

    assert amounts(estimate, "retrieval") == exactly("0", "100", "140")
    assert amounts(cost.monthly([rule(None)], reading, PRICES, 1), "retrieval") == exactly("0")


def test_egress_is_by_the_gb():
    estimate = cost.monthly([rule(5)], replace(VOLUME, egress_gb_per_month=Decimal(4)), PRICES, 2)

    assert amounts(estimate, "egress") == exactly("44", "44")


def test_a_replica_costs_its_own_storage_and_requests_and_the_way_there():
    """Month 1, for ever: 15 GB at 300 USD, 30 GB copied at 13 USD from here, and its writes at 1000 USD."""
    copied = replace(VOLUME, replica_region=THERE)

    (month,) = cost.monthly([rule(None)], copied, PRICES, 1).months

    writes = 2 * GB_A_DAY * 30 / 10_000 * 1000
    assert round(month.usd["replica"], 9) == round(4500 + 390 + writes, 9)
    assert round(month.gb["STANDARD"], 9) == 30
    assert round(month.usd["storage STANDARD"], 9) == 45


def test_the_recording_fee_is_by_a_thousand_minutes_of_rooms():
    """10 hours a day are 600 minutes, 18,000 a month: 18 x 0.5 USD, however many streams there are."""
    volume = replace(VOLUME, hours_per_day=Decimal(10), streams=Decimal(5))

    estimate = cost.monthly([rule(5)], volume, PRICES.with_recording(Decimal("0.5")), 2)

    assert amounts(estimate, "recording fee") == exactly("9", "9")
    assert estimate.usd_total == estimate.usd_priced


def test_no_total_is_known_without_the_recording_fee():
    estimate = cost.monthly([rule(5)], VOLUME, prices.load(), 2)

    assert (estimate.usd_total, estimate.unpriced) == (None, ("recording fee",))
    assert estimate.data()["usdTotal"] is None
    assert estimate.usd_priced > 0


def test_what_is_used_and_has_no_price_is_named_and_what_is_not_used_needs_none():
    volume = replace(VOLUME, region="ap-singapore")
    own = prices.load().with_recording(Decimal(1))

    deep = cost.monthly([rule(None, (30, "DEEP_ARCHIVE"))], volume, own, 3)
    shallow = cost.monthly([rule(20, (30, "DEEP_ARCHIVE"))], volume, own, 3)

    assert deep.unpriced == (
        "storage DEEP_ARCHIVE: usd_per_gb_month of DEEP_ARCHIVE in ap-singapore",
        "requests: usd_per_10k_requests of DEEP_ARCHIVE in ap-singapore",
    )
    assert shallow.unpriced == ()


def test_estimates_of_applications_add_up_and_notes_keep_their_names():
    one = cost.monthly([rule(15, (10, "STANDARD_IA"))], VOLUME, PRICES, 3)
    other = cost.monthly([rule(None)], VOLUME, PRICES, 3)

    whole = cost.together({"arena": one, "league": other})

    assert whole.usd_total == (one.usd_total or 0) + (other.usd_total or 0)
    assert {note.partition(":")[0] for note in whole.notes} == {"arena"}
    assert len(whole.notes) == len(one.notes)
    assert whole.sources == PRICES.sources


moves = st.tuples(
    st.integers(0, 400), st.integers(0, 400), st.integers(0, 400), st.sampled_from(range(4))
).map(
    lambda drawn: tuple(zip(sorted(drawn[:3]), ("STANDARD_IA", "ARCHIVE"), strict=False))[: drawn[3]],
)
keeps = st.integers(1, 500)
hours = st.decimals(0, 10_000, places=2)
volumes = st.builds(
    Volume,
    region=st.just(HERE),
    prefix=st.just("1_"),
    hours_per_day=hours,
    kbit_per_s=st.sampled_from([Decimal(16), Decimal(32), Decimal(64)]),
    streams=st.sampled_from([Decimal(1), Decimal(6)]),
    files_per_hour=st.sampled_from([Decimal("0.5"), Decimal(2), Decimal(300)]),
    retrieved_gb_per_month=st.sampled_from([Decimal(0), Decimal(3)]),
    replica_region=st.sampled_from(["", THERE]),
)
REAL = prices.load().with_recording(Decimal("0.5"))


def bills(estimate: Estimate) -> list[Decimal]:
    return [round(month.usd_priced, 12) for month in estimate.months]


@given(volumes, keeps, moves, hours)
def test_more_hours_never_cost_less(volume, keep, moving, more):
    rules = [rule(keep, *moving)]
    longer = replace(volume, hours_per_day=volume.hours_per_day + more)

    pairs = zip(
        bills(cost.monthly(rules, volume, REAL)), bills(cost.monthly(rules, longer, REAL)), strict=True
    )
    assert all(one <= other for one, other in pairs)


@given(volumes, keeps, st.integers(0, 500), moves)
def test_keeping_longer_never_costs_less(volume, keep, more, moving):
    short = cost.monthly([rule(keep, *moving)], volume, REAL)
    long = cost.monthly([rule(keep + more, *moving)], volume, REAL)
    endless = cost.monthly([rule(None, *moving)], volume, REAL)

    for months in zip(bills(short), bills(long), bills(endless), strict=True):
        assert list(months) == sorted(months)


@given(volumes, keeps, moves, st.integers(0, 50))
def test_costs_are_linear_in_hours(volume, keep, moving, factor):
    volume = replace(volume, retrieved_gb_per_month=Decimal(0))
    rules = [rule(keep, *moving)]
    times = replace(volume, hours_per_day=volume.hours_per_day * factor)

    once, often = bills(cost.monthly(rules, volume, REAL)), bills(cost.monthly(rules, times, REAL))

    assert often == pytest.approx([bill * factor for bill in once], abs=Decimal("1e-9"))


@given(volumes, keeps, moves)
def test_nothing_recorded_and_nothing_read_costs_nothing(volume, keep, moving):
    idle = replace(volume, hours_per_day=Decimal(0), retrieved_gb_per_month=Decimal(0))

    assert set(bills(cost.monthly([rule(keep, *moving)], idle, REAL))) == {Decimal(0)}
    assert cost.monthly([rule(keep, *moving)], idle, prices.load()).usd_total == 0


@given(
    volumes,
    st.lists(
        st.builds(
            lambda keep, moving, short: replace(rule(keep, *moving), prefix=short),
            keeps,
            moves,
            st.sampled_from(["", "1", "1_", "2_"]),
        ),
        min_size=1,
        max_size=5,
    ).flatmap(lambda rules: st.tuples(st.just(rules), st.permutations(rules))),
)
def test_the_order_of_rules_does_not_matter(volume, orders):
    one, other = orders

    assert cost.monthly(one, volume, REAL) == cost.monthly(other, volume, REAL)


@given(keeps, moves)
def test_every_recording_is_in_one_class_as_long_as_it_is_kept(keep, moving):
    """GB of all classes are the recordings of the last `keep` days, however they move."""
    estimate = cost.monthly([rule(keep, *moving)], VOLUME, PRICES)
    plain = cost.monthly([rule(keep)], VOLUME, PRICES)

    assert [round(sum(month.gb.values()), 9) for month in estimate.months] == gb(plain, "STANDARD")
