from __future__ import annotations

from pathlib import Path

import pytest

from components.config import files
from gme_recording.errors import ExitCode, UserError
from tests.components.stacks import ROOT, a_project


def read(tmp_path: Path, text: str) -> dict[str, object]:
    path = tmp_path / "file.yaml"
    path.write_text(text, encoding="utf-8")
    return files.read_mapping(path, "file.yaml")


def refused(tmp_path: Path, text: str) -> UserError:
    with pytest.raises(UserError) as raised:
        read(tmp_path, text)
    assert raised.value.exit_code is ExitCode.INPUT
    return raised.value


def test_yaml_1_1_surprises_are_texts(tmp_path: Path) -> None:
    text = """
on: off
yes: no
ratio: 1:30
flag: true
nothing: ~
empty:
hex: 0x1f
float: 1.5e3
octal: 012
zeros: 0189
"""
    assert read(tmp_path, text) == {
        "on": "off",
        "yes": "no",
        "ratio": "1:30",
        "flag": True,
        "nothing": None,
        "empty": None,
        "hex": 31,
        "float": 1500.0,
        "octal": 10,
        "zeros": 189.0,
    }


@pytest.mark.parametrize(
    "written",
    [
        *("2026-03-31", "2026-3-1", "2026-03-31T10:00:00Z", "2026-03-31 10:00:00.5", "[2026-03-31]"),
        *("1_000", "-0b11", "0B11", "0O7", "0X1f", "1_0.5", "+1_", ".inf", "-.INF", ".nan"),
        *("1e400", "!!bool yes", "!!null x", "!!timestamp 2026-03-31", "!!binary aGFsbG8=", "!own x"),
    ],
)
def test_what_only_the_engine_takes_for_a_date_or_a_number_is_refused(tmp_path: Path, written: str) -> None:
    assert str(refused(tmp_path, f"a: 1\nb: {written}\n")).startswith("file.yaml, line 2: ")


def test_a_date_is_to_be_put_in_quotes(tmp_path: Path) -> None:
    told = "2026-03-31 is a date to the engine, which would write it another way: put it in quotes"
    assert told in str(refused(tmp_path, "reviewed: 2026-03-31\n"))
    assert read(tmp_path, "reviewed: '2026-03-31'\n") == {"reviewed": "2026-03-31"}


@pytest.mark.parametrize("key", ["8080", "1.5", "true", "null", "2026-03-31", "1_000"])
def test_a_key_that_is_no_text_is_refused_with_its_line(tmp_path: Path, key: str) -> None:
    told = f"file.yaml, line 2: the key {key} is no text: put it in quotes"
    assert told in str(refused(tmp_path, f"a:\n  {key}: x\n"))


def test_merge_keys_work(tmp_path: Path) -> None:
    assert read(tmp_path, "a: &a {x: 1}\nb: {<<: *a, y: 2}\n") == {"a": {"x": 1}, "b": {"x": 1, "y": 2}}


def test_a_repeated_key_is_refused_with_its_line(tmp_path: Path) -> None:
    assert "file.yaml, line 3: the key 'keep' appears twice" in str(
        refused(tmp_path, "a:\n  keep: 1\n  keep: 2\n")
    )


@pytest.mark.parametrize(
    ("text", "line"), [("a: 1\n b: 2\n", 2), ("a: [1\nb: 2\n", 2), ("- a\n", 1), ("a: !!python/none\n", 1)]
)
def test_what_is_no_yaml_mapping_is_refused_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    assert str(refused(tmp_path, text)).startswith(f"file.yaml, line {line}: ")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file.yaml").write_bytes(b"a: \xff\xfe")
    with pytest.raises(UserError, match=r"^file\.yaml: "):
        files.read_mapping(tmp_path / "file.yaml", "file.yaml")


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "# nothing\n") == {}


@pytest.mark.parametrize("name", ["nowhere", "../stacks/Pulumi.test", "", "a/b"])
def test_a_stack_without_file_names_those_there_are(tmp_path: Path, name: str) -> None:
    a_project(tmp_path, {}, "test")
    a_project(tmp_path, {}, "prod")
    with pytest.raises(UserError) as raised:
        files.stack_file(name, tmp_path)
    assert raised.value.exit_code is ExitCode.NO_STACK
    assert raised.value.hint == "stacks of this project: prod, test"


def test_the_stacks_of_this_project() -> None:
    assert files.stacks(ROOT) == ("dev", "local", "prod", "staging")


def test_defaults_are_those_of_the_project_file(tmp_path: Path) -> None:
    text = """
config:
  region: {type: string, default: ap-seoul}
  appid: {type: string}
  a:b: {value: c}
  short: d
"""
    (tmp_path / "Pulumi.yaml").write_text(text, encoding="utf-8")
    assert files.project_defaults(tmp_path) == {"gme-recording:region": "ap-seoul", "a:b": "c"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\n[b, c]: 2\n", "file.yaml, line 2: a key must be a word, not a list or a mapping"),
        ("? {b: c}\n: 2\n", "file.yaml, line 1: a key must be a word, not a list or a mapping"),
        ("a: &a\n  - *a\n", "file.yaml, line 1: found unconstructable recursive node"),
        ("a: &a {b: *a}\n", "file.yaml, line 1: found unconstructable recursive node"),
        (f"a: {'9' * 5000}\n", "file.yaml: Exceeds the limit"),
        ("a: " + "[" * 3000 + "]" * 3000, "file.yaml: nested too deeply"),
    ],
)
def test_yaml_that_no_one_would_write_is_refused_in_words(tmp_path: Path, text: str, problem: str) -> None:
    assert str(refused(tmp_path, text)).startswith(problem)


@pytest.mark.parametrize("config", ["[a]", "a", "1"])
def test_a_projects_keys_that_are_no_mapping_are_refused(tmp_path: Path, config: str) -> None:
    (tmp_path / "Pulumi.yaml").write_text(f"name: x\nconfig: {config}\n")
    with pytest.raises(UserError, match=r"Pulumi\.yaml: config must be a mapping"):
        files.project_defaults(tmp_path)
