"""Every check against a real local cloud: what it proves, and what it finds when something is broken."""

from __future__ import annotations

import json
import re
import socket
import sys
from collections.abc import Iterable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from gme_recording import smoke
from gme_recording.api import ApiError, Cam, Cloud, CloudKind, Credentials, Gme, LifecycleRule, Secret, Task
from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT
from gme_recording.api.errors import NO_ANSWER, TASK_IN_USE
from gme_recording.errors import ExitCode
from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.smoke import Cause, Mode, Report, Verdict, stranger
from gme_recording.smoke.checks import files, recording, service
from gme_recording.smoke.model import Failed, Run
from gme_recording.smoke.table import CHECKS, CLEAN_UP
from tests.smoke.environment import APP, BUCKET, POLICY, RULE, SETTINGS, Environment, eventually

NOTHING: tuple[object, ...] = (None, [], [])


@pytest.fixture
def environment(local_cloud: RunningCloud) -> Environment:
    return Environment(local_cloud)


def found(report: Report, id: str, verdict: Verdict = Verdict.FAIL) -> str:  # noqa: A002
    """What a check found; it is the first one that failed, if it failed."""
    result = next(result for result in report.results if result.id == id)
    assert result.verdict is verdict, result
    if verdict is Verdict.FAIL:
        assert report.failure == result
        assert report.hint
    return result.found


def proved(environment: Environment) -> dict[str, str]:
    report = smoke.run(environment.target(), environment.cloud)
    assert report.passed, smoke.render_text([report])
    assert [result.verdict for result in report.results] == [Verdict.PASS] * (len(CHECKS) + 1)
    return {result.id: result.found for result in report.results}


def test_whole_test_proves_everything_and_leaves_nothing(environment: Environment) -> None:
    shown = proved(environment)
    task = shown["start"].removeprefix("task ")
    patterns = {
        "identity": "APPID 1250000000, main account",
        "grant": "GME_QCSLinkedRoleInGameMedia",
        "bucket": f"{BUCKET} in ap-guangzhou",
        "bucket-settings": "1 lifecycle rule, encryption AES256, policy",
        "service": r"takes requests, request \S+",
        "wrong-biz-id": r"refused with InvalidParameterValue.InvalidBizId, request \S+",
        "start": r"task \d{18}",
        "task": f"task {task}, mode 2",
        "second-start": r"refused, request \S+",
        "modify": "mode 2 became 3",
        "recording": r"2 files being recorded",
        "stop": r"after 0\.\d s",
        "task-gone": "no task in the room",
        "file": rf"{APP}_gme-recording-smoke/{task}_[\d-]+_0_audio\.mp3, {APP}_\S+_90001/[\d-]+_0_audio\.mp3",
        "file-name": "mixed, user 90001",
        "file-plays": r"0\.\d s, 0\.\d s at 16000 Hz",
        "callbacks": "6 events captured",
        "signatures": "6 signatures by the application's key",
        "anonymous": "unsigned GET answered with 403",
        "plain-http": "signed GET over plain http answered with 403",
        "stranger": r"APPID \d{10} refused, request \S+",
        CLEAN_UP: "took the player out of the room, deleted 2 files",
    }
    assert shown.keys() == patterns.keys()
    for id_, pattern in patterns.items():
        assert re.fullmatch(pattern, shown[id_]), (id_, shown[id_])
    assert environment.leftovers() == NOTHING


def test_test_can_be_repeated_at_once(environment: Environment) -> None:
    first, second = proved(environment), proved(environment)
    assert first["start"] != second["start"]


def test_probe_needs_no_room_and_records_nothing(environment: Environment) -> None:
    report = smoke.run(environment.target(mode=Mode.PROBE), environment.cloud)
    assert report.passed
    assert [result.id for result in report.results] == [
        "identity",
        "grant",
        "bucket",
        "bucket-settings",
        "service",
        "wrong-biz-id",
    ]
    assert environment.leftovers() == NOTHING


def test_identity_finds_another_account(environment: Environment) -> None:
    report = smoke.run(environment.target(appid="1250000009"), environment.cloud)
    assert found(report, "identity") == "the key belongs to APPID 1250000000, declared is 1250000009"
    assert environment.leftovers() == NOTHING


