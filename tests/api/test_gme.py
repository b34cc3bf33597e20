import pytest

from gme_recording.api import ApiError, Gme, RecordFile, RecordMode, Task
from gme_recording.api.errors import NO_ANSWER
from gme_recording.api.gme import AppState, TaskFiles
from tests.api.conftest import Answer, Vendor, ok, refused

APP = 1400000001
TASK = 446192236330927912  # as in the vendor's example; a double would make it ...936
DROP = Answer(drop=True)


def test_task_ids_beyond_a_double_stay_exact(vendor: Vendor) -> None:
    vendor.will(ok(TaskId=TASK), ok())
    gme = Gme(vendor.cloud)
    task_id = gme.start_record(APP, "1987", RecordMode.MIXED)
    gme.stop_record(APP, task_id)
    assert task_id == "446192236330927912"
    assert vendor.asked[1].parameters == {"BizId": APP, "TaskId": TASK}


def test_requests_are_signed_and_go_to_the_vendors_host(vendor: Vendor) -> None:
    vendor.will(ok(TaskId=TASK))
    Gme(vendor.cloud).start_record(APP, "1987", RecordMode.BOTH, allow=["10086"])
    asked = vendor.asked[0]
    assert (asked.method, asked.url, asked.action, asked.signed) == (
        "POST",
        "http://gme.tencentcloudapi.com/",
        "StartRecord",
        True,
    )
    assert asked.parameters == {
        "BizId": APP,
        "RoomId": "1987",
        "RecordMode": 3,
        "SubscribeRecordUserIds": {"SubscribeUserIds": ["10086"]},
    }


def test_start_is_never_repeated_when_its_answer_is_lost(vendor: Vendor) -> None:
    vendor.will(DROP)
    with pytest.raises(ApiError) as error:
        Gme(vendor.cloud).start_record(APP, "r", RecordMode.MIXED)
    assert error.value.code == NO_ANSWER
    assert vendor.actions == ["StartRecord"]


@pytest.mark.parametrize("second", [ok(), refused("ResourceNotFound.TaskNotFound")], ids=["done", "gone"])
def test_stop_whose_answer_is_lost_is_made_sure_of(vendor: Vendor, second: Answer) -> None:
    vendor.will(DROP, second)
    Gme(vendor.cloud).stop_record(APP, str(TASK))
    assert vendor.actions == ["StopRecord"] * 2


def test_stop_of_an_unknown_task_is_refused(vendor: Vendor) -> None:
    vendor.will(refused("ResourceNotFound.TaskNotFound"))
    with pytest.raises(ApiError):
        Gme(vendor.cloud).stop_record(APP, str(TASK))


def test_stop_that_is_never_answered_fails(vendor: Vendor) -> None:
    vendor.will(DROP, DROP)
    with pytest.raises(ApiError) as error:
        Gme(vendor.cloud).stop_record(APP, str(TASK))
    assert error.value.code == NO_ANSWER


def test_throttled_start_is_repeated(vendor: Vendor) -> None:
    vendor.will(refused("RequestLimitExceeded"), ok(TaskId=TASK))
    assert Gme(vendor.cloud).start_record(APP, "r", RecordMode.MIXED) == str(TASK)


def test_read_whose_answer_is_lost_is_repeated(vendor: Vendor) -> None:
    vendor.will(DROP, ok(TaskId=TASK, RecordMode=2, SubscribeRecordUserIds=None))
    found = Gme(vendor.cloud).find_task(APP, "r")
    assert found == Task(task_id=str(TASK), room_id="r", mode=2)
    assert vendor.actions == ["DescribeTaskInfo"] * 2


def test_task_is_read_with_its_lists(vendor: Vendor) -> None:
    lists = {"SubscribeUserIds": ["3342"], "UnSubscribeUserIds": ["7619"]}
    vendor.will(ok(TaskId=TASK, RecordMode=1, SubscribeRecordUserIds=lists))
    found = Gme(vendor.cloud).find_task(APP, "9832")
    assert found == Task(task_id=str(TASK), room_id="9832", mode=1, allow=("3342",), block=("7619",))


@pytest.mark.parametrize(
    "answer",
    [
        ok(TaskId=None, RecordMode=None, SubscribeRecordUserIds=None),
        ok(TaskId=0),
        refused("ResourceNotFound.RoomNotFound"),
        refused("ResourceNotFound.TaskNotFound"),
        refused("OperationDenied"),
    ],
    ids=["null", "zero", "no room", "no task", "denied"],
)
def test_every_way_to_say_no_task_is_none(vendor: Vendor, answer: Answer) -> None:
    vendor.will(answer)
    assert Gme(vendor.cloud).find_task(APP, "r") is None


def test_other_refusals_of_a_search_are_raised(vendor: Vendor) -> None:
    vendor.will(refused("UnsupportedOperation.ServiceNotOpened"))
    with pytest.raises(ApiError):
        Gme(vendor.cloud).find_task(APP, "r")


