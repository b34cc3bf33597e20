"""`gme-recording review`: previews in files, a comment in a file or on stdout, an exit code."""

import json
import shutil
from pathlib import Path

import pytest

from gme_recording.api.objects import Objects
from gme_recording.cli import app
from gme_recording.errors import ExitCode
from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.recordings.world import World

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "review"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder, the working directory, with previews of several stacks."""
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    (tmp_path / "previews").mkdir()
    for stack in ("dev", "prod", "staging"):
        shutil.copy(GOLDEN / f"{stack}.json", tmp_path / "previews")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> int:
    return app.run(["review", *arguments])


def test_a_folder_of_previews_becomes_one_comment(project, capsys):
    assert run("previews", "--commit", "1a2b3c4", "--at", "2026-11-22T13:30+00:00") == ExitCode.OK

    told = capsys.readouterr()
    assert told.err == ""
    assert told.out.splitlines()[0] == "<!-- gme-recording review -->"
    assert "Commit `1a2b3c4`, previewed 2026-11-22 13:30 UTC" in told.out
    assert [line.split("`")[1] for line in told.out.splitlines() if line.startswith("| `")] == [
        "dev",
        "prod",
        "staging",
    ]


def test_one_recorded_preview_makes_the_recorded_comment(project, capsys):
    run(
        "prod=previews/prod.json", "--commit", "1a2b3c4", "--at", "2026-11-22T13:30+00:00", "--output", "c.md"
    )

    assert (project / "c.md").read_text() == (GOLDEN / "production.md").read_text()
    told = capsys.readouterr()
    assert (told.out, told.err.startswith("c.md: ")) == ("", True)


def test_protection_that_goes_is_no_quiet_change(project, capsys):
    """Only an option of Pulumi's differs, so the engine says `same` of the bucket."""
    preview = json.loads((GOLDEN / "local.json").read_text())
    (bucket,) = (each for each in preview["steps"] if each["urn"].endswith("::recording-storage-bucket"))
    assert bucket["op"] == "same"
    bucket["oldState"]["protect"] = True
    bucket["newState"] |= {"retainOnDelete": True, "protect": False}
    (project / "previews/local.json").write_text(json.dumps(preview))

    assert run("previews/local.json") == ExitCode.OK

    told = capsys.readouterr().out
    assert "## Recording: 1 updated" in told
    assert "> [!CAUTION]\n> **Less protected from deletion**" in told
    assert "Bucket `recording-storage-bucket` is no longer protected" in told


def test_json_and_a_file_in_one_run(project, capsys):
    run("previews/dev.json", "--json", "--output", "c.md")

    assert [each["stack"] for each in json.loads(capsys.readouterr().out)["stacks"]] == ["dev"]
    assert (project / "c.md").read_text().startswith("<!--")


@pytest.mark.parametrize(
    ("stack", "fail_on", "code"),
    [
        ("prod", "findings", ExitCode.DIFFERS),
        ("prod", "deletions", ExitCode.DIFFERS),
        ("staging", "findings", ExitCode.OK),
        ("staging", "deletions", ExitCode.DIFFERS),
        ("dev", "deletions", ExitCode.OK),
    ],
)
def test_what_should_stop_a_merge(project, capsys, stack, fail_on, code):
    assert run(f"previews/{stack}.json", "--fail-on", fail_on) == code
    assert capsys.readouterr().out.startswith("<!--")


def test_the_projects_policy_configuration_counts(project, capsys):
    (project / "policy").mkdir()
    (project / "policy/dev.json").write_text('{"bucket-logged": "mandatory"}')

    assert run("previews/dev.json", "--fail-on", "findings") == ExitCode.DIFFERS
    assert "**1 stops**" in capsys.readouterr().out


def test_mistakes_in_the_policy_configuration_are_refused_all_at_once(project, capsys):
    (project / "policy").mkdir()
    (project / "policy/dev.json").write_text(
        '{"nope": "mandatory", "retention-limited": {"enforcementLevel": "mandatory", "maximumDays": "365"}}'
    )

    assert run("previews/dev.json", "--fail-on", "findings") == ExitCode.INPUT
    told = capsys.readouterr()
    assert told.out == ""
    assert f"2 problems in {project / 'policy/dev.json'}" in told.err
    assert "nope: no rule has this name" in told.err
    assert 'retention-limited.maximumDays is "365": a whole number, 1 or more' in told.err