def test_identity_finds_a_wrong_secret(environment: Environment) -> None:
    wrong = replace(environment.cloud.credentials, secret_key=Secret("canary-wrong-key"))
    report = smoke.run(environment.target(), replace(environment.cloud, credentials=wrong))
    assert "AuthFailure" in found(report, "identity")
    assert "TENCENTCLOUD_SECRET_KEY" in report.hint
    assert report.failure is not None
    assert report.failure.request_id
    assert "canary-wrong-key" not in smoke.render_text([report]) + str(smoke.to_json([report]))


def test_identity_finds_that_the_local_cloud_is_not_running(environment: Environment) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    nowhere = Cloud(CloudKind.LOCAL, "ap-guangzhou", LOCAL_MAIN_ACCOUNT, url)
    report = smoke.run(environment.target(), nowhere)
    assert f"the local cloud is not running at {url}" in found(report, "identity")
    assert report.hint == "gme-recording cloud start"


def test_grant_finds_a_missing_role(environment: Environment) -> None:
    role = "GME_QCSLinkedRoleInGameMedia"
    environment.cam("DeleteServiceLinkedRole", RoleName=role)
    assert eventually(lambda: Cam(environment.cloud).find_role(role) is None)
    report = smoke.run(environment.target(timeout_seconds=3.0), environment.cloud)
    assert found(report, "grant") == "role GME_QCSLinkedRoleInGameMedia does not exist"
    assert "GME may not write" in report.cause


def test_grant_finds_a_role_made_by_hand(environment: Environment) -> None:
    document = (
        '{"version":"2.0","statement":[{"action":"name/sts:AssumeRole","effect":"allow",'
        '"principal":{"service":["gamemedia.gme.cloud.tencent.com"]}}]}'
    )
    environment.cam("CreateRole", RoleName="by-hand", PolicyDocument=document)
    report = smoke.run(environment.target(role="by-hand"), environment.cloud)
    assert found(report, "grant") == "role by-hand is not a service-linked role"


def test_bucket_finds_that_there_is_none(environment: Environment) -> None:
    report = smoke.run(environment.target(bucket="other-1250000000"), environment.cloud)
    assert "NoSuchBucket" in found(report, "bucket")
    assert report.cause == "there is no bucket other-1250000000 in ap-guangzhou"


def test_bucket_finds_another_region(environment: Environment) -> None:
    report = smoke.run(environment.target(region="ap-shanghai"), environment.cloud)
    assert found(report, "bucket") == f"{BUCKET} is in ap-guangzhou, declared is ap-shanghai"


@pytest.mark.parametrize(
    ("declared", "wanted"),
    [
        ({"encryption": "SM4"}, "encryption is AES256, declared SM4"),
        ({"encryption": ""}, "encryption is AES256, declared off"),
        (
            {"lifecycle": (replace(RULE, expire_days=90, abort_uploads_days=None),)},
            "lifecycle rule default: expireDays is 30, declared 90, abortUploadsDays is 1, declared None",
        ),
        (
            {"lifecycle": (LifecycleRule(id="app", expire_days=1),)},
            "lifecycle rule app is missing; lifecycle rule default is not declared",
        ),
    ],
)
def test_bucket_settings_finds_what_differs(
    environment: Environment, declared: dict[str, Any], wanted: str
) -> None:
    report = smoke.run(environment.target(**declared), environment.cloud)
    assert found(report, "bucket-settings") == wanted


@pytest.mark.parametrize(
    ("declared", "wanted"),
    [
        ({"policy": '{"version":"2.0","statement":[]}'}, "the bucket policy is not the declared one"),
        ({"versioning": True}, "versioning is off, declared on"),
        (
            {"tags": (("environment", "test"), ("team", "voice"))},
            "tag environment is lab, declared test; tag team is missing",
        ),
        ({"log_bucket": "log-1250000000"}, "the access log goes to nowhere, declared log-1250000000"),
    ],
)
def test_bucket_settings_finds_an_update_that_got_lost(
    environment: Environment, declared: dict[str, Any], wanted: str
) -> None:
    further(environment)
    report = smoke.run(environment.target(**declared), environment.cloud)
    assert found(report, "bucket-settings") == wanted


