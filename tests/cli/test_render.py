from dataclasses import replace

import click

from gme_recording.cli import render
from gme_recording.deploy.step import Change, Outcome, Step

DAYS = Change("lifecycleRules[0].expiration.days", "30", "60")


def text(styled: str) -> str:
    return click.unstyle(styled)


def an_outcome(*steps: Step) -> Outcome:
    return Outcome("preview", "local", steps, 3, {"bucket": "b-1"}, (), 1.25)


def test_a_step_is_one_line_with_sign_what_and_how_long():
    step = Step("update", "Bucket", "voice", (DAYS,), seconds=0.31)

    assert text(render.step(step)) == "  ~ Bucket voice  updated 0.3 s  [lifecycleRules[0].expiration.days]"


def test_many_changed_properties_are_shortened():
    step = Step("update", "Bucket", "voice", tuple(Change(str(n), None, "1") for n in range(5)))

    assert text(render.step(step)).endswith("[0, 1, 2, 2 more]")


def test_a_failed_step_says_so_whatever_it_was():
    assert text(render.step(Step("create", "Stash", "smoke", failed=True))) == "  ! Stash smoke  failed"


def test_a_preview_shows_drift_and_changes_apart_with_both_values():
    outcome = an_outcome(
        Step("update", "Bucket", "voice", (Change("tags.team", '"a"', None),), drift=True),
        Step("delete", "Policy", "reader", drift=True),
        Step("update", "Bucket", "voice", (DAYS,)),
        Step("create", "Policy", "reader"),
    )

    assert text(render.planned(outcome)).splitlines() == [
        "Drift (state → cloud):",
        "  ~ Bucket voice  differs in the cloud",
        '      tags.team: "a" → (not set)',
        "  - Policy reader  is gone from the cloud",
        "Changes (now → after up):",
        "  ~ Bucket voice  update",
        "      lifecycleRules[0].expiration.days: 30 → 60",
        "  + Policy reader  create",
        "2 to change, 3 unchanged",
    ]


def test_a_preview_without_changes_says_so():
    assert render.planned(an_outcome()).splitlines() == ["No changes.", "0 to change, 3 unchanged"]


def test_warnings_come_right_before_the_summary():
    outcome = replace(an_outcome(), warnings=("nobody has confirmed them yet",))

    assert render.planned(outcome).splitlines()[-2] == "warning: nobody has confirmed them yet"
    assert render.changed(outcome).splitlines()[0] == "warning: nobody has confirmed them yet"


def test_a_warning_that_has_been_told_is_not_told_again() -> None:
    outcome = replace(an_outcome(), warnings=("nobody has confirmed them yet", "more"))
    for shown in (render.planned, render.changed):
        assert "nobody" not in shown(outcome, ["nobody has confirmed them yet"])
        assert "warning: more" in shown(outcome, ["nobody has confirmed them yet"])


def test_every_style_that_we_use_is_safe():
    styled = [click.style("x", dim=dim, bold=not dim, fg="blue") for dim in (True, False)]
    assert [render.safe(each) for each in styled] == styled


def test_an_outcome_is_summed_up():
    outcome = an_outcome(
        Step("create", "Bucket", "a"), Step("create", "Policy", "b"), Step("delete", "X", "c")
    )

    assert render.changed(outcome) == "preview local: 2 created, 1 deleted, 3 unchanged in 1.2 s"


def test_outputs_are_aligned_and_structures_are_json():
    rows = render.table({"bucket": "b-1", "ids": {"a": 1}})

    assert rows == '  bucket  b-1\n  ids     {"a": 1}'


def test_the_data_of_an_outcome_has_every_step_with_its_changes():
    data = render.outcome_data(an_outcome(Step("update", "Bucket", "voice", (DAYS,), urn="u")))

    assert data["steps"] == [
        {
            "op": "update",
            "type": "Bucket",
            "name": "voice",
            "changes": ({"path": "lifecycleRules[0].expiration.days", "old": "30", "new": "60"},),
            "seconds": 0.0,
            "failed": False,
            "drift": False,
            "urn": "u",
        }
    ]
    assert (data["unchanged"], data["seconds"]) == (3, 1.25)
