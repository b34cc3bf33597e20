from dataclasses import replace

import pytest

from gme_recording.console import standing as standings
from gme_recording.console.settings import Confirmation, Settings
from gme_recording.console.standing import Proof, Standing
from gme_recording.errors import ExitCode, UserError
from gme_recording.review import drift
from gme_recording.review.drift import Drift, Failure, Finding, Note, Part, Resource, Who
from gme_recording.review.exposure import Exposure

SETTINGS = Settings(
    biz_id=1400000001, recording=True, scope="custom", bucket="voice-1250000000", region="ap-guangzhou"
)
FINDING = Finding(
    Part.RESOURCES, "Bucket b differs in the cloud", ("acl: private → <b>",), Who.DEPLOYER, "run up"
)
BROKEN = Failure((Part.GRANT,), "no credentials", "export them", ExitCode.AUTH)
BUCKET = Resource("Bucket", "b", drifted=True, op="update", changes=("acl: 1 → 2",))


def found(*resources: Resource) -> list[tuple[str, str]]:
    return [(each.what, each.to_do) for each in drift.of_resources("prod", resources)]


def standing(proof: Proof, *, confirmed: bool = True, by_hand: bool = True) -> Standing:
    word = Confirmation(SETTINGS.fingerprint, "Ops", "2026-01-31") if confirmed else None
    return standings.standing("voice", SETTINGS, word, proof, by_hand=by_hand)


def test_what_differs_in_the_cloud_is_undone_or_declared():
    assert found(BUCKET) == [
        (
            "Bucket b differs in the cloud",
            "gme-recording up --stack prod --refresh; if the cloud is right, change the stack file instead",
        )
    ]
    (told,) = drift.of_resources("prod", [BUCKET])
    assert (told.details, told.who) == (("acl: 1 → 2",), Who.DEPLOYER)


def test_what_is_gone_is_made_anew():
    gone = replace(BUCKET, op="delete", changes=())

    assert found(gone) == [("Bucket b is gone from the cloud", "gme-recording up --stack prod --refresh")]


def test_a_change_that_undoes_drift_is_not_told_twice():
    undoes = replace(BUCKET, drifted=False)

    assert found(undoes, BUCKET) == found(BUCKET)


def test_what_is_declared_and_not_deployed_differs_too():
    assert found(replace(BUCKET, drifted=False)) == [
        ("Bucket b is declared differently and not deployed (update)", "gme-recording up --stack prod")
    ]


def test_drift_of_the_consoles_settings_is_left_to_the_console_itself():
    settings = replace(BUCKET, type="RecordingSettings")

    assert found(settings, replace(settings, drifted=False)) == []


@pytest.mark.parametrize(
    ("proof", "confirmed"), [(Proof(activated=True), True), (Proof(shown=SETTINGS, activated=None), True)]
)
def test_settings_that_are_confirmed_and_not_disproved_are_no_finding(proof, confirmed):
    assert list(drift.of_console("prod", standing(proof, confirmed=confirmed), by_hand=True)) == []


def test_a_service_that_was_switched_off_is_for_who_has_the_console():
    (told,) = drift.of_console("prod", standing(Proof(activated=False)), by_hand=True)

    assert told == Finding(
        Part.CONSOLE,
        "console settings of voice (bizId 1400000001) are not as declared",
        ("Recording service: declared Enable, proved no: refuses requests",),
        Who.CONSOLE,
        "Enable the service in the GME console (gme-recording runbook)",
    )


def test_settings_that_nobody_confirmed_are_a_finding():
    (told,) = drift.of_console("prod", standing(Proof(activated=True), confirmed=False), by_hand=True)

    assert told.details == (f"declared {SETTINGS.fingerprint}, confirmed: no",)
    assert "gme-recording confirm" in told.to_do


def test_the_local_console_is_set_by_a_deployment():
    shown = replace(SETTINGS, callback_url="https://elsewhere.example.com")
    settings = standing(Proof(shown=shown), confirmed=False, by_hand=False)

    (told,) = drift.of_console("local", settings, by_hand=False)

    assert (told.who, told.to_do) == (Who.DEPLOYER, "gme-recording up --stack local --refresh")
    assert told.details == ("Callback URL: declared (empty), proved no: https://elsewhere.example.com",)


def test_a_grant_that_is_there_is_no_finding():
    assert list(drift.of_grant("R", found=True, service_linked=True)) == []


