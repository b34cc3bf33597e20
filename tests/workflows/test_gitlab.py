"""GitLab's pipeline: structure, rights, shell lines, and the note of a merge request."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.workflows.workflow import FOLDER, ROOT, jobs, read, run_of

PIPELINE = read(ROOT / ".gitlab-ci.yml")
KEYWORDS = {"stages", "workflow", "default"}
JOBS = {name: job for name, job in PIPELINE.items() if name not in KEYWORDS and not name.startswith(".")}
STACKS = {file.name.split(".")[1] for file in (ROOT / "stacks").glob("Pulumi.*.yaml")} - {"local"}
MARKER = "<!-- gme-recording review -->"
OWN, OTHER = 9, 1


def whole(name: str) -> dict[str, Any]:
    """A job with what it extends, merged as GitLab does."""
    job = dict(PIPELINE[name])
    above = job.pop("extends", [])
    merged: dict[str, Any] = {}
    for parent in [above] if isinstance(above, str) else above:
        merged |= whole(parent)
    return merged | job


def condition(name: str) -> str:
    (rule,) = whole(name)["rules"]
    return str(rule["if"])


@pytest.mark.parametrize("name", JOBS)
def test_a_job_stands_in_a_stage_and_needs_jobs_that_there_are(name):
    job = whole(name)

    assert job["stage"] in PIPELINE["stages"]
    assert set(job.get("needs", [])) <= JOBS.keys()
    lines = "\n".join([*job.get("before_script", []), *job["script"]])
    assert subprocess.run(["sh", "-n"], input=lines, capture_output=True, text=True, check=False).stderr == ""


def test_each_job_runs_where_it_should_and_forks_get_nothing():
    merged = '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH'
    own = "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID"
    proposed = f'$CI_PIPELINE_SOURCE == "merge_request_event" && {own}'

    assert {name: condition(name) for name in JOBS} == {
        "check": '$CI_PIPELINE_SOURCE != "schedule"',
        "preview": proposed,
        "review": proposed,
        **{f"deploy-{stack}": merged for stack in STACKS},
        "look": '$CI_PIPELINE_SOURCE == "schedule"',
    }


def test_identity_tokens_go_to_the_jobs_that_reach_an_account():
    reach = {name for name in JOBS if "id_tokens" in whole(name)}

    assert reach == {"preview", "look", *(f"deploy-{stack}" for stack in STACKS)}
    assert all("with_role.py" in "\n".join(whole(name)["script"]) for name in reach)


def test_stacks_are_deployed_one_after_the_other_and_prod_by_hand():
    deployments = {name: whole(name) for name in JOBS if name.startswith("deploy-")}

    assert {job["variables"]["STACK"] for job in deployments.values()} == STACKS
    assert {job["resource_group"] for job in deployments.values()} == {"stack-$STACK"}
    assert {job["environment"]["name"] for job in deployments.values()} == {"$STACK"}
    assert {name: job["needs"] for name, job in deployments.items()} == {
        "deploy-dev": ["check"],
        "deploy-staging": ["deploy-dev"],
        "deploy-prod": ["deploy-staging"],
    }
    assert deployments["deploy-prod"]["rules"][0]["when"] == "manual"


@pytest.mark.parametrize("name", ["preview", "look"])
def test_every_stack_is_previewed_and_looked_at(name):
    ((row),) = whole(name)["parallel"]["matrix"]

    assert set(row["STACK"]) == STACKS
    assert whole(name)["environment"]["action"] == "access"


def test_both_systems_run_the_same_commands():
    """The engine's tests run GitHub's; here they are held to be GitLab's, too."""
    preview = run_of("preview.yml", "preview", "preview").splitlines()
    assert whole("preview")["script"] == [line.split(" # ")[0] for line in preview]
    review = run_of("preview.yml", "review", "review").strip().replace("$COMMIT", "$CI_COMMIT_SHA")
    assert f"{review} || code=$?" in whole("review")["script"]
    assert whole("deploy-dev")["script"] == [run_of("deploy.yml", "deploy", "deploy").strip()]
    nightly = [step["run"] for step in jobs(FOLDER / "nightly.yml")["look"]["steps"] if "run" in step]
    assert [line for line in whole("look")["script"] if "with_role" in line] == [
        f"{nightly[0]} || drift=$?",
        nightly[1],
    ]