def test_bucket_settings_prove_everything_that_is_declared(environment: Environment) -> None:
    further(environment)
    environment.bucket("log-1250000000")
    enabled = {"LoggingEnabled": {"TargetBucket": "log-1250000000", "TargetPrefix": "a/"}}
    environment.sdk.put_bucket_logging(Bucket=BUCKET, BucketLoggingStatus=enabled)
    environment.sdk.put_bucket_versioning(Bucket=BUCKET, Status="Enabled")
    policy = json.dumps(json.loads(POLICY), indent=1)
    declared = environment.target(
        policy=policy, versioning=True, tags=(("environment", "lab"),), log_bucket="log-1250000000"
    )
    report = smoke.run(declared, environment.cloud)
    proof = "1 lifecycle rule, encryption AES256, policy, versioning, tags, access log"
    assert found(report, "bucket-settings", Verdict.PASS) == proof


def further(environment: Environment) -> None:
    tag = {"Key": "environment", "Value": "lab"}
    environment.sdk.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": {"Tag": [tag]}})


@pytest.mark.parametrize(
    ("setting", "code", "cause"),
    [
        ({"recording": False}, "UnsupportedOperation.ServiceNotOpened", "switched off"),
        ({"scope": "full"}, "UnsupportedOperation", "scope of application 1400000001 is full"),
    ],
)
def test_service_finds_what_the_console_says(
    environment: Environment, setting: dict[str, Any], code: str, cause: str
) -> None:
    environment.console(**setting)
    report = smoke.run(environment.target(), environment.cloud)
    assert code in found(report, "service")
    assert cause in report.cause
    assert report.failure is not None
    assert (report.failure.code, bool(report.failure.request_id)) == (code, True)


def test_service_finds_an_unknown_application(environment: Environment) -> None:
    report = smoke.run(environment.target(biz_id=1400000099), environment.cloud)
    assert "InvalidParameterValue.InvalidBizId" in found(report, "service")


def test_start_finds_that_there_is_no_room(environment: Environment) -> None:
    """As on Tencent Cloud, where nobody can be put into a room."""
    report = environment.smoke(environment.run(local=None))
    assert "ResourceNotFound.RoomNotFound" in found(report, "start")
    assert "no room gme-recording-smoke" in report.cause


def test_start_stops_what_a_killed_run_left(environment: Environment) -> None:
    room = environment.target().room
    environment.local.join(APP, room, recording.ROBOT)
    task = environment.gme.start_record(APP, room, 2)
    shown = proved(environment)
    assert shown["start"].endswith(f", after stopping task {task} of an earlier run")
    assert environment.gme.find_task(APP, room) is None


def test_start_finds_a_leftover_that_does_not_end(environment: Environment) -> None:
    task = Task(task_id="446192236330927912", room_id="r", mode=2)

    class Endless(Gme):
        def find_task(self, biz_id: int, room_id: str) -> Task:
            return task

    run = environment.run(environment.target(timeout_seconds=0.3), gme=Endless(environment.cloud))
    assert task.task_id in found(environment.smoke(run), "start")


def test_start_whose_answer_is_lost_is_undone(environment: Environment) -> None:
    class Deaf(Gme):
        """Performs the request, but the answer never comes."""

        def start_record(
            self,
            biz_id: int,
            room_id: str,
            mode: int,
            *,
            allow: Iterable[str] = (),
            block: Iterable[str] = (),
        ) -> str:
            task = super().start_record(biz_id, room_id, mode, allow=allow, block=block)
            raise ApiError(NO_ANSWER, f"no answer about {task}", action="StartRecord")

    report = environment.smoke(environment.run(gme=Deaf(environment.cloud)))
    assert "no answer" in found(report, "start")
    assert "stopped task" in report.results[-1].found
    assert environment.gme.find_task(APP, environment.target().room) is None


def test_start_refused_for_anothers_task_leaves_that_task_alone(environment: Environment) -> None:
    room = environment.target().room
    theirs: list[str] = []

    class Overtaken(Gme):
        """Somebody else is faster."""

        def start_record(
            self,
            biz_id: int,
            room_id: str,
            mode: int,
            *,
            allow: Iterable[str] = (),
            block: Iterable[str] = (),
        ) -> str:
            if room_id == room:
                theirs.append(environment.gme.start_record(biz_id, room_id, mode))
            return super().start_record(biz_id, room_id, mode, allow=allow, block=block)

    report = environment.smoke(environment.run(gme=Overtaken(environment.cloud)))
    assert TASK_IN_USE in found(report, "start")
    assert environment.gme.record_files(APP, theirs[0])[0].user_id == "0"
    task = environment.gme.find_task(APP, room)
    assert task is None or task.task_id == theirs[0]
    assert "stopped" not in report.results[-1].found


