"""The documentation is true: commands print what it shows, links lead somewhere, nothing is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gme_recording.cli.app import VERBS
from gme_recording.errors import ExitCode
from tests.support.docs import FOLDER, Page, agrees, difference, masked, missing, pages
from tests.support.engine import ROOT, Project
from tests.support.reader import Reader

PAGES = pages()
INDEX = Page(FOLDER / "README.md")
README = Page(ROOT / "README.md")
PROSE = (*PAGES, README, Page(ROOT / "CONTRIBUTING.md"))
DIAGRAMS = {"flowchart", "sequenceDiagram", "stateDiagram-v2", "xychart-beta", "gantt", "classDiagram"}
_CODE = re.MULTILINE | re.DOTALL


def named(page: Page) -> str:
    return str(page.path.relative_to(ROOT))


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```$|`[^`\n]*`", "", text, flags=_CODE)


def anchors(text: str) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```$", "", text, flags=_CODE), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project.at(tmp_path)
    yield made
    made.close()


def read(page: Page, project: Project) -> None:
    reader = Reader(project, page)
    try:
        for block, command, printed in reader.follow():
            if block.compared and not agrees(command.shown, printed):
                where = f"{named(page)}:{block.line}: $ {command.text}"
                pytest.fail(f"{where}\n{difference(command.shown, printed)}")
    finally:
        reader.close()


@pytest.mark.parametrize("page", [p for p in PAGES if p.to_run and not p.needs_engine], ids=named)
def test_commands_print_what_the_page_shows(page: Page, project: Project) -> None:
    read(page, project)


@pytest.mark.engine
@pytest.mark.parametrize("page", [p for p in PAGES if p.to_run and p.needs_engine], ids=named)
@pytest.mark.timeout(180)
def test_deployments_print_what_the_page_shows(
    page: Page, project: Project, request: pytest.FixtureRequest
) -> None:
    if page.deployed:
        project.go_on_from(request.getfixturevalue("deployment"))
    read(page, project)


@pytest.mark.engine
@pytest.mark.timeout(180)
def test_the_readme_shows_what_the_commands_print(project: Project, deployment: Path) -> None:
    """`make up` says two lines of its own before, of what it gets once."""
    made, again, preview = (
        command
        for block in README.blocks
        if block.language == "console"
        for command in block.commands
        if command.text.split()[0] in {"make", ".venv/bin/gme-recording"}
    )
    project.go_on_from(deployment)
    printed = [(deployment.parent / "up.txt").read_text(encoding="utf-8"), project.done("up").shown]
    project.edit("keep: 30 days", "keep: 45 days")
    printed.append(project.done("preview").shown)
    for command, shown in zip((made, again, preview), printed, strict=True):
        wanted = command.shown.partition("…\n")[2] if command == made else command.shown
        if not agrees(wanted, shown):
            pytest.fail(f"README.md: $ {command.text}\n{difference(wanted, shown)}")


def test_a_block_that_is_not_run_with_its_page_is_run_by_a_test_of_its_own() -> None:
    for page in PAGES:
        for block in page.blocks:
            if block.apart:
                assert (ROOT / block.apart).is_file(), f"{named(page)}:{block.line}: {block.apart} is no file"


@pytest.mark.parametrize(
    ("page", "wanted"),
    sorted({(named(page), block.wants) for page in PAGES for block in page.blocks if block.wants}),
)
def test_what_blocks_want_is_at_hand(page: str, wanted: str) -> None:
    if why := missing(wanted):
        pytest.skip(f"blocks of {page} were not run: {why}")


@pytest.mark.parametrize("page", PROSE, ids=named)
def test_relative_links_lead_to_files_and_headings(page: Page) -> None:
    text = without_code(page.text)
    targets = re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", text)
    targets += re.findall(r"^\[[^\]]+\]: (?!https?:)(\S+)$", text, re.MULTILINE)
    for target in targets:
        file, _, anchor = target.partition("#")
        found = (page.path.parent / file).resolve() if file else page.path
        assert found.exists(), f"{named(page)} links to {target}"
        if anchor and found.suffix == ".md":
            assert anchor in anchors(found.read_text(encoding="utf-8")), f"{named(page)} links to {target}"


def test_every_page_is_in_the_index() -> None:
    linked = {(FOLDER / target).resolve() for target in re.findall(r"\]\(([^)#\s]+)\)", INDEX.text)}
    assert [named(page) for page in PAGES if page.path not in linked and page != INDEX] == []


def test_every_verb_is_in_the_documentation() -> None:
    text = "\n".join(page.text for page in PAGES)
    assert [verb for verb in VERBS if f"gme-recording {verb}" not in text] == []


def test_only_verbs_that_exist_are_documented() -> None:
    told = {
        verb
        for page in PROSE
        for block in page.blocks
        if block.is_command
        for verb in re.findall(r"^(?:\$ )?(?:\w+=\S+ )*gme-recording ([a-z]+)\b", block.body, re.MULTILINE)
    }
    assert told - set(VERBS) == set()


def test_commands_stand_in_blocks_that_are_run() -> None:
    strays = [
        f"{named(page)}:{block.line}"
        for page in PAGES
        for block in page.blocks
        if not block.is_command
        and re.search(r"^(\$ |gme-recording |pulumi |make )", block.body, re.MULTILINE)
    ]
    indented = [named(page) for page in PAGES if re.search(r"^ +```(console|sh)", page.text, re.MULTILINE)]
    assert strays + indented == []


def test_the_table_of_exit_codes_is_that_of_the_code() -> None:
    (table,) = re.findall(r"^\| exit code \|.*?\n\|[-|]+\n((?:\|.*\n)+)", PROSE[-2].text, re.MULTILINE)
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)] == [
        int(code) for code in ExitCode
    ]


@pytest.mark.parametrize("page", [p for p in PROSE if "```mermaid" in p.text], ids=named)
def test_diagrams_are_of_a_kind_that_is_drawn(page: Page) -> None:
    kinds = {block.body.split()[0] for block in page.blocks if block.language == "mermaid"}
    assert kinds - DIAGRAMS == set()


def test_what_differs_from_run_to_run_is_masked_and_nothing_else() -> None:
    shown = "local cloud: http://127.0.0.1:4000 (pid 7)\n  start  pass  0.01 s  task 446192236331282383\n"
    assert agrees(shown, shown.replace("4000", "4111").replace("0.01", "11.2").replace("446", "447"))
    assert not agrees(shown, shown.replace("pass", "fail"))
    assert not agrees(shown, shown + "more\n")
    assert masked("keep: 30 days") == "keep: 30 days"


def test_an_ellipsis_stands_for_any_lines() -> None:
    printed = "first\nsecond\nthird\n"
    assert agrees("first\n…\nthird\n", printed)
    assert agrees("…\nsecond\n…\n", printed)
    assert agrees("…\n", "")
    assert not agrees("…\nsecond\n", printed)
