from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from gme_recording.console.confirm import confirmed, write
from gme_recording.console.settings import Confirmation
from gme_recording.errors import ExitCode, UserError

CONFIRMATION = Confirmation("123456789012", "Ann: Lee", "2026-11-22")
LINE = 'console: {confirmed: "123456789012", by: "Ann: Lee", on: "2026-11-22"}'

STACK = """\
# production
encryptionsalt: v1:abc=    # keep
config:
  tencentcloud:region: ap-guangzhou

  gme-recording:apps:
    - {name: flow, bizId: 1400000001, scope: custom,
       callbackUrl: "https://voice.example.com/gme",   # a note
       }
    - name: block   # c
      bizId: 1400000002
      retention: {keep: 90 days}  # lawyers

    # between
    - name: nested
      bizId: 1400000003
      retention:
        keep: |
          90 days
        list: [1,
            2]   # inner
      # after
    - name: known
      console:   # who said so
        by: Bob  # then
        confirmed: 000000000000
        on: 2025-01-01
      bizId: 1400000004
    - name: empty
      console:
      bizId: 1400000005
    - name: literal
      note: |
        several
        lines
  # the end
  gme-recording:smoke: {mode: full}
"""
APPS = ("flow", "block", "nested", "known", "empty", "literal")


def load(text: str) -> Any:
    return YAML(typ="safe").load(text)


def console(text: str, app: str) -> Any:
    apps = load(text)["config"]["gme-recording:apps"]
    return next(entry for entry in apps if entry["name"] == app)["console"]


@pytest.mark.parametrize("app", APPS)
def test_confirmation_is_all_that_changes(app: str) -> None:
    text = confirmed(STACK, app, CONFIRMATION)
    wanted = load(STACK)
    for entry in wanted["config"]["gme-recording:apps"]:
        if entry["name"] == app:
            entry["console"] = {"confirmed": "123456789012", "by": "Ann: Lee", "on": "2026-11-22"}
    assert load(text) == wanted


@pytest.mark.parametrize(
    ("app", "inserted"),
    [
        ("flow", f", {LINE}"),
        ("block", f"      {LINE}\n"),
        ("nested", f"      {LINE}\n"),
        ("empty", LINE.removeprefix("console:")),
        ("literal", f"      {LINE}\n"),
    ],
)
def test_everything_else_stays_byte_for_byte(app: str, inserted: str) -> None:
    text = confirmed(STACK, app, CONFIRMATION)
    assert text.count(inserted) == 1
    assert text.replace(inserted, "") == STACK


def test_old_confirmation_is_replaced_in_place() -> None:
    text = confirmed(STACK, "known", CONFIRMATION)
    assert text == STACK.replace("by: Bob ", 'by: "Ann: Lee" ').replace(
        "confirmed: 000000000000", 'confirmed: "123456789012"'
    ).replace("on: 2025-01-01", 'on: "2026-11-22"')


@pytest.mark.parametrize("app", APPS)
def test_confirming_twice_changes_nothing_more(app: str) -> None:
    once = confirmed(STACK, app, CONFIRMATION)
    assert confirmed(once, app, CONFIRMATION) == once


def test_application_is_found_by_its_biz_id() -> None:
    assert confirmed(STACK, "1400000002", CONFIRMATION) == confirmed(STACK, "block", CONFIRMATION)


@settings(max_examples=25)
@given(
    app=st.sampled_from(APPS),
    by=st.text(st.characters(exclude_categories=["C"], include_characters="\t"), max_size=20),
    indent=st.sampled_from(["", "  "]),
    comment=st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=20),
)
def test_any_name_is_read_back_as_written(app: str, by: str, indent: str, comment: str) -> None:
    stack = STACK.replace("# a note", f"# {comment}").replace("    # between", f"{indent}  # {comment}")
    text = confirmed(stack, app, Confirmation("000000000001", by, "2026-11-22"))
    assert console(text, app) == {"confirmed": "000000000001", "by": by, "on": "2026-11-22"}
    assert text.count(f"# {comment}") >= 2


def test_file_is_written_once_and_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.prod.yaml"
    file.write_text(STACK.replace("\n", "\r\n"), newline="")
    file.chmod(0o640)
    assert write(file, "block", CONFIRMATION)
    assert not write(file, "block", CONFIRMATION)
    assert console(file.read_text(), "block")["by"] == "Ann: Lee"
    assert b"# production\r\n" in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["Pulumi.prod.yaml"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (STACK, "no application 'nobody'; it has: flow, block, nested"),
        ("config: {}\n", "it has: none"),
        ("", "it has: none"),
        ("config: [", "is not YAML"),
    ],
    ids=["another name", "no apps", "empty", "broken"],
)
def test_wrong_file_is_left_alone(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "Pulumi.prod.yaml"
    file.write_text(text)
    with pytest.raises(UserError, match=message) as error:
        write(file, "nobody", CONFIRMATION)
    assert error.value.exit_code is ExitCode.INPUT
    assert file.read_text() == text


def test_missing_file_means_there_is_no_such_stack(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file") as error:
        write(tmp_path / "Pulumi.x.yaml", "demo", CONFIRMATION)
    assert error.value.exit_code is ExitCode.NO_STACK