def test_task_finds_another_one(environment: Environment) -> None:
    report = environment.smoke(start=lambda run: run.gme.modify_record(APP, run.task_id, 1))
    assert re.search(r"task \d+ with mode 1 in room", found(report, "task"))
    assert environment.leftovers() == NOTHING


def test_second_start_finds_that_it_is_not_refused(environment: Environment) -> None:
    run = environment.run(environment.target(timeout_seconds=0.5))
    report = environment.smoke(run, task=lambda run: run.gme.stop_record(APP, run.task_id))
    assert re.fullmatch(r"task \d+ records the same room", found(report, "second-start"))
    task, rooms, _ = environment.leftovers()
    assert (task, rooms) == (None, [])


def test_modify_finds_that_nothing_changed(environment: Environment) -> None:
    class Idle(Gme):
        def modify_record(self, *_: object, **__: object) -> None:
            pass

    run = environment.run(environment.target(timeout_seconds=0.5), gme=Idle(environment.cloud))
    assert found(environment.smoke(run), "modify").endswith("still does not show mode 3")


def test_recording_finds_an_empty_room(environment: Environment) -> None:
    def leave(run: Run) -> None:
        environment.local.leave(APP, run.target.room, recording.ROBOT)
        run.undo.pop(1)

    run = environment.run(environment.target(timeout_seconds=0.5))
    report = environment.smoke(run, second_start=leave)
    assert "records nothing" in found(report, "recording")
    assert report.diagnosis == Cause.ROOM_EMPTY


def test_stop_finds_a_recording_longer_than_the_test(environment: Environment) -> None:
    report = smoke.run(environment.target(record_seconds=60.0), environment.cloud)
    assert found(report, "stop") == "60 s of recording do not fit into the test's time"
    assert "stopped task" in report.results[-1].found
    assert environment.gme.find_task(APP, environment.target().room) is None


def test_task_gone_finds_that_it_stays(environment: Environment) -> None:
    class Stubborn(Gme):
        """Shows a task for ever once it has seen it."""

        seen: Task | None = None

        def find_task(self, biz_id: int, room_id: str) -> Task | None:
            self.seen = super().find_task(biz_id, room_id) or self.seen
            return self.seen

    run = environment.run(environment.target(timeout_seconds=0.8), gme=Stubborn(environment.cloud))
    assert found(environment.smoke(run), "task-gone").endswith("is still shown after StopRecord")


def test_file_finds_that_another_bucket_is_bound(environment: Environment) -> None:
    environment.bucket("elsewhere-1250000000")
    environment.console(bucket="elsewhere-1250000000")
    report = smoke.run(environment.target(timeout_seconds=1.0), environment.cloud)
    assert found(report, "file").startswith(f"not all files are in {BUCKET}; GME tells: {APP}_")
    assert report.cause.startswith(f"GME writes to another bucket than {BUCKET}")


def test_file_name_finds_another_convention(environment: Environment) -> None:
    run = environment.run()
    run.keys = (f"{APP}_room.mp3",)
    with pytest.raises(Failed, match=r"room\.mp3 is not named as documented"):
        files.named_by_convention(run)


def test_file_plays_finds_junk(environment: Environment) -> None:
    def spoil(run: Run) -> None:
        environment.sdk.put_object(Bucket=BUCKET, Key=run.keys[0], Body=b"<html>")

    report = environment.smoke(file=spoil)
    assert found(report, "file-plays").endswith("no MP3 frame at byte 0")
    assert environment.leftovers() == NOTHING