def test_files_are_read(vendor: Vendor) -> None:
    name = "/3400352518_2314_447947346201176660_9081"
    listed = {"RecordStatus": 2, "RecordBeginTime": 1234567868, "UserId": "6787", "FileName": name}
    vendor.will(ok(RoomId="7743", RecordMode=1, RecordInfo=[listed]))
    files = Gme(vendor.cloud).record_files(APP, str(TASK))
    assert files == (RecordFile(user_id="6787", name=name[1:], began=1234567868, status=2),)


def test_room_and_mode_of_a_task_are_read_with_its_files(vendor: Vendor) -> None:
    vendor.will(ok(RoomId="7743", RecordMode=3, RecordInfo=None))
    found = Gme(vendor.cloud).task_files(APP, str(TASK))
    assert found == TaskFiles(task_id=str(TASK), room_id="7743", mode=3)


def test_everyone_is_asked_for_with_empty_lists(vendor: Vendor) -> None:
    vendor.will(ok(), ok())
    gme = Gme(vendor.cloud)
    gme.modify_record(APP, str(TASK), RecordMode.MIXED, everyone=True)
    gme.modify_record(APP, str(TASK), RecordMode.MIXED)
    lists = [asked.parameters.get("SubscribeRecordUserIds") for asked in vendor.asked]
    assert lists == [{"SubscribeUserIds": [], "UnSubscribeUserIds": []}, None]


def an_app(biz_id: int, live: int = 0, status: int = 0) -> dict[str, object]:
    return {"BizId": biz_id, "AppStatus": status, "ServiceConf": {"Live": {"Status": live}}}


def test_application_is_found_on_a_later_page(vendor: Vendor) -> None:
    first = [an_app(number) for number in range(200)]
    vendor.will(
        ok(ApplicationList=first, Total=201), ok(ApplicationList=[an_app(APP, live=1, status=2)], Total=201)
    )
    assert Gme(vendor.cloud).find_app(APP) == AppState(status=2, recording=False)
    assert [asked.parameters["PageNo"] for asked in vendor.asked] == [0, 1]


@pytest.mark.parametrize(
    "answer", [ok(ApplicationList=[], Total=0), ok(ApplicationList=[an_app(1)], Total=1)], ids=["no", "other"]
)
def test_application_that_is_not_listed_is_none(vendor: Vendor, answer: Answer) -> None:
    vendor.will(answer, answer)
    assert Gme(vendor.cloud).find_app(APP) is None


def test_application_of_gme_3_is_found_in_its_own_list(vendor: Vendor) -> None:
    vendor.will(ok(ApplicationList=[an_app(1)], Total=1), ok(ApplicationList=[an_app(APP)], Total=1))
    assert Gme(vendor.cloud).find_app(APP) == AppState(status=0, recording=True)
    assert [asked.parameters["NewVersion"] for asked in vendor.asked] == [0, 1]


def test_no_files_is_an_empty_list(vendor: Vendor) -> None:
    vendor.will(ok(RecordInfo=None))
    assert Gme(vendor.cloud).record_files(APP, "5") == ()


@pytest.mark.parametrize(
    ("answers", "activated"),
    [
        ([refused("ResourceNotFound.RoomNotFound")], True),
        ([refused("UnsupportedOperation.ServiceNotOpened")], False),
        ([refused("UnsupportedOperation")], False),
        ([ok(TaskId=TASK), ok()], True),
    ],
    ids=["room", "service", "scope", "accepted"],
)
def test_refusal_of_an_absent_room_tells_whether_the_service_is_on(
    vendor: Vendor, answers: list[Answer], activated: bool
) -> None:
    vendor.will(*answers)
    assert Gme(vendor.cloud).is_activated(APP) is activated
    assert vendor.actions == ["StartRecord", "StopRecord"][: len(answers)]


def test_refusal_that_proves_nothing_is_raised(vendor: Vendor) -> None:
    vendor.will(refused("InvalidParameterValue.InvalidBizId"))
    with pytest.raises(ApiError) as error:
        Gme(vendor.cloud).is_activated(APP)
    assert error.value.code == "InvalidParameterValue.InvalidBizId"


def test_probed_room_is_another_one_each_time(vendor: Vendor) -> None:
    vendor.will(*[refused("ResourceNotFound.RoomNotFound")] * 2)
    gme = Gme(vendor.cloud)
    gme.is_activated(APP)
    gme.is_activated(APP)
    first, second = (asked.parameters["RoomId"] for asked in vendor.asked)
    assert first != second


def test_secrets_reach_no_log(vendor: Vendor, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    vendor.will(ok(TaskId=TASK))
    Gme(vendor.cloud).start_record(APP, "r", RecordMode.MIXED)
    assert vendor.cloud.credentials.secret_key.reveal() not in caplog.text
    assert "Authorization" not in caplog.text
