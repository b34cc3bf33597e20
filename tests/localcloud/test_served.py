"""The page of what is served says what is served."""

from tests.support.served import PAGE, TESTS, page, services, written

ROOT = PAGE.parents[1]
RENEW = "run `pytest -p tests.support.served tests/localcloud`"


def test_tables_are_those_of_the_code() -> None:
    assert PAGE.read_text() == page(written()), RENEW


def test_every_operation_is_asked_for_by_a_test_that_exists() -> None:
    asked = written()
    for service in services():
        for operation in service.operations.values():
            assert asked[operation.action], operation.action
            for module in asked[operation.action]:
                places = (ROOT / TESTS / f"{module}.py", ROOT / TESTS / "services" / f"{module}.py")
                assert any(place.exists() for place in places), f"{module}: {RENEW}"
