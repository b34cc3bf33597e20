from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from gme_recording.api import LifecycleRule
from gme_recording.recordings.expiry import expires, gone

WRITTEN = datetime(2026, 1, 1, 7, tzinfo=UTC)
"""15:00 in China."""
times = st.integers(946684800, 4102444800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
KEY = "14_r/1_1700000000_0_audio.mp3"


def test_midnight_in_china_after_whole_days() -> None:
    """The vendor's example: day 1 at 15:00 with one day goes on day 3 at 00:00."""
    assert expires([LifecycleRule(id="a", expire_days=1)], KEY, WRITTEN) == datetime(
        2026, 1, 2, 16, tzinfo=UTC
    )


def test_the_rule_that_expires_first_wins_and_others_prefixes_do_not_count() -> None:
    rules = [
        LifecycleRule(id="all", expire_days=30),
        LifecycleRule(id="app", prefix="14_", expire_days=10),
        LifecycleRule(id="other", prefix="15_", expire_days=1),
    ]
    assert expires(rules, KEY, WRITTEN) == datetime(2026, 1, 11, 16, tzinfo=UTC)


def test_nothing_expires_without_a_rule() -> None:
    assert expires([LifecycleRule(id="cold", transitions=((30, "ARCHIVE"),))], KEY, WRITTEN) is None


def test_a_version_outlives_its_expiry_by_the_days_of_older_versions() -> None:
    rules = [LifecycleRule(id="a", expire_days=1, noncurrent_expire_days=7)]
    assert gone(rules, KEY, WRITTEN, None, kept=True) == datetime(2026, 1, 9, 16, tzinfo=UTC)
    assert gone(rules, KEY, WRITTEN, None, kept=False) == datetime(2026, 1, 2, 16, tzinfo=UTC)
    assert gone(rules, KEY, WRITTEN, WRITTEN, kept=True) == datetime(2026, 1, 8, 16, tzinfo=UTC)
    assert gone([], KEY, WRITTEN, WRITTEN, kept=True) is None


@given(times, st.integers(1, 3650))
def test_it_takes_the_days_and_at_most_one_more(written: datetime, days: int) -> None:
    due = expires([LifecycleRule(id="a", expire_days=days)], KEY, written)
    assert due is not None
    assert days <= (due - written).total_seconds() / 86400 < days + 1
    assert (due.hour, due.minute, due.second, due.microsecond) == (16, 0, 0, 0)
