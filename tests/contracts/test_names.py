"""What no tracked file may contain: machine paths, registry hosts, relative imports of chance names."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BANNED_MODULE_NAMES = {"utils", "common", "base", "misc", "manager", "helpers"}
FORBIDDEN = {
    "a registry's host": re.compile(r"https?://[^\s\"']*(pypi|pythonhosted|npmjs|proxy\.golang|sum\.golang)"),
    "a home directory": re.compile(r"(?<![\w.])/(root|home/\w+)/"),
}


def tracked(*patterns: str) -> list[Path]:
    """Files that are, or would be, in the repository; git decides."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [path for line in listing.stdout.splitlines() if (path := ROOT / line).is_file()]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_names(what: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked()
        if path.suffix not in {".jsonl", ".json", ".sum", ".mp3", ".png"} and path != Path(__file__)
        if (match := FORBIDDEN[what].search(path.read_text(errors="ignore")))
    ]
    assert found == []


def test_modules_are_named_for_their_subject() -> None:
    assert [path for path in tracked("*.py") if path.stem in BANNED_MODULE_NAMES] == []


def test_lock_files_carry_hashes_and_no_addresses() -> None:
    locks = tracked("*.lock", "requirements*.txt")
    assert locks
    for lock in locks:
        text = lock.read_text()
        assert "--hash=sha256:" in text, lock
        assert "://" not in text, lock
