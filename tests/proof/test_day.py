from tests.proof.day import DAY, HOUR, MIXED, Act, Move, held, on_air, script


def test_the_same_seed_is_the_same_day() -> None:
    assert script(1) == script(1) != script(2)


def test_who_is_in_is_in_the_mix_and_who_speaks_has_a_stream() -> None:
    air = on_air(
        [
            Move(10, "r", Act.JOIN, "7"),
            Move(20, "r", Act.START, mode=3),
            Move(30, "r", Act.JOIN, "8", on=False),
            Move(40, "r", Act.MICROPHONE, "7", on=False),
            Move(50, "r", Act.MICROPHONE, "8"),
            Move(60, "r", Act.LEAVE, "7"),
            Move(70, "r", Act.LEAVE, "8"),
            Move(80, "r", Act.JOIN, "7"),
            Move(90, "r", Act.STOP),
        ]
    )
    assert {stream: [second for second in range(DAY) if row[second]] for stream, row in air.items()} == {
        ("r", MIXED): [*range(20, 70), *range(80, 90)],
        ("r", "7"): [*range(20, 40), *range(80, 90)],
        ("r", "8"): [*range(50, 70)],
    }


def test_a_room_is_waited_for_for_twelve_hours() -> None:
    assert on_air(held("r", 11 * HOUR))["r", MIXED][13 * HOUR] == 1
    assert on_air(held("r", 13 * HOUR))["r", MIXED][15 * HOUR : 17 * HOUR : HOUR] == b"\0\1"
