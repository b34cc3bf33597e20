"""Containers for the tests of what is deployed: the real docker, and images that are there already."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.docs import FOLDER, Page

ROOT = FOLDER.parent
KEYS = "callback-keys"
PAGE = Page(FOLDER / "callbacks.md")


def block(program: str) -> str:
    """The page's commands of which one calls this program."""
    begins = re.compile(rf"^{program} ", re.MULTILINE)
    (found,) = [one.body for one in PAGE.blocks if one.is_command and begins.search(one.body)]
    return found


def told(
    *command: str | Path,
    folder: Path | None = None,
    given: str = "",
    variables: Mapping[str, str] | None = None,
) -> str:
    """What a command prints; it must end with 0."""
    ended = subprocess.run(
        command,
        cwd=folder,
        input=given,
        env={**os.environ, **(variables or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, f"{command}\n{ended.stdout}"
    return ended.stdout


def need(image: str, *plugins: str) -> None:
    """Skip, and say why, where containers of this image cannot be run; nothing is downloaded for it."""
    if not shutil.which("docker"):
        pytest.skip("docker is not installed")
    if os.geteuid():
        pytest.skip("the page's commands want root")
    same = ["run", "--rm", "--network=none", f"--volume={ROOT}:/here:ro", image, "test", "-e", "/here/docs"]
    for reason, *arguments in (
        ("docker has no daemon here", "version"),
        *((f"docker {plugin} is not installed", plugin, "version") for plugin in plugins),
        (f"the image is not here: docker pull {image}", "image", "inspect", image),
        ("docker's daemon sees other files than this machine", *same),
    ):
        if subprocess.run(["docker", *arguments], capture_output=True, check=False).returncode:
            pytest.skip(reason)


def project(folder: Path, keys: str) -> Path:
    """The project as far as the page's commands use it, with a file of keys."""
    for name in ("gme_recording", "packaging"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", KEYS))
    (folder / KEYS).write_text(keys)
    return folder
