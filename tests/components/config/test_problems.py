"""What is wrong with a stack file: everything at once, each with its key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import set_all_config

from components.config import parse
from components.config.keys import keys
from components.config.model import (
    Stack,
)
from gme_recording.errors import ExitCode, InvalidInput, UserError
from tests.components.config.reading import FILE, load, problems
from tests.components.stacks import CONFIG, REMOVED, a_config, as_engine
from tests.support import wire

ENCRYPTED = "encrypted: written in clear (no key of this project is a secret)"


def test_program_and_files_refuse_with_the_same_words(tmp_path: Path) -> None:
    wrong = a_config(storage__retention__keep="6 months", smoke={"mod": "full"}, region="ap-nowhere")
    with pytest.raises(InvalidInput) as from_files:
        load(tmp_path, wrong)
    seen: list[Stack] = []
    with pytest.raises(InvalidInput) as from_program:
        wire.run(lambda: seen.append(parse.from_pulumi()), stack="test", config=as_engine(wrong))
    assert str(from_program.value) == str(from_files.value)


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    config = a_config(
        appid="12345",
        storage__name="Voice",
        storage__retention={"kepp": "30 days", "archive_after": 30},
        storage__versioning="yes",
        apps=[{"name": "arena"}, {"name": "arena", "bizId": "1", "callbackUrl": "ftp://x"}, "league"],
        smoke={"record": "1 hour", "timeout": "10 seconds"},
        tgas={"a": "b"},
    )
    found = problems(tmp_path, config)
    assert set(found) == {
        "gme-recording:appid",
        "gme-recording:apps[0].bizId",
        "gme-recording:apps[1].bizId",
        "gme-recording:apps[1].callbackUrl",
        "gme-recording:apps[1].name",
        "gme-recording:apps[2]",
        "gme-recording:smoke.record",
        "gme-recording:storage.name",
        "gme-recording:storage.retention.archive_after",
        "gme-recording:storage.retention.keep",
        "gme-recording:storage.retention.kepp",
        "gme-recording:storage.versioning",
        "gme-recording:tgas",
    }
    assert found["gme-recording:tgas"].hint == "did you mean tags?"
    assert found["gme-recording:storage.retention.kepp"].hint == "did you mean keep?"


def test_a_problem_names_key_value_allowed_and_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as raised:
        load(tmp_path, a_config(storage__encryption="aes"))
    assert str(raised.value) == (
        "1 problem in stacks/Pulumi.test.yaml; nothing was changed:\n"
        "  gme-recording:storage.encryption is 'aes': one of AES256, KMS, SM4"
    )


@pytest.mark.parametrize("key", ["cloud", "appid", "region", "storage", "apps"])
def test_what_is_required_is_asked_for(tmp_path: Path, key: str) -> None:
    found = problems(tmp_path, a_config(**{key: REMOVED}))
    assert found[f"gme-recording:{key}"].allowed == "required, and missing"


def test_an_empty_file_misses_everything_required(tmp_path: Path) -> None:
    assert set(problems(tmp_path, "")) == {
        "gme-recording:cloud",
        "gme-recording:appid",
        "gme-recording:region",
        "gme-recording:storage",
        "gme-recording:apps",
    }


@pytest.mark.parametrize("wrong", [None, "text", 5, [1], True])
@pytest.mark.parametrize("key", ["storage", "apps", "access", "smoke", "tags"])
def test_any_wrong_type_is_a_problem_and_never_a_crash(tmp_path: Path, key: str, wrong: object) -> None:
    config = a_config(**{key: wrong})
    if wrong is None and key not in {"storage", "apps"}:
        assert load(tmp_path, config) == load(tmp_path, CONFIG)
    else:
        assert any(where.startswith(f"gme-recording:{key}") for where in problems(tmp_path, config))


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.sampled_from(["name", "keep", "retention", "bizId", "mode", "region", "replica", "x"])
    return st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3)


SCRAPS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    nested,
    max_leaves=8,
)
ANY_KEY = st.sampled_from([*CONFIG, *(f"gme-recording:{key.name}" for _, key in keys(Stack))])


@given(st.dictionaries(ANY_KEY, SCRAPS))
def test_whatever_the_engine_hands_over_is_a_stack_or_a_list_of_problems(config: dict[str, Any]) -> None:
    reading = parse._Reading(FILE)
    try:
        parse._stack("test", config, reading)
    except InvalidInput as refusal:
        problems_found = refusal.problems
    else:
        problems_found = ()
    assert bool(problems_found) == bool(reading.problems)


def test_secrets_are_not_repeated(tmp_path: Path) -> None:
    url = "https://user:hunter2@voice.example.com/gme recording"
    with pytest.raises(InvalidInput) as raised:
        load(tmp_path, a_config(apps__0__callbackUrl=url))
    assert "hunter2" not in str(raised.value)


def test_an_encrypted_value_is_to_be_written_in_clear(tmp_path: Path) -> None:
    config = a_config(appid={"secure": "v1:abc"}, apps__0__callbackUrl={"secure": "v1:def"})
    found = {str(problem) for problem in problems(tmp_path, config).values()}
    assert found == {f"gme-recording:{key} is {ENCRYPTED}" for key in ("appid", "apps[0].callbackUrl")}


@pytest.mark.parametrize("key", ["appid", "apps", "storage", "tags"])
def test_a_value_that_the_engine_has_decrypted_is_refused_unread(key: str) -> None:
    config = as_engine(a_config(tags={"team": "hunter2"}))

    def program() -> None:
        set_all_config(config, [f"gme-recording:{key}"])
        parse.from_pulumi()

    with pytest.raises(InvalidInput) as raised:
        wire.run(program)
    assert [str(problem) for problem in raised.value.problems] == [f"gme-recording:{key} is {ENCRYPTED}"]


def test_unknown_keys_beside_the_configuration_are_refused(tmp_path: Path) -> None:
    found = problems(tmp_path, "confg:\n  a: b\n")
    assert found["confg"].hint == "did you mean config?"


def test_a_key_without_namespace_is_refused_though_the_engine_gives_it_the_projects(tmp_path: Path) -> None:
    found = problems(tmp_path, CONFIG | {"tags": {"team": "x"}})
    assert found["tags"].allowed == "a key with its namespace, such as gme-recording:tags"


@pytest.mark.parametrize("key", ["8080", "true", "null"])
def test_a_key_that_is_no_text_is_refused_with_its_file(tmp_path: Path, key: str) -> None:
    with pytest.raises(UserError) as raised:
        load(tmp_path, f"config:\n  {key}: x\n")
    assert raised.value.exit_code is ExitCode.INPUT
    assert raised.value.message == f"{FILE}, line 2: the key {key} is no text: put it in quotes"


def test_configuration_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, "config: nothing\n")["config"].allowed == "a mapping of configuration keys"


def test_problems_of_a_bucket_in_another_region_name_it(tmp_path: Path) -> None:
    written_wrong = {"nme": "voice-eu", "retention": {"keep": "1 year"}}
    found = problems(tmp_path, a_config(storages={"eu-frankfurt": written_wrong, "eu-moscow": None}))
    assert set(found) == {
        "gme-recording:storages.eu-frankfurt.name",
        "gme-recording:storages.eu-frankfurt.nme",
        "gme-recording:storages.eu-frankfurt.retention.keep",
        "gme-recording:storages.eu-moscow",
    }
    assert found["gme-recording:storages.eu-frankfurt.nme"].hint == "did you mean name?"
