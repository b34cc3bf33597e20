"""Every committed stack file, read without an engine; and Pulumi.yaml against the model."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from components.config import files, parse, schema
from components.config.keys import keys
from components.config.model import Grant, OnDestroy, Stack
from gme_recording.api import CloudKind
from tests.components.stacks import ROOT

STACKS = {name: parse.load(name, ROOT) for name in files.stacks(ROOT)}
PROJECT: dict[str, Any] = files.read_mapping(ROOT / "Pulumi.yaml", "Pulumi.yaml")


@pytest.mark.parametrize("name", STACKS)
def test_a_stack_file_says_what_the_stack_is_for(name: str) -> None:
    first = files.stack_file(name, ROOT).read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith(f"# {name}: ")


@pytest.mark.parametrize("name", STACKS)
def test_editors_find_the_schema_of_a_stack_file(name: str) -> None:
    lines = files.stack_file(name, ROOT).read_text(encoding="utf-8").splitlines()
    assert schema.LINE in [line for line in lines[:5] if line.startswith("#")]


def test_the_schema_is_that_of_the_model() -> None:
    committed = (ROOT / schema.FILE).read_text(encoding="utf-8")
    assert committed == schema.text(), "python -m components.config.schema"


def test_buckets_of_one_account_have_names_of_their_own() -> None:
    buckets = Counter(stack.bucket for stack in STACKS.values())
    assert set(buckets.values()) == {1}


def test_one_stack_of_each_account_creates_the_grant() -> None:
    creators: dict[str, list[str]] = {stack.appid: [] for stack in STACKS.values()}
    for name, stack in STACKS.items():
        if stack.access.grant is Grant.CREATE:
            creators[stack.appid].append(name)
    assert all(len(names) == 1 for names in creators.values()), creators


def test_no_stack_has_an_application_of_another() -> None:
    apps = Counter(app.biz_id for stack in STACKS.values() for app in stack.apps)
    assert set(apps.values()) == {1}


def test_only_the_local_stack_leaves_tencent_cloud() -> None:
    assert {name for name, stack in STACKS.items() if stack.cloud is CloudKind.LOCAL} == {"local"}


def test_recordings_of_prod_are_kept_and_cannot_be_thrown_away() -> None:
    prod = STACKS["prod"]
    assert prod.storage.retention.keep_days == 180
    assert (prod.storage.on_destroy, prod.storage.versioning) == (OnDestroy.REFUSE, True)


@pytest.mark.parametrize("name", ["local", "staging"])
def test_a_stack_warns_of_nothing(name: str) -> None:
    assert parse.warnings(STACKS[name]) == ()


def test_the_project_file_describes_every_key_with_its_type() -> None:
    names = {key.name for _, key in keys(Stack)}
    assert PROJECT["config"].keys() == names
    for key, entry in PROJECT["config"].items():
        assert {"type", "description"} <= entry.keys() <= {"type", "description", "default", "items"}, key


def test_only_what_the_model_requires_has_no_default() -> None:
    required = {key for key, entry in PROJECT["config"].items() if "default" not in entry}
    assert required == {"cloud", "appid", "region", "storage", "apps"}


def test_the_project_is_set_up_for_its_engine() -> None:
    assert PROJECT["name"] == files.PROJECT
    assert PROJECT["stackConfigDir"] == "stacks"
    assert PROJECT["requiredPulumiVersion"] == ">=3.238.0"
    assert PROJECT["plugins"] == {"providers": [{"name": "gme", "path": "./providers/gme"}]}
