#!/usr/bin/env python3
"""Write a file as a note of the merge request, or edit the note that it wrote before: `note.py FILE`.

The file's first line marks the note. A token of GitLab is needed (GITLAB_COMMENT_TOKEN, scope `api`), for the
job's own may not write notes (GitLab REST API, notes). Nothing but the standard library is used.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ANSWER_SECONDS = 30
_PAGE = 100


@dataclass(frozen=True, slots=True)
class GitLab:
    """The API, as one user."""

    url: str
    token: str

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Return the decoded answer; raises OSError."""
        request = urllib.request.Request(  # noqa: S310 - GitLab's own address, from the job's environment
            f"{self.url}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"PRIVATE-TOKEN": self.token, "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as answer:  # noqa: S310
            return json.load(answer)


def write(gitlab: GitLab, notes: str, text: str) -> None:
    """Edit this user's first note with the text's marker, or write a new one."""
    marker = text.partition("\n")[0]
    own = gitlab.call("GET", "/user")["id"]
    for note in _every(gitlab, notes):
        if note["author"]["id"] == own and note["body"].startswith(marker):
            gitlab.call("PUT", f"{notes}/{note['id']}", {"body": text})
            return
    gitlab.call("POST", notes, {"body": text})


def _every(gitlab: GitLab, notes: str) -> Iterator[dict[str, Any]]:
    page = 1
    while found := gitlab.call("GET", f"{notes}?sort=asc&per_page={_PAGE}&page={page}"):
        yield from found
        page += 1


def main(file: str) -> int:
    """Return 0, or 1 with a message on stderr."""
    environment = os.environ
    notes = "/projects/{CI_PROJECT_ID}/merge_requests/{CI_MERGE_REQUEST_IID}/notes"
    try:
        gitlab = GitLab(environment["CI_API_V4_URL"], environment["GITLAB_COMMENT_TOKEN"])
        write(gitlab, notes.format_map(environment), Path(file).read_text(encoding="utf-8"))
    except KeyError as missing:
        sys.stderr.write(f"error: {missing} is not set\nhint: docs/continuous-deployment.md says how\n")
    except urllib.error.HTTPError as error:
        error.close()
        sys.stderr.write(f"error: GitLab answers {error.code} {error.reason}\n")
    except OSError as error:
        sys.stderr.write(f"error: {error}\n")
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
