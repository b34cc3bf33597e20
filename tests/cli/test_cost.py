import json
import shutil
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gme_recording.cli import app
from gme_recording.errors import ExitCode

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path, monkeypatch):
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = app.run(["cost", *arguments])
    told = capsys.readouterr()
    return code, told.out, told.err


def data(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    code, out, err = ran(capsys, *arguments, "--json")
    assert (code, err) == (ExitCode.OK, "")
    return json.loads(out)


def test_a_bill_has_months_a_chart_the_date_of_its_prices_and_no_total(project, capsys):
    code, out, _ = ran(capsys, "--stack", "prod", "--hours-per-day", "420")

    assert code == ExitCode.OK
    assert "STANDARD GB  ARCHIVE GB" in out
    assert "█ storage STANDARD" in out
    assert "No total is known, as these have no price: recording fee." in out
    assert "2023-07" in out


def test_with_the_recording_fee_there_is_a_total(project, capsys):
    """10 hours a day are 18,000 minutes a month: 9 USD at 0.5 for 1,000, and 216 in 24 months."""
    found = data(capsys, "--hours-per-day", "10", "--recording-price", "0.5")

    assert found["usdByLine"]["recording fee"] == "216.000000"
    assert Decimal(found["usdTotal"]) > 216
    assert found["unpriced"] == []
    assert len(found["months"]) == 24


def test_hours_of_the_stack_are_spread_evenly_and_those_of_applications_are_their_own(project, capsys):
    assert data(capsys, "--stack", "prod", "--hours-per-day", "3")["hoursPerDay"] == {
        "arena": "1.5",
        "league": "1.5",
    }
    found = data(capsys, "--stack", "prod", "--hours-per-day", "league=3", "--months", "2")
    assert found["hoursPerDay"] == {"arena": "0", "league": "3"}
    assert len(found["months"]) == 2


def test_each_application_is_kept_as_it_is_declared(project, capsys):
    """Of prod, after 30 days in STANDARD: `arena` is gone after 180 and 14 more as a version, `league` stays.

    In month 24, days 690 to 719, ARCHIVE has 164 days of arena's, and on the mean 704.5 - 30 of league's.
    """
    arena = data(capsys, "--stack", "prod", "--hours-per-day", "arena=10")
    league = data(capsys, "--stack", "prod", "--hours-per-day", "league=10")

    last = [Decimal(each["months"][-1]["gb"]["ARCHIVE"]) for each in (arena, league)]
    day = Decimal(10) * 3600 * 32_000 / 8 / 2**30
    assert last[0] == pytest.approx(day * 164, abs=Decimal("1e-6"))
    assert last[1] == pytest.approx(day * Decimal("674.5"), abs=Decimal("1e-6"))
    assert arena["months"][2] == league["months"][2]


def test_a_replica_is_on_the_bill(project, capsys):
    file = project / "stacks" / "Pulumi.prod.yaml"
    text = file.read_text()
    file.write_text(
        text.replace(
            "    versioning: true\n", "    versioning: true\n    replica: {region: ap-tokyo, name: copy}\n"
        )
    )

    assert Decimal(data(capsys, "--stack", "prod", "--hours-per-day", "10")["usdByLine"]["replica"]) > 0


def test_prices_of_ones_own_are_used_and_named(project, capsys):
    own = project / "own.csv"
    own.write_text(
        "# source: our contract\n# priced on: 2026-01-31\n"
        "regions,storage_class,usd_per_gb_month\nap-guangzhou,STANDARD,0\n"
    )

    found = data(capsys, "--hours-per-day", "10", "--prices", str(own))

    assert found["usdByLine"]["storage STANDARD"] == "0.000000"
    assert [each["pricedOn"] for each in found["prices"]] == ["2026-01-31", "2023-07"]


def test_markdown_and_svg_are_written(project, capsys):
    code, _, _ = ran(capsys, "--hours-per-day", "10", "--markdown", "out/cost.md", "--svg", "out/cost.svg")

    assert code == ExitCode.OK
    text = (project / "out" / "cost.md").read_text()
    assert text.startswith("### What recordings of local cost\n")
    assert "```mermaid\nxychart-beta\n" in text
    assert "|    24 |" in text
    assert (project / "out" / "cost.svg").read_text().startswith("<svg ")


def test_a_png_is_written(project, capsys):
    code, _, _ = ran(capsys, "--hours-per-day", "10", "--png", "out/cost.png")

    assert code == ExitCode.OK
    with Image.open(project / "out" / "cost.png") as image:
        assert (image.format, image.width) == ("PNG", 2 * (70 + 24 * 24 + 20))
        assert len(image.convert("RGB").getcolors(1 << 16) or ()) > 10


def test_without_pillow_nothing_is_written(project, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)

    code, out, err = ran(capsys, "--hours-per-day", "10", "--svg", "cost.svg", "--png", "cost.png")

    assert (code, out) == (ExitCode.UNAVAILABLE, "")
    assert "gme-recording[charts]" in err
    assert not list(project.glob("cost.*"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--hours-per-day"),
        (["--hours-per-day", "many"], "is no number"),
        (["--hours-per-day", "-1"], "is not 0 or more"),
        (["--hours-per-day", "nobody=1"], "once for each of demo"),
        (["--hours-per-day", "1", "--hours-per-day", "demo=1"], "once for the whole stack"),
        (["--hours-per-day", "demo=1", "--hours-per-day", "demo=1"], "once for each of demo"),
        (["--hours-per-day", "1", "--files-per-hour", "0.1"], "is not 0.5 or more"),
        (["--hours-per-day", "1", "--months", "0"], "months"),
        (["--hours-per-day", "1", "--prices", "nowhere.csv"], "nowhere.csv cannot be read"),
        (["--hours-per-day", "1", "--svg", "stacks/Pulumi.local.yaml/x"], "cannot be written"),
    ],
)
def test_what_cannot_be_meant_is_refused(project, capsys, arguments, said):
    code, out, err = ran(capsys, *arguments)

    assert (code, out) == (ExitCode.INPUT, "")
    assert said in err


def test_a_stack_without_a_file_is_refused(project, capsys):
    assert ran(capsys, "--stack", "nonsense", "--hours-per-day", "1")[0] == ExitCode.NO_STACK
