"""Reads a stack file for tests, and tells what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from components.config import parse
from components.config.model import (
    Stack,
)
from gme_recording.errors import ExitCode, InvalidInput, Problem
from tests.components.stacks import a_project

FILE = "stacks/Pulumi.test.yaml"
LOCAL = {"tencentcloud:protocol": "HTTP", "tencentcloud:cosDomain": "http://cos.ap-singapore.myqcloud.com"}
"""What routes a stack to the local cloud."""


def load(folder: Path, config: dict[str, Any] | str) -> Stack:
    return parse.load("test", a_project(folder, config))


def problems(folder: Path, config: dict[str, Any] | str) -> dict[str, Problem]:
    with pytest.raises(InvalidInput) as raised:
        load(folder, config)
    assert raised.value.exit_code is ExitCode.INPUT
    found = {problem.where: problem for problem in raised.value.problems}
    assert len(found) == len(raised.value.problems), "each mistake is reported once"
    assert {problem.file for problem in raised.value.problems} == {FILE}
    return found


def refused(folder: Path, config: dict[str, Any]) -> dict[str, str]:
    """Where and what is allowed, for a configuration that only `checks` can refuse."""
    with pytest.raises(InvalidInput) as raised:
        parse.load("test", a_project(folder, config))
    return {problem.where: problem.allowed for problem in raised.value.problems}


def accepted(folder: Path, config: dict[str, Any]) -> Stack:
    return parse.load("test", a_project(folder, config))
