"""What holds for every component; a new one is tested before its author writes a test."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from pathlib import Path

import pulumi
import pytest

import components
from components import tags
from components.config.model import (
    Access,
    AccessLog,
    AccessPolicy,
    Grant,
    OnDestroy,
    Replica,
    Retention,
    Storage,
)
from components.recording import RecordingEnvironment
from tests.components.stacks import a_stack
from tests.support import wire

SOURCES = sorted(Path(components.__file__).parent.glob("*.py"))
TOKENS = {
    "gme-recording:recording:RecordingEnvironment",
    "gme-recording:storage:Storage",
    "gme-recording:access:Access",
    "gme-recording:console:ConsoleSettings",
    "gme-recording:smoke:SmokeTest",
}
STACK = a_stack(
    apps=2,
    storage=Storage(
        name="voice",
        retention=Retention(keep_days=30),
        versioning=True,
        access_log=AccessLog(name="voice-log", keep_days=90),
        replica=Replica(region="eu-frankfurt", name="voice-copy"),
        on_destroy=OnDestroy.EMPTY,
    ),
    storages={"ap-beijing": Storage(name="voice-bj", retention=Retention(keep_days=30))},
    access=Access(grant=Grant.CREATE, policies=tuple(AccessPolicy), readers=("support",)),
)


@pytest.fixture(scope="module", params=[False, True], ids=["up", "preview"])
def sent(request: pytest.FixtureRequest) -> wire.Wire:
    """An environment with every component and every resource that there is."""

    def program() -> None:
        tags.register({"environment": "test"})
        RecordingEnvironment("recording", {"stack": STACK, "owner_uin": "100000000001", "root": Path()})

    return wire.run(program, preview=request.param)


def component_classes() -> set[str]:
    found: set[type[pulumi.ComponentResource]] = set()
    for module in pkgutil.iter_modules(components.__path__, "components."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, pulumi.ComponentResource):
                found.add(value)
    return {each.__name__ for each in found}


def test_every_component_has_a_token_and_is_part_of_the_environment(sent: wire.Wire) -> None:
    assert {each.type for each in sent.registered if not each.custom} == TOKENS
    assert {token.rpartition(":")[2] for token in TOKENS} == component_classes()


def test_every_bucket_of_another_region_has_the_provider_of_that_region(sent: wire.Wire) -> None:
    of_region = {each.props["region"]: each for each in sent.of_type("pulumi:providers:tencentcloud")}
    stores = {each.urn: each.props["region"] for each in sent.of_type("storage:Storage")}
    for each in sent.registered:
        if each.parent in stores and each.custom:
            provider = of_region.get(stores[each.parent])
            assert each.provider.startswith(provider.urn) if provider else each.provider == ""


def test_every_component_passes_its_inputs_up(sent: wire.Wire) -> None:
    assert [each.name for each in sent.registered if not each.custom and not each.props] == []


def test_every_component_registers_outputs(sent: wire.Wire) -> None:
    components_made = {each.urn for each in sent.registered if not each.custom}
    assert components_made <= sent.outputs.keys()
    assert all(sent.outputs[urn] for urn in components_made)


def test_every_resource_belongs_to_a_component_and_bears_its_name(sent: wire.Wire) -> None:
    by_urn = {each.urn: each for each in sent.registered}
    for each in sent.registered:
        if each.name != "recording":
            assert each.name.startswith(f"{by_urn[each.parent].name}-")


def test_everything_that_can_carry_tags_carries_the_defaults(sent: wire.Wire) -> None:
    resources = [each for each in sent.registered if each.custom]
    tagged = {each.type for each in resources if each.props.get("tags") == {"environment": "test"}}
    assert tagged == {each.type for each in resources} & tags.TAGGABLE != set()


def test_no_option_of_the_caller_reaches_children() -> None:
    def program() -> None:
        options = pulumi.ResourceOptions(aliases=[pulumi.Alias(name="old")], delete_before_replace=True)
        args = {"stack": STACK, "owner_uin": "100000000001", "root": Path()}
        RecordingEnvironment("recording", args, options)  # type: ignore[arg-type]

    assert [each.name for each in wire.run(program).registered if each.aliases] == ["recording"]


def test_urns_stay_as_they_are(sent: wire.Wire) -> None:
    """A changed URN deletes a bucket: whoever changes this list adds an alias and a line in the changelog."""
    assert sorted(each.name for each in sent.registered) == [
        "recording",
        "recording-access",
        "recording-access-auditor",
        "recording-access-deployer",
        "recording-access-eraser",
        "recording-access-grant",
        "recording-access-reader",
        "recording-access-reader-support",
        "recording-access-recorder",
        "recording-console-1400000001",
        "recording-console-1400000001-settings",
        "recording-console-1400000002",
        "recording-console-1400000002-settings",
        "recording-provider-ap-beijing",
        "recording-provider-eu-frankfurt",
        "recording-smoke",
        "recording-smoke-marker",
        "recording-storage",
        "recording-storage-ap-beijing",
        "recording-storage-ap-beijing-bucket",
        "recording-storage-ap-beijing-policy",
        "recording-storage-bucket",
        "recording-storage-log",
        "recording-storage-log-bucket",
        "recording-storage-log-policy",
        "recording-storage-policy",
        "recording-storage-replica",
        "recording-storage-replica-bucket",
        "recording-storage-replica-policy",
    ]


def fields_without_docstring(tree: ast.Module, suffix: str) -> list[str]:
    missing = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name.endswith(suffix):
            for at, line in enumerate(node.body):
                after = node.body[at + 1] if at + 1 < len(node.body) else None
                described = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
                if isinstance(line, ast.AnnAssign) and not described:
                    missing.append(f"{node.name}.{ast.unparse(line.target)}")
    return missing


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_every_argument_is_described_below_its_field(source: Path) -> None:
    assert fields_without_docstring(ast.parse(source.read_text(encoding="utf-8")), "Args") == []


def test_components_are_loaded_only_when_asked_for() -> None:
    assert components.RecordingEnvironment is RecordingEnvironment
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        components.Nothing  # noqa: B018
