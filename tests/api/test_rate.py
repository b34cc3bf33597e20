from hypothesis import given
from hypothesis import strategies as st

from gme_recording.api.rate import Rate


class Time:
    def __init__(self) -> None:
        self.at = 100.0

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


@given(st.lists(st.floats(0, 0.4), max_size=60), st.integers(1, 5))
def test_no_second_sees_more_calls_than_allowed(gaps: list[float], per_second: int) -> None:
    time = Time()
    rate = Rate(per_second, now=time.now, sleep=time.sleep)
    begun = []
    for gap in gaps:
        time.sleep(gap)
        rate.wait("StartRecord")
        begun.append(time.at)
    for first, next_window in zip(begun, begun[per_second:], strict=False):
        assert next_window - first >= 1 - 1e-6


def test_calls_within_the_limit_do_not_wait() -> None:
    time = Time()
    rate = Rate(20, now=time.now, sleep=time.sleep)
    for _ in range(20):
        rate.wait("StartRecord")
    assert time.at == 100.0
    rate.wait("StartRecord")
    assert time.at == 101.0


def test_actions_are_counted_apart() -> None:
    time = Time()
    rate = Rate(1, now=time.now, sleep=time.sleep)
    for action in ("StartRecord", "StopRecord"):
        rate.wait(action)
    assert time.at == 100.0
