"""The comment of a pull request: written once, then edited, whatever else is said there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.workflow import run_of

MARKER = "<!-- gme-recording review -->"
BOT, PERSON = "github-actions[bot]", "octocat"
GH = '''
"""The part of `gh api` that the job uses: comments in a file, in pages of two; --jq is jq's."""
import json, os, pathlib, subprocess, sys

file = pathlib.Path(os.environ["COMMENTS"])
comments = json.loads(file.read_text())
verb, *rest = sys.argv[1:]
assert verb == "api" and os.environ["GH_TOKEN"] == "token"
(path,) = (each for each in rest if each.startswith("repos/"))
options = dict(zip(rest, rest[1:]))

if "--jq" in options:
    assert path == "repos/studio/recording/issues/7/comments"
    for at in range(0, len(comments) if "--paginate" in rest else 2, 2):
        page = json.dumps(comments[at : at + 2])
        subprocess.run(["jq", "-r", options["--jq"]], input=page, text=True, check=True)
    sys.exit()

name, _, source = options["--field"].partition("=@")
assert name == "body" and "--silent" in rest
body = pathlib.Path(source).read_text()
if options["--method"] == "POST":
    assert path == "repos/studio/recording/issues/7/comments"
    comments.append({"id": 100 + len(comments), "user": {"login": "github-actions[bot]"}, "body": body})
else:
    (found,) = (each for each in comments if path == f"repos/studio/recording/issues/comments/{each['id']}")
    found["body"] = body
file.write_text(json.dumps(comments))
'''


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """Where the job runs, with the artifact of the job before it."""
    if shutil.which("jq") is None:
        pytest.skip("gh's --jq is played by jq, which is not on PATH")
    program = tmp_path / "bin" / "gh"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\n{GH}")
    program.chmod(0o755)
    return tmp_path


def post(job: Path, comments: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    (job / "comment.md").write_text(text)
    (job / "comments.json").write_text(json.dumps(comments))
    subprocess.run(
        [
            "bash",
            "--noprofile",
            "--norc",
            "-eo",
            "pipefail",
            "-c",
            run_of("preview.yml", "comment", "comment"),
        ],
        cwd=job,
        env={
            "PATH": f"{job / 'bin'}:{os.environ['PATH']}",
            "GH_TOKEN": "token",
            "GITHUB_REPOSITORY": "studio/recording",
            "GITHUB_STEP_SUMMARY": str(job / "summary.md"),
            "PULL_REQUEST": "7",
            "COMMENTS": str(job / "comments.json"),
        },
        timeout=30,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads((job / "comments.json").read_text())
    return found


def comment(number: int, body: str, by: str = BOT) -> dict[str, Any]:
    return {"id": number, "user": {"login": by}, "body": body}


def test_the_first_review_is_a_new_comment(job):
    others = [comment(1, "looks good", PERSON), comment(2, "deployed")]

    found = post(job, others, f"{MARKER}\n\n## one change\n")

    assert found == [*others, comment(102, f"{MARKER}\n\n## one change\n")]
    assert (job / "summary.md").read_text() == f"{MARKER}\n\n## one change\n"


def test_a_later_review_edits_it_on_whatever_page_it_is(job):
    others = [comment(1, "hm", PERSON), comment(2, "hm", PERSON), comment(3, "hm", PERSON)]

    found = post(job, [*others, comment(4, f"{MARKER}\nold")], f'{MARKER}\nnew `$(id)` "quoted"\n')

    assert found == [*others, comment(4, f'{MARKER}\nnew `$(id)` "quoted"\n')]


def test_a_person_who_quotes_the_review_is_not_overwritten(job):
    quoted = comment(1, f"{MARKER}\nwhy?", PERSON)

    assert post(job, [quoted], f"{MARKER}\nnew\n") == [quoted, comment(101, f"{MARKER}\nnew\n")]


def test_of_two_comments_the_first_is_edited(job):
    found = post(job, [comment(1, f"{MARKER}\na"), comment(2, f"{MARKER}\nb")], f"{MARKER}\nnew\n")

    assert [each["body"] for each in found] == [f"{MARKER}\nnew\n", f"{MARKER}\nb"]