@pytest.mark.parametrize(
    ("there", "what", "begins"),
    [(False, "R does not exist", "run "), (True, "R is no service-linked role", "delete it, then run ")],
)
def test_a_missing_grant_is_for_who_administers_the_account(there, what, begins):
    (told,) = drift.of_grant("R", found=there, service_linked=False)

    assert (told.part, told.who) == (Part.GRANT, Who.ACCOUNT)
    assert told.what.startswith(what)
    assert told.to_do.startswith(begins)


def test_a_grant_that_is_gone_is_told_once():
    gone = Resource("ServiceLinkedRole", "role", drifted=True, op="delete")
    of_engine = tuple(drift.of_resources("prod", [gone, BUCKET]))
    of_grant = tuple(drift.of_grant("R", found=False, service_linked=False))

    assert drift.told_once((*of_engine, *of_grant)) == (of_engine[1], *of_grant)
    assert drift.told_once(of_engine) == of_engine


def test_an_open_bucket_is_to_be_closed_now():
    (told,) = drift.of_exposure("prod", "voice-1250000000", Exposure(("everybody reads",)))

    assert isinstance(told, Finding)
    assert (told.part, told.who) == (Part.EXPOSURE, Who.ACCOUNT)
    assert told.to_do.startswith("close it now: ")


def test_what_the_key_may_not_see_is_noted():
    told = drift.of_exposure("prod", "voice-1250000000", Exposure((), ("not listed",)))

    assert list(told) == [Note("not listed")]


def test_the_same_failure_of_several_parts_is_told_once():
    denied = UserError("no credentials", hint="export them", exit_code=ExitCode.AUTH)
    other = UserError("the engine is gone", exit_code=ExitCode.UNAVAILABLE)

    assert drift.failures([(Part.RESOURCES, other), (Part.CONSOLE, denied), (Part.GRANT, denied)]) == (
        Failure((Part.RESOURCES,), "the engine is gone", "", ExitCode.UNAVAILABLE),
        Failure((Part.CONSOLE, Part.GRANT), "no credentials", "export them", ExitCode.AUTH),
    )
    assert drift.failures([(None, other)])[0].parts == ()


@pytest.mark.parametrize(
    ("drifts", "code"),
    [
        ([Drift("a", (), ())], ExitCode.OK),
        ([Drift("a", (), ()), Drift("b", (FINDING,), ())], ExitCode.DIFFERS),
        ([Drift("a", (FINDING,), ()), Drift("b", (), (BROKEN,))], ExitCode.AUTH),
        ([Drift("a", (), (BROKEN, replace(BROKEN, exit_code=ExitCode.INPUT)))], ExitCode.FAILED),
    ],
)
def test_drift_and_breakage_end_differently(drifts, code):
    assert drift.exit_code(drifts) == code


def test_a_terminal_is_told_who_should_do_what():
    every = [Drift("a", (FINDING,), (BROKEN,)), Drift("b", (), (), (Note("not listed"),))]

    assert drift.text(every) == (
        "a: 1 difference, not everything could be looked at\n"
        "  Bucket b differs in the cloud\n"
        "      acl: private → <b>\n"
        "    who deploys the stack: run up\n"
        "  not looked at: grant: no credentials\n"
        "    hint: export them\n"
        "\n"
        "b: as declared\n"
        "  note: not listed"
    )


def test_markdown_shows_values_as_text():
    text = drift.markdown([Drift("a", (FINDING,), (BROKEN,)), Drift("b", (), (), (Note("not listed"),))])

    assert text == (
        "## Drift\n\n"
        "### ❌ `a`: 1 difference, not everything could be looked at\n\n"
        "- **Bucket b differs in the cloud**\n"
        "  - acl: private → &#60;b&#62;\n"
        "  - *who deploys the stack*: run up\n\n"
        "- **not looked at: grant**: no credentials\n"
        "  - hint: export them\n\n"
        "### ✅ `b`: as declared\n\n"
        "- note: not listed\n"
    )


def test_json_has_findings_and_failures_apart():
    assert Drift("a", (FINDING,), (BROKEN,), (Note("not listed"),)).data() == {
        "stack": "a",
        "drift": True,
        "findings": [
            {
                "part": "resources",
                "what": "Bucket b differs in the cloud",
                "details": ["acl: private → <b>"],
                "who": "who deploys the stack",
                "toDo": "run up",
            }
        ],
        "failures": [{"parts": ["grant"], "message": "no credentials", "hint": "export them", "exitCode": 3}],
        "notes": ["not listed"],
    }