@pytest.mark.parametrize(
    ("prepare", "wanted"),
    [
        ("lost", "an *uploaded* event is missing"),
        ("unreachable", "http://127.0.0.1:9/: failed"),
        ("undeclared", "events went to http://127.0.0.1:9/, declared is https://voice.example.com/gme"),
    ],
)
def test_callbacks_finds_what_does_not_arrive(environment: Environment, prepare: str, wanted: str) -> None:
    declared = {"timeout_seconds": 1.0}
    if prepare == "lost":
        environment.admin("POST", "/admin/callbacks/faults", {"next": ["none"] * 4 + ["lost"] * 2})
    else:
        environment.console(callback_url="http://127.0.0.1:9/")
    if prepare == "unreachable":
        declared["callback_url"] = "http://127.0.0.1:9/"  # type: ignore[assignment]
    report = smoke.run(environment.target(**declared), environment.cloud)
    assert wanted in found(report, "callbacks")
    assert "is not reached by callbacks" in report.cause


def test_callbacks_are_delivered_to_a_receiver_on_this_machine(environment: Environment) -> None:
    bodies: list[bytes] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/gme"
        environment.console(callback_url=url)
        report = smoke.run(environment.target(callback_url=url), environment.cloud)
        server.shutdown()
    assert found(report, "callbacks", Verdict.PASS) == "6 events delivered"
    assert len(bodies) == 6


def test_callbacks_are_left_out_where_none_are_declared(environment: Environment) -> None:
    environment.console(callback_url="")
    report = smoke.run(environment.target(callback_url=""), environment.cloud)
    assert report.passed
    assert found(report, "callbacks", Verdict.SKIP) == "no callback URL is declared"
    assert found(report, "signatures", Verdict.SKIP) == "callbacks did not pass"


def test_callbacks_are_left_out_where_only_the_receiver_knows(environment: Environment) -> None:
    room = environment.target().room
    environment.local.join(APP, room, "12345")
    report = environment.smoke(environment.run(local=None))
    assert report.passed
    said = found(report, "callbacks", Verdict.SKIP)
    assert said == "only the receiver at https://voice.example.com/gme can tell"


def test_signatures_finds_a_forged_one(environment: Environment) -> None:
    environment.admin("POST", "/admin/callbacks/faults", {"next": ["none", "forged"]})
    report = smoke.run(environment.target(), environment.cloud)
    assert "not by the application's key" in found(report, "signatures")
    assert "signed by another key" in report.cause
    assert "localdemoappkey1" not in smoke.render_text([report])


def test_anonymous_finds_a_public_recording(environment: Environment) -> None:
    def publish(run: Run) -> None:
        environment.sdk.put_object_acl(Bucket=BUCKET, Key=run.keys[0], ACL="public-read")

    report = environment.smoke(file=publish)
    assert "was answered with 200" in found(report, "anonymous")
    assert "private" in report.hint


def test_wrong_biz_id_finds_a_key_that_reaches_foreign_applications(environment: Environment) -> None:
    environment.local.create_application(service.NOBODYS_BIZ_ID, "somebody's")
    settings = {**SETTINGS.data(), "bizId": service.NOBODYS_BIZ_ID}
    environment.local.put_recording(
        service.NOBODYS_BIZ_ID, {k: v for k, v in settings.items() if k != "bizId"}
    )
    report = smoke.run(environment.target(), environment.cloud)
    assert found(report, "wrong-biz-id") == "StartRecord for application 1 looked for a room"


def test_wrong_biz_id_finds_nothing_out_if_nobody_answers(environment: Environment) -> None:
    class Cut(Gme):
        def probe(self, biz_id: int) -> ApiError | None:
            if biz_id == service.NOBODYS_BIZ_ID:
                return ApiError(NO_ANSWER, "no answer", action="StartRecord")
            return super().probe(biz_id)

    report = environment.smoke(environment.run(gme=Cut(environment.cloud)))
    assert found(report, "wrong-biz-id") == "StartRecord: no answer"


def test_plain_http_finds_a_policy_that_is_gone(environment: Environment) -> None:
    report = environment.smoke(file=lambda _: environment.sdk.delete_bucket_policy(Bucket=BUCKET))
    assert "over plain http was answered with 200" in found(report, "plain-http")
    assert environment.leftovers() == NOTHING


def test_plain_http_is_left_out_where_no_policy_demands_tls(environment: Environment) -> None:
    report = smoke.run(environment.target(policy=""), environment.cloud)
    assert report.passed
    assert found(report, "plain-http", Verdict.SKIP) == "no declared policy demands TLS"


