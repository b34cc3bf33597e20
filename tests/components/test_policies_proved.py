"""Each policy is enough for its job, and each action in it is needed: without it something is denied."""

from __future__ import annotations

import json

import pytest

from components.config.model import AccessPolicy
from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.components import jobs

EVERY_ACTION = [
    pytest.param(policy, at, action, id=f"{policy}-{at}-{action}")
    for policy, document in jobs.DOCUMENTS.items()
    for at, action in jobs.actions(document)
]


def work(local_cloud: RunningCloud, policy: AccessPolicy, document: str) -> None:
    """The main account prepares, then a user with this document alone does the job."""
    owner = jobs.World(local_cloud)
    prepare, job = jobs.JOBS[policy]
    prepare(owner)
    job(owner.user(document))


@pytest.mark.parametrize("policy", AccessPolicy)
def test_a_policy_is_enough_for_its_job(local_cloud: RunningCloud, policy: AccessPolicy) -> None:
    work(local_cloud, policy, jobs.DOCUMENTS[policy])


@pytest.mark.parametrize(("policy", "at", "action"), EVERY_ACTION)
def test_every_action_is_needed(
    local_cloud: RunningCloud, policy: AccessPolicy, at: int, action: str
) -> None:
    with pytest.raises(jobs.Denied):
        work(local_cloud, policy, jobs.without(jobs.DOCUMENTS[policy], at, action))
    denied = local_cloud.run(lambda cloud: cloud.seen[-1])
    assert f"{denied.service}:{denied.operation}" == action


@pytest.mark.parametrize("policy", AccessPolicy)
def test_nothing_is_allowed_on_everything(policy: AccessPolicy) -> None:
    for statement in json.loads(jobs.DOCUMENTS[policy])["statement"]:
        assert "*" not in statement["resource"]
        assert not any("*" in action for action in statement["action"])


@pytest.mark.parametrize(
    "policy", [AccessPolicy.RECORDER, AccessPolicy.ERASER, AccessPolicy.AUDITOR, AccessPolicy.DEPLOYER]
)
def test_only_readers_listen(local_cloud: RunningCloud, policy: AccessPolicy) -> None:
    owner = jobs.World(local_cloud)
    owner.environment()
    with pytest.raises(jobs.Denied):
        owner.user(jobs.DOCUMENTS[policy]).cos(jobs.HOME, "get_object", Key=jobs.KEY)