class Notes:
    """The notes of merge request 7 of project 3, in pages."""

    def __init__(self, *notes: tuple[int, str]) -> None:
        self.notes = [self.note(number, author, body) for number, (author, body) in enumerate(notes, 1)]
        self.url = ""

    @staticmethod
    def note(number: int, author: int, body: str) -> dict[str, Any]:
        return {"id": number, "author": {"id": author}, "body": body}

    def bodies(self) -> list[str]:
        return [note["body"] for note in self.notes]

    def answer(self, method: str, target: str, body: Any) -> Any:
        path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
        match method, path:
            case "GET", "/user":
                return {"id": OWN}
            case "GET", "/projects/3/merge_requests/7/notes":
                size, page = int(query["per_page"][0]), int(query["page"][0])
                return self.notes[size * (page - 1) : size * page]
            case "POST", "/projects/3/merge_requests/7/notes":
                self.notes.append(self.note(len(self.notes) + 1, OWN, body["body"]))
                return {}
        (found,) = (note for note in self.notes if path.endswith(f"/merge_requests/7/notes/{note['id']}"))
        assert method == "PUT"
        found["body"] = body["body"]
        return {}


@pytest.fixture
def served() -> Iterator[Any]:
    """Serves notes: `served(notes)`."""
    servers = []

    def serve(notes: Notes) -> Notes:
        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                known = self.headers["PRIVATE-TOKEN"] == "token"
                data = notes.answer(self.command, self.path, json.loads(body or b"null")) if known else {}
                self.send_response(200 if known else 401)
                self.end_headers()
                self.wfile.write(json.dumps(data).encode())

            def do_GET(self) -> None:
                self.answer()

            def do_POST(self) -> None:
                self.answer()

            def do_PUT(self) -> None:
                self.answer()

            def log_message(self, *_: object) -> None:
                """The tests look at the notes."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        servers.append((server, thread))
        notes.url = f"http://127.0.0.1:{server.server_port}"
        return notes

    yield serve
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


def post(
    notes: Notes, folder: Path, text: str, given: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    (folder / "comment.md").write_text(text)
    token = {"GITLAB_COMMENT_TOKEN": "token"} if given is None else given
    return subprocess.run(
        [sys.executable, ROOT / "tools" / "ci" / "note.py", "comment.md"],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "CI_API_V4_URL": notes.url,
            "CI_PROJECT_ID": "3",
            "CI_MERGE_REQUEST_IID": "7",
            **token,
        },
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_the_first_review_is_a_new_note(served, tmp_path):
    notes = served(Notes((OTHER, "hm"), (OTHER, f"{MARKER}\nquoted")))

    assert post(notes, tmp_path, f"{MARKER}\nnew\n").returncode == 0
    assert notes.bodies() == ["hm", f"{MARKER}\nquoted", f"{MARKER}\nnew\n"]


def test_a_later_review_edits_it_on_whatever_page_it_is(served, tmp_path):
    others = [(OTHER, f"talk {number}") for number in range(120)]
    notes = served(Notes(*others, (OWN, f"{MARKER}\nold")))

    assert post(notes, tmp_path, f"{MARKER}\nnew\n").returncode == 0
    assert notes.bodies() == [*(body for _, body in others), f"{MARKER}\nnew\n"]


def test_a_token_that_is_refused_or_missing_is_told(served, tmp_path):
    notes = served(Notes())

    refused = post(notes, tmp_path, f"{MARKER}\nnew\n", {"GITLAB_COMMENT_TOKEN": "other"})
    missing = post(notes, tmp_path, f"{MARKER}\nnew\n", {})

    assert (refused.returncode, refused.stderr) == (1, "error: GitLab answers 401 Unauthorized\n")
    assert missing.returncode == 1
    assert "'GITLAB_COMMENT_TOKEN' is not set" in missing.stderr
    assert notes.bodies() == []