def test_a_preview_that_failed_is_told_and_fails(project, capsys):
    assert run(f"broken={GOLDEN / 'broken.json'}") == ExitCode.FAILED
    assert "**The preview failed**" in capsys.readouterr().out


def test_a_preview_that_failed_before_it_began_does_not_hide_the_others(project, capsys):
    (project / "previews/local.json").write_text("{}\n")

    assert run("previews") == ExitCode.FAILED

    told = capsys.readouterr().out
    assert "`local`: failed in the program or the engine" in told
    assert "| `prod` " in told


def cost(told: str) -> tuple[str, str]:
    """Before and after, in the only row."""
    row = next(line for line in told.splitlines() if line.startswith("| `"))
    before, _, after = row.rpartition("|")[0].rpartition("|")[2].strip().partition(" → ")
    return before, after


def test_costs_are_told_if_hours_are_given_with_their_date_and_what_they_lack(project, capsys):
    run("previews/prod.json", "--hours-per-day", "100")

    told = capsys.readouterr().out
    before, after = cost(told)
    assert before.startswith("$")
    assert after.startswith("$")
    assert before != after
    assert "Cost per month: the 24th month of recording, in USD, with 100 hours of rooms a day" in told
    assert ", 2023-07. Not in it: GME's recording fee" in told


def test_costs_go_by_prices_of_ones_own_and_the_recording_fee(project, capsys):
    """100 hours a day are 180,000 minutes a month."""
    (project / "own.csv").write_text(
        "# source: our contract\n# priced on: 2026-01-31\n"
        "regions,storage_class,usd_per_gb_month,usd_per_10k_requests\nap-guangzhou,STANDARD,0,0\n"
    )

    run("previews/prod.json", "--hours-per-day", "100", "--prices", "own.csv", "--recording-price", "0.5")

    told = capsys.readouterr().out
    assert cost(told) == ("$90.00", "$90.00")
    assert "Prices: our contract, 2026-01-31; " in told
    assert "Not in it: downloads" in told


def test_a_cost_that_is_not_known_is_explained(project, capsys):
    run(f"a={GOLDEN / 'broken.json'}", f"b={GOLDEN / 'broken.json'}", "--hours-per-day", "1")

    assert "Not known for `a`, `b`: the preview failed." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "there is nothing to review"),
        (["none.json"], "none.json cannot be read: No such file or directory"),
        (["stacks"], "there is no preview"),
        (["Pulumi.yaml"], "is not what `pulumi preview --json` writes"),
        (["previews", "dev=previews/dev.json"], "stack dev is given twice"),
        (["previews", "--recording-price", "0.5"], "are for costs, which nobody asked for"),
        (["previews", "--hours-per-day", "1", "--prices", "nowhere.csv"], "nowhere.csv cannot be read"),
        (["previews", "--output", "Pulumi.yaml/c.md"], "Pulumi.yaml/c.md cannot be written: File exists"),
    ],
)
def test_inputs_that_are_wrong(project, capsys, arguments, says):
    (project / "stacks" / "schema.json").unlink(missing_ok=True)

    assert run(*arguments) == ExitCode.INPUT
    assert says in capsys.readouterr().err


def test_objects_that_expire_sooner_are_counted(
    project: Path,
    local_cloud: RunningCloud,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("GME_RECORDING_CLOUD", local_cloud.url)
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    world = World(local_cloud)
    world.put("1400000001_lobby_7/2026-01-01-19-00-00_0_audio.mp3", b"x" * 2048)
    world.advance(10 * 86_400)
    world.put("1400000001_lobby_7/2026-01-11-19-00-00_0_audio.mp3", b"x" * 1024)
    world.put("other", b"x")
    text = (GOLDEN / "prod.json").read_text().replace("voice-prod", "voice-local")
    (project / "local.json").write_text(text.replace("urn:pulumi:prod::", "urn:pulumi:local::"))

    assert run("local.json", "--objects") == ExitCode.OK

    assert (
        "`voice-local-1250000000` holds 2 objects, 3.0 KB that will expire sooner; "
        "**1 object, 2.0 KB will be deleted at the first midnight in China** after the deployment"
    ) in capsys.readouterr().out
    assert len([*Objects(world.cloud).current("voice-local-1250000000", "")]) == 3
