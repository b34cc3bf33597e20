from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.smoke.make import Time


def test_found_at_once_costs_no_time() -> None:
    time = Time()
    assert time.clock().until(time.at, lambda: "found") == "found"
    assert time.at == 1000.0


def test_pauses_grow_from_10_ms_to_a_second() -> None:
    time = Time()
    asked: list[float] = []
    time.clock().until(time.at + 8, lambda: asked.append(time.at))
    pauses = [round(later - earlier, 4) for earlier, later in pairwise(asked)]
    assert pauses[:5] == [0.01, 0.015, 0.0225, 0.0338, 0.0506]
    assert pauses[12:15] == [1.0, 1.0, 1.0]
    assert max(pauses) == 1.0


@given(st.floats(0, 100), st.floats(0, 100))
def test_waits_until_found_or_the_deadline_but_never_beyond(appears: float, patience: float) -> None:
    time = Time()
    begin = time.at
    found = time.clock().until(begin + patience, lambda: True if time.at >= begin + appears else None)
    assert time.at <= begin + patience + 1e-6
    assert (found is True) == (appears <= patience) or abs(appears - patience) < 1e-6
