from hypothesis import given
from hypothesis import strategies as st

from gme_recording.localcloud.services.cos.repeated import Repeated, digests, of_recipe

repeated = st.builds(Repeated, st.binary(min_size=1, max_size=40), st.integers(1, 50))


@given(repeated)
def test_recipe_is_read_as_it_was_written(body: Repeated) -> None:
    assert of_recipe(body.recipe) == body
    assert digests(body) == digests(bytes(body))


@given(repeated, st.data())
def test_every_part_is_that_of_the_bytes(body: Repeated, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, len(body)))
    assert body.read(start, end) == bytes(body)[start:end]


@given(st.binary(min_size=16, max_size=16))
def test_id_of_stored_bytes_is_no_recipe(random: bytes) -> None:
    assert of_recipe(random.hex()) is None
