"""Effects in, one comment out."""

import os
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gme_recording.review.comment import LIMIT, MARKER, Comment, render
from gme_recording.review.effect import Effect, Row, Severity, Topic
from gme_recording.review.plan import find, read
from gme_recording.review.report import Means, review
from tests.review.make import GOLDEN, effect

AT = datetime(2026, 11, 22, 13, 30, tzinfo=UTC)
COMMENTS = {
    "fleet": ["broken", "dev", "local", "prod", "staging"],
    "production": ["prod"],
    "first": ["dev"],
    "quiet": ["local"],
}


def comment(*effects: Effect, rows: tuple[Row, ...] = (Row(stack="prod", counts={"update": 1}),)) -> Comment:
    return Comment(rows=rows, effects=effects)


@pytest.mark.parametrize("name", COMMENTS)
def test_recorded_previews_make_the_recorded_comment(name):
    plans = [read(stack, file) for stack, file in find([str(GOLDEN)]).items() if stack in COMMENTS[name]]
    written = render(review(plans, Means(), commit="1a2b3c4", at=AT).comment)
    file = GOLDEN / f"{name}.md"
    if "GME_RECORDING_WRITE_GOLDEN" in os.environ:
        file.write_text(written)

    assert written == file.read_text()


def test_the_marker_is_the_first_line():
    assert render(comment()).splitlines()[0] == MARKER == "<!-- gme-recording review -->"


def test_what_is_worst_comes_first():
    told = comment(
        effect("changed"),
        effect("noted", Topic.POLICY, Severity.NOTE),
        effect("stops", Topic.POLICY, Severity.LOUD),
        effect("deleted", Topic.GONE, Severity.LOUD),
        effect("lost", Topic.GONE, Severity.LOSS),
        effect("failed", Topic.FAILED, Severity.LOUD),
    )

    assert re.findall(r"^(?:> )?- (\w+)$", render(told), re.MULTILINE) == [
        "failed",
        "lost",
        "deleted",
        "stops",
        "noted",
        "changed",
    ]


def test_the_stack_is_named_where_there_are_several():
    rows = (Row(stack="dev"), Row(stack="prod"))

    assert "\n- `prod`: it\n" in render(comment(effect(), rows=rows))
    assert "\n- it\n" in render(comment(effect()))


def test_a_rule_is_explained_once():
    reason = ("After a leak nobody can say who fetched what.",)
    found = (effect(f"warns {name}", Topic.POLICY, Severity.NOTE, lines=reason) for name in ("a", "b"))

    assert "- warns a\n  - After a leak nobody can say who fetched what.\n- warns b\n" in render(
        comment(*found)
    )


def test_the_headline_counts():
    rows = (Row(stack="dev", counts={"create": 1000, "delete": 2}), Row(stack="prod"))

    assert "## Recording: 2 deleted, 1,000 created in 1 of 2 stacks\n" in render(comment(rows=rows))
    assert "## Recording: nothing changes\n" in render(comment(rows=(Row(stack="prod"),)))


def test_taken_over_resources_have_a_column_when_there_are_any():
    assert "| Import |" in render(comment(rows=(Row(stack="prod", counts={"import": 3}),)))
    assert "Import" not in render(comment())


def test_commit_and_time_are_told():
    told = Comment(rows=(), effects=(), commit="1a2b3c4", at=AT)

    assert "Commit `1a2b3c4`, previewed 2026-11-22 13:30 UTC\n" in render(told)


def test_steps_are_folded_under_what_they_are_for():
    html = MarkdownIt("commonmark", {"html": True}).render(
        render(
            comment(
                effect("do it", Topic.CONSOLE, folded="```text\n1. Log in\n```"),
                effect("next", Topic.CONSOLE),
            )
        )
    )

    inside = re.search(r"<li>(.*?)</li>", html, re.DOTALL)
    assert inside is not None
    assert "<details>" in inside[1]
    assert "1. Log in" in inside[1]
    assert "<li>\n<p>next</p>" in html


def test_details_go_first_and_what_is_lost_goes_last():
    many = [effect(f"change {number}", lines=("x" * 100,), step="urn") for number in range(50)]
    told = comment(*many, effect("lost", Topic.GONE, Severity.LOSS))

    cut = render(told, 3000)
    hard = render(told, 700)

    assert "change 49" in cut
    assert "the details of " in cut
    assert "change 49" not in hard
    assert "- lost" in hard
    assert re.search(r"\d\d under “Changes”", hard)


def test_stacks_where_nothing_changes_are_cut_from_the_table_before_others():
    rows = tuple(Row(stack=f"s{number}", counts={"update": number % 2}) for number in range(40))

    cut = render(comment(rows=rows), 2500)

    assert "`s39`" in cut
    assert "`s38`" not in cut
    assert re.search(r"Left out, as a comment has a limit: \d+ rows of the table", cut)


words = st.text("ab `|<>\n", max_size=400)
effects = st.builds(
    Effect,
    stack=st.sampled_from(["dev", "prod"]),
    topic=st.sampled_from(Topic),
    severity=st.sampled_from(Severity),
    text=words | st.just("long " * 5000),
    lines=st.lists(words, max_size=3).map(tuple),
    folded=words,
)
rows = st.builds(
    Row,
    stack=st.text("ab`|", min_size=1, max_size=300),
    counts=st.dictionaries(st.sampled_from(["create", "delete", "import"]), st.integers(0, 3)),
    policy=words,
)


@given(st.lists(effects, max_size=20), st.lists(rows, max_size=20), st.integers(800, 9000))
def test_a_comment_never_exceeds_its_limit(effects, rows, limit):
    told = Comment(rows=tuple(rows), effects=tuple(effects), commit="1a2b3c4", at=AT)

    cut = render(told, limit)

    assert len(cut) <= limit
    assert cut.startswith(MARKER)
    whole = render(told, 10_000_000)
    assert (cut == whole) == (len(whole) <= limit)


def test_what_fits_is_whole_though_with_a_note_of_what_is_missing_it_would_not_fit():
    told = comment(effect("", Topic.FAILED, Severity.NOTE, folded="-"))
    whole = render(told)

    assert render(told, len(whole)) == whole


def test_a_thousand_stacks_fit():
    stacks = tuple(
        Row(stack=f"stack-{number}", counts={"update": 3}, policy="passes") for number in range(1000)
    )
    told = [effect(f"change {number} " + "x" * 200, lines=("y" * 100,)) for number in range(5000)]

    text = render(comment(*told, effect("lost", Topic.GONE, Severity.LOSS), rows=stacks))

    assert len(text) <= LIMIT
    assert "`prod`: lost" in text


def test_the_table_outlasts_all_but_the_first_losses():
    rows = tuple(Row(stack=f"stack-{number}", counts={"delete": 3}) for number in range(100))
    told = [effect(f"lost {number} " + "x" * 200, Topic.GONE, Severity.LOSS) for number in range(1000)]

    text = render(comment(*told, rows=rows))

    assert "lost 49 " in text
    assert "lost 999 " not in text
    assert text.count("\n| `stack-") == 100