def test_stranger_finds_a_bucket_that_is_open_to_another_account(environment: Environment) -> None:
    elsewhere = stranger.stranger(environment.cloud)
    assert elsewhere is not None
    uin = Cam(elsewhere).account().uin
    policy = json.loads(POLICY)
    allowed = {
        "effect": "allow",
        "principal": {"qcs": [f"qcs::cam::uin/{uin}:uin/{uin}"]},
        "action": ["name/cos:GetObject"],
        "resource": [f"qcs::cos:ap-guangzhou:uid/1250000000:{BUCKET}/*"],
    }
    policy["statement"].append(allowed)
    environment.sdk.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    target = environment.target(policy=json.dumps(policy))
    report = environment.smoke(environment.run(target, stranger=lambda: elsewhere))
    assert re.match(rf"APPID \d+ read {APP}_gme-recording-smoke/", found(report, "stranger"))


def test_stranger_finds_a_key_of_the_same_account(environment: Environment) -> None:
    report = environment.smoke(environment.run(stranger=lambda: environment.cloud))
    assert "belongs to the same account" in found(report, "stranger")


def test_stranger_is_left_out_without_a_key(environment: Environment) -> None:
    report = environment.smoke(environment.run(stranger=lambda: None))
    assert report.passed
    assert "no key of another account in GME_RECORDING_STRANGER_SECRET_ID" in found(
        report, "stranger", Verdict.SKIP
    )


@pytest.mark.parametrize(
    ("secret_id", "given"), [("AKIDanother", True), ("", False), ("AKIDlocalAnother", False)]
)
def test_stranger_of_tencent_cloud_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, secret_id: str, *, given: bool
) -> None:
    monkeypatch.setenv(stranger.ID, secret_id)
    monkeypatch.setenv(stranger.KEY, "canary")
    cloud = Cloud(CloudKind.TENCENT, "ap-guangzhou", Credentials("AKIDours", Secret("ours")))
    found = stranger.stranger(cloud)
    wanted = replace(cloud, credentials=Credentials("AKIDanother", Secret("canary"))) if given else None
    assert found == wanted
    assert "canary" not in repr(found)


def test_clean_up_finds_what_it_cannot_take_back(environment: Environment) -> None:
    report = environment.smoke(
        anonymous=lambda run: environment.local.leave(APP, run.target.room, recording.ROBOT)
    )
    assert "could not take the player out of the room" in found(report, CLEAN_UP)
    assert "deleted 2 files" in report.results[-1].found


def test_interrupted_test_leaves_nothing(environment: Environment) -> None:
    def interrupt(_: Run) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        environment.smoke(recording=interrupt)
    task, rooms, _ = environment.leftovers()
    assert (task, rooms) == (None, [])


def test_interrupted_test_is_swept_by_the_next_one(environment: Environment) -> None:
    run = environment.run()

    def kill(_: Run) -> None:
        run.undo.clear()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        environment.smoke(run, recording=kill)
    assert environment.gme.find_task(APP, run.target.room) is not None
    assert run.task_id in proved(environment)["start"]
    assert eventually(lambda: environment.leftovers()[:2] == NOTHING[:2])


def test_failed_check_is_worded_for_a_deployment(environment: Environment) -> None:
    environment.console(recording=False)
    report = smoke.run(environment.target(), environment.cloud)
    message = smoke.failure_message([report])
    assert report.failure is not None
    assert message.startswith("smoke test of local/demo failed at service: StartRecord: ")
    assert report.failure.request_id in message
    assert message.endswith("hint: gme-recording up --refresh --stack local")


def test_wrong_secret_has_the_exit_code_of_credentials(environment: Environment) -> None:
    wrong = replace(environment.cloud.credentials, secret_key=Secret("wrong"))
    with pytest.raises(ApiError) as error:
        Gme(replace(environment.cloud, credentials=wrong)).find_task(APP, "r")
    assert error.value.exit_code is ExitCode.AUTH


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_every_check_has_a_test_of_what_it_finds(check: Any) -> None:
    prefix = f"test_{check.id.replace('-', '_')}_finds"
    assert [name for name in vars(sys.modules[__name__]) if name.startswith(prefix)]
