"""The pack as the engine meets it: served in its own environment, and on the official engine.

What it says of the local stack, as it is and with a rule broken, docs/policy.md shows.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import struct_pb2
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from gme_recording.errors import ExitCode
from policy.access import BUCKET_POLICY
from policy.inputs import SECRET, SIGNATURE, UNKNOWN
from policy.reference import RULES
from policy.stack import MARKER
from policy.storage import BUCKET
from tests.policy.resources import SOUND
from tests.support import pack
from tests.support.engine import Project
from tests.support.pack import PACK

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

DEADLINE_SECONDS = 20


@pytest.fixture(scope="session")
def environment() -> Path:
    return pack.environment()


@pytest.fixture(scope="session")
def analyzer(environment: Path) -> Iterator[Any]:
    """The pack, started as the language host starts it."""
    command: list[str | Path] = [
        environment / "bin" / "python",
        "-u",
        "-m",
        "pulumi.policy",
        "127.0.0.1:1",
        PACK,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().strip()
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                grpc.channel_ready_future(channel).result(timeout=DEADLINE_SECONDS)
                yield analyzer_pb2_grpc.AnalyzerStub(channel)
        finally:
            process.terminate()


@pytest.fixture(autouse=True)
def _default_options(request: pytest.FixtureRequest) -> None:
    if "analyzer" in request.fixturenames:
        request.getfixturevalue("analyzer").Configure(analyzer_pb2.ConfigureAnalyzerRequest())


def struct(values: dict[str, Any]) -> struct_pb2.Struct:
    found = struct_pb2.Struct()
    found.update(values)
    return found


def analysed(analyzer: Any, kind: str, *, protect: bool = False, **inputs: Any) -> Any:
    request = analyzer_pb2.AnalyzeRequest(
        urn=f"urn:pulumi:dev::gme-recording::{kind}::it",
        type=kind,
        name="it",
        properties=struct({**SOUND[kind], **inputs}),
        options=analyzer_pb2.AnalyzerResourceOptions(protect=protect),
        provider=analyzer_pb2.AnalyzerProviderResource(
            type="pulumi:providers:tencentcloud", properties=struct({"region": "ap-singapore"})
        ),
    )
    return analyzer.Analyze(request)


def ids(response: Any) -> set[str]:
    return {each.policyName for each in response.diagnostics}


def test_the_pack_tells_the_engine_every_rule(analyzer: Any) -> None:
    info = analyzer.GetAnalyzerInfo(Empty())
    assert info.name == "gme-recording"
    assert info.supportsConfig
    assert {each.name for each in info.policies} == {rule.id for rule in RULES}
    levels = {each.name: each.enforcementLevel for each in info.policies}
    assert levels["acl-private"] == analyzer_pb2.MANDATORY
    assert levels["bucket-logged"] == analyzer_pb2.ADVISORY
    schemas = {each.name: each.configSchema.properties for each in info.policies}
    assert schemas["retention-limited"]["maximumDays"]["type"] == "integer"


def test_a_sound_bucket_passes(analyzer: Any) -> None:
    answer = analysed(analyzer, BUCKET)
    assert ids(answer) == set()


def test_a_public_bucket_stops_the_deployment(analyzer: Any) -> None:
    (found,) = analysed(analyzer, BUCKET, acl="public-read").diagnostics
    assert (found.policyName, found.enforcementLevel) == ("acl-private", analyzer_pb2.MANDATORY)
    assert "acl is public-read" in found.message
    assert found.severity == analyzer_pb2.POLICY_SEVERITY_CRITICAL


def test_protection_and_the_providers_region_are_seen(analyzer: Any) -> None:
    tags = {"environment": "prod"}
    assert ids(analysed(analyzer, BUCKET, tags=tags)) == {"bucket-protected"}
    assert ids(analysed(analyzer, BUCKET, tags=tags, protect=True)) == set()


def test_an_unknown_input_makes_a_rule_not_applicable(analyzer: Any) -> None:
    answer = analysed(analyzer, BUCKET, lifecycleRules=UNKNOWN)
    assert ids(answer) == set()
    assert {each.policy_name: each.reason for each in answer.not_applicable} == {
        "lifecycle-complete": "lifecycleRules is known only after the deployment",
        "retention-limited": "lifecycleRules is known only after the deployment",
    }


def test_a_secret_input_can_be_read_by_the_pack(analyzer: Any) -> None:
    """What docs/policy.md says about secrets: the SDK hands them over in clear."""
    found = analysed(analyzer, BUCKET, logPrefix={SIGNATURE: SECRET, "value": "AKID" + "x" * 32})
    assert ids(found) == {"no-plain-secrets"}
    assert "AKIDx" not in str(found)


def test_a_stack_may_set_level_and_options(analyzer: Any) -> None:
    config = analyzer_pb2.PolicyConfig(
        enforcementLevel=analyzer_pb2.ADVISORY, properties=struct({"maximumDays": 10})
    )
    request = analyzer_pb2.ConfigureAnalyzerRequest(policyConfig={"retention-limited": config})
    analyzer.Configure(request)
    (found,) = analysed(analyzer, BUCKET).diagnostics
    assert (found.policyName, found.enforcementLevel) == ("retention-limited", analyzer_pb2.ADVISORY)


def test_a_misspelt_option_which_the_engine_lets_pass_is_told(analyzer: Any) -> None:
    config = analyzer_pb2.PolicyConfig(
        enforcementLevel=analyzer_pb2.MANDATORY, properties=struct({"maximumDay": 10})
    )
    analyzer.Configure(analyzer_pb2.ConfigureAnalyzerRequest(policyConfig={"retention-limited": config}))
    (found,) = analysed(analyzer, BUCKET).diagnostics
    assert (found.policyName, found.enforcementLevel) == ("retention-limited", analyzer_pb2.MANDATORY)
    assert "did you mean maximumDays?" in found.message


def test_rules_on_the_whole_stack_are_asked_at_its_end(analyzer: Any) -> None:
    def resource(kind: str) -> Any:
        return analyzer_pb2.AnalyzerResource(
            urn=f"urn:pulumi:dev::gme-recording::{kind}::it", type=kind, properties=struct(SOUND[kind])
        )

    asked = analyzer_pb2.AnalyzeStackRequest(resources=[resource(BUCKET), resource(MARKER)])
    assert ids(analyzer.AnalyzeStack(asked)) == {"bucket-has-policy"}
    asked.resources.append(resource(BUCKET_POLICY))
    assert ids(analyzer.AnalyzeStack(asked)) == set()


@pytest.fixture
def project(tmp_path: Path, environment: Path) -> Iterator[Project]:
    """A project of one's own with the pack, its environment in place."""
    made = Project.at(tmp_path)
    pack.add(made, environment)
    yield made
    made.close()


def test_the_engine_takes_the_configuration_of_prod(project: Project) -> None:
    path = f"{project.root / 'policy' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    given = {"PULUMI_OPTION_POLICY_PACK": "policy", "PULUMI_OPTION_POLICY_PACK_CONFIG": "policy/prod.json"}
    ran = project.run("preview", PATH=path, **given)
    assert ran.code == ExitCode.FAILED
    said = ran.out + ran.err
    assert "which stack prod owns" in said or "recordings are kept in ap-guangzhou" in said
