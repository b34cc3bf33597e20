from dataclasses import replace
from typing import Any

import pytest

from components.config.model import AccessLog, Grant, OnDestroy, Replica, Stack
from gme_recording.deploy import leftovers
from gme_recording.deploy.lookup import BUCKET, LINKED_ROLE
from gme_recording.deploy.step import Step
from gme_recording.errors import ExitCode, UserError
from tests.components.stacks import a_stack

REFUSE, KEEP, EMPTY = OnDestroy.REFUSE, OnDestroy.KEEP, OnDestroy.EMPTY
KNOWN: dict[OnDestroy, dict[str, Any]] = {
    REFUSE: {"protect": True},
    KEEP: {"retainOnDelete": True},
    EMPTY: {},
}
"""As the state has what `components.storage` declares."""


def declaring(on_destroy: OnDestroy, **more: Any) -> Stack:
    stack = a_stack()
    return replace(stack, storage=replace(stack.storage, on_destroy=on_destroy, **more))


def state(*buckets: str, known: OnDestroy = EMPTY, others: tuple[str, ...] = ()) -> dict[str, Any]:
    made = [
        {"urn": f"urn:{name}", "type": BUCKET, "inputs": {"bucket": name}, **KNOWN[known]} for name in buckets
    ]
    return {"resources": [*made, *({"urn": f"urn:{token}", "type": token} for token in others)]}


@pytest.mark.parametrize("known", list(OnDestroy))
@pytest.mark.parametrize("declared", list(OnDestroy))
def test_a_stack_file_that_is_stricter_than_the_state_is_not_passed_over(declared, known):
    stack = declaring(declared)
    there = state(stack.places[0].bucket, known=known)

    if (declared, known) in {(REFUSE, KEEP), (REFUSE, EMPTY), (KEEP, EMPTY)}:
        with pytest.raises(UserError, match=f"on_destroy: {declared}, the deployed bucket") as refused:
            leftovers.agree_to_destroy(stack, there)
        assert refused.value.exit_code is ExitCode.INPUT
        assert refused.value.hint == "gme-recording up --stack test, then destroy"
    else:
        leftovers.agree_to_destroy(stack, there)


def test_replica_log_and_a_bucket_that_was_renamed_in_the_file_are_guarded_too():
    stack = declaring(
        KEEP,
        access_log=AccessLog(name="logs", keep_days=30),
        replica=Replica(name="copies", region="ap-beijing"),
    )

    for name in ("logs", "copies", "its-old-name"):
        with pytest.raises(UserError, match=f"bucket {name}-1250000000"):
            leftovers.agree_to_destroy(stack, state(f"{name}-1250000000"))


def test_an_up_deletes_no_bucket_that_the_file_would_keep_and_names_no_longer():
    stack = declaring(KEEP)
    here = stack.places[0].bucket

    with pytest.raises(
        UserError, match="on_destroy: keep and names the deployed bucket its-old-name"
    ) as told:
        leftovers.agree_to_up(stack, state("its-old-name"))

    assert told.value.exit_code is ExitCode.INPUT
    leftovers.agree_to_up(stack, state(here))
    leftovers.agree_to_up(stack, state("its-old-name", known=KEEP))
    leftovers.agree_to_up(declaring(EMPTY), state("its-old-name"))


def test_what_stays_is_what_the_engine_has_forgotten_whatever_the_file_says():
    there = state("kept", "gone")
    steps = [Step("discard", "Bucket", "b", urn="urn:kept"), Step("delete", "Bucket", "c", urn="urn:gone")]

    told = leftovers.of(declaring(EMPTY), there, steps)

    assert told[0] == "bucket kept and what is in it (on_destroy: keep)"
    assert not any("gone" in note for note in told)


def test_a_role_that_the_stack_made_is_not_told_as_the_accounts():
    stack = a_stack()
    stack = replace(stack, access=replace(stack.access, grant=Grant.EXISTING))

    assert any("role" in note for note in leftovers.of(stack, state(), []))
    assert not any("role" in note for note in leftovers.of(stack, state(others=(LINKED_ROLE,)), []))
