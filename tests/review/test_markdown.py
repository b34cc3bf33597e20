"""Text that comes from elsewhere, in Markdown that GitHub renders."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gme_recording.review.markdown import code, fence, listed, plain, prose, table
from policy.inputs import UNKNOWN

GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
hostile = st.text(st.sampled_from("`|\\<>&*_~[]()#@! \n\ta:/.w-"), max_size=30) | st.text(max_size=30)


def text_of(rendered: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", rendered)).strip()


def squeezed(text: str) -> str:
    return " ".join(plain(text).split())


@given(hostile)
def test_code_is_literal_in_a_line(text):
    rendered = GITHUB.renderInline(f"a {code(text)} z")

    assert " ".join(text_of(rendered).split()) == f"a {squeezed(text)} z".replace("  ", " ")
    assert not set(re.findall(r"<(\w+)", rendered)) - {"code"}


@given(hostile, hostile)
def test_code_and_prose_are_literal_in_a_table(name, words):
    rendered = GITHUB.render(table(["Name", "Words", "Last"], [[code(name), prose(words), "end"]]))

    cells = [text_of(each) for each in re.findall(r"<td[^>]*>(.*?)</td>", rendered, re.DOTALL)]
    assert [" ".join(cell.split()) for cell in cells] == [squeezed(name), squeezed(words), "end"]


@given(hostile)
def test_prose_formats_links_and_mentions_nothing(text):
    source = prose(text)
    rendered = GITHUB.renderInline(f"a {source} z")

    assert " ".join(text_of(rendered).split()) == f"a {squeezed(text)} z".replace("  ", " ")
    assert not re.search(r"<\w", rendered)
    assert "@" not in source
    assert "://" not in source
    assert not re.search(r"(?<!&)#", source)


@given(st.lists(hostile, max_size=5).map("\n".join))
def test_a_fence_holds_whatever_is_in_it(text):
    rendered = GITHUB.render(f"{fence(text)}\n\nafter")

    assert re.fullmatch(r'<pre><code class="language-text">[^<]*</code></pre>\n<p>after</p>\n', rendered)


def test_columns_are_aligned_in_the_source_too():
    assert table(["Stack", "Create"], [["`prod`", "1"], ["`a`", "**12**"]], right=frozenset({1})) == (
        "| Stack  | Create |\n| ------ | -----: |\n| `prod` |      1 |\n| `a`    | **12** |"
    )


def test_a_table_without_rows_has_a_head():
    assert table(["A", "Bee"], []) == "| A   | Bee |\n| --- | --- |"


@pytest.mark.parametrize(
    "text",
    [
        UNKNOWN,
        "id AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
        "https://u:p4ss@example.com/",
        f"?q-signature={'0' * 40}",
    ],
)
def test_credentials_and_unknowns_are_withheld(text):
    assert "[withheld]" in plain(text)
    assert text not in code(text) + fence(text) + prose(text)


def test_long_lists_and_texts_are_shortened():
    assert listed(["a", "b", "c"], 2) == "`a`, `b` and 1 more"
    assert len(code("x" * 1000)) < 200


def test_text_that_turns_around_is_shown_flat():
    assert code("safe\u202egpj.exe") == "`safe gpj.exe`"
