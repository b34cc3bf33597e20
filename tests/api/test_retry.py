import pytest

from gme_recording.api import ApiError
from gme_recording.api.errors import NO_ANSWER, NO_LOCAL_CLOUD, UNREACHED
from gme_recording.api.retry import PAUSES, Repeat, retry


class Failing:
    """Fails with each of the codes, then returns how often it was called."""

    def __init__(self, *codes: str) -> None:
        self.codes = list(codes)
        self.calls = 0
        self.pauses: list[float] = []

    def __call__(self) -> int:
        self.calls += 1
        if self.codes:
            raise ApiError(self.codes.pop(0), "no", action="StartRecord")
        return self.calls


@pytest.mark.parametrize("repeat", Repeat)
@pytest.mark.parametrize("code", ["RequestLimitExceeded", "RequestLimitExceeded.UinLimitExceeded", UNREACHED])
def test_what_was_surely_not_done_is_repeated(code: str, repeat: Repeat) -> None:
    call = Failing(code, code)
    assert retry(call, repeat, sleep=call.pauses.append) == 3
    assert call.pauses == list(PAUSES[:2])


@pytest.mark.parametrize("code", [NO_ANSWER, "InternalError"])
def test_what_may_have_been_done_is_repeated_only_if_harmless(code: str) -> None:
    harmless, harmful = Failing(code), Failing(code)
    assert retry(harmless, Repeat.HARMLESS, sleep=harmless.pauses.append) == 2
    with pytest.raises(ApiError):
        retry(harmful, Repeat.HARMFUL, sleep=harmful.pauses.append)
    assert harmful.calls == 1


@pytest.mark.parametrize("code", ["ResourceNotFound.RoomNotFound", NO_LOCAL_CLOUD, "AuthFailure"])
def test_a_clear_refusal_is_final(code: str) -> None:
    call = Failing(code)
    with pytest.raises(ApiError):
        retry(call, Repeat.HARMLESS, sleep=call.pauses.append)
    assert (call.calls, call.pauses) == (1, [])


def test_attempts_end() -> None:
    call = Failing(*["RequestLimitExceeded"] * 9)
    with pytest.raises(ApiError):
        retry(call, Repeat.HARMLESS, sleep=call.pauses.append)
    assert (call.calls, call.pauses) == (4, list(PAUSES))
