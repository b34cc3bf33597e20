"""What the linters do not hold: least rights, pinned parts, nothing of a pull request in a shell block."""

from __future__ import annotations

import json
import re
import subprocess

import pytest

from tests.workflows.workflow import FOLDER, ROOT, WORKFLOWS, Step, jobs, read, steps

STEPS = tuple(steps())
PINNED = re.compile(r"^\s*(?:- )?uses: (?:\./\S+|actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$")
RIGHTS = {
    "ci/test": {"contents": "read"},
    "preview/stacks": {"contents": "read"},
    "preview/preview": {"contents": "read", "id-token": "write"},
    "preview/review": {"contents": "read"},
    "preview/comment": {"pull-requests": "write"},
    "deploy/deploy": {"contents": "read", "id-token": "write"},
    "nightly/stacks": {"contents": "read"},
    "nightly/look": {"contents": "read", "id-token": "write"},
}
STACKS = {file.name.split(".")[1] for file in (ROOT / "stacks").glob("Pulumi.*.yaml")} - {"local"}


def where(step: Step) -> str:
    return f"{step.where}: {step.data.get('name') or step.data.get('id') or step.uses}"


def test_every_job_has_the_rights_it_needs_and_no_other():
    assert {
        f"{file.stem}/{name}": job["permissions"] for file in WORKFLOWS for name, job in jobs(file).items()
    } == RIGHTS
    assert [read(file)["permissions"] for file in WORKFLOWS] == [{}] * len(WORKFLOWS)


def test_every_action_is_github_s_own_and_pinned_by_commit():
    files = [*WORKFLOWS, ROOT / ".github" / "actions" / "prepare" / "action.yml"]
    lines = [line for file in files for line in file.read_text().splitlines() if "uses:" in line]

    assert [line for line in lines if not PINNED.match(line)] == []
    assert len({line.split("uses: ")[1] for line in lines if "@" in line}) == 5  # one version of each


@pytest.mark.parametrize("step", [step for step in STEPS if "checkout" in step.uses], ids=where)
def test_a_checkout_leaves_no_credentials(step):
    assert step.data["with"]["persist-credentials"] is False


@pytest.mark.parametrize("step", [step for step in STEPS if step.run], ids=where)
def test_a_shell_block_is_given_variables_not_expressions(step):
    assert "${{" not in step.run
    checked = subprocess.run(["bash", "-n"], input=step.run, capture_output=True, text=True, check=False)
    assert checked.stderr == ""


def test_the_job_that_may_write_runs_nothing_of_the_repository():
    uses = [step.get("uses", "") for step in jobs(FOLDER / "preview.yml")["comment"]["steps"]]

    assert [name.split("@")[0] for name in uses if name] == ["actions/download-artifact"]


def test_no_key_of_the_cloud_is_stored():
    secrets = {name for file in WORKFLOWS for name in re.findall(r"secrets\.(\w+)", file.read_text())}

    assert secrets == {"PULUMI_CONFIG_PASSPHRASE", "PULUMI_ACCESS_TOKEN", "GME_CALLBACK_RELAY_TOKEN"}


def test_deployments_go_through_every_environment_one_at_a_time():
    job = jobs(FOLDER / "deploy.yml")["deploy"]

    assert job["strategy"] == {"max-parallel": 1, "matrix": {"stack": ["dev", "staging", "prod"]}}
    assert set(job["strategy"]["matrix"]["stack"]) == STACKS
    assert job["environment"] == "${{ matrix.stack }}"
    assert job["concurrency"] == {"group": "stack-${{ matrix.stack }}", "cancel-in-progress": False}


def test_every_job_ends_at_a_deadline():
    assert all(0 < job["timeout-minutes"] <= 60 for file in WORKFLOWS for job in jobs(file).values())


def test_every_stack_of_tencent_cloud_is_previewed_and_looked_at():
    listed = subprocess.run([ROOT / "tools" / "ci" / "stacks"], capture_output=True, text=True, check=True)

    assert set(json.loads(listed.stdout)) == STACKS
    for workflow, job in (("preview.yml", "preview"), ("nightly.yml", "look")):
        found = jobs(FOLDER / workflow)[job]["strategy"]
        assert found == {
            "fail-fast": False,
            "matrix": {"stack": "${{ fromJSON(needs.stacks.outputs.stacks) }}"},
        }
