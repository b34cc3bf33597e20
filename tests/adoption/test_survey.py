"""What is read of an account, and what stands in the way."""

from dataclasses import replace

import pytest

from gme_recording.adoption.survey import Told, survey
from gme_recording.api import Cloud, CloudKind
from gme_recording.api.cam import Account, Cam
from gme_recording.api.cos import Cos
from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT
from gme_recording.api.errors import ApiError
from gme_recording.api.gme import AppState, Gme
from gme_recording.errors import UserError

TENCENT = Cloud(CloudKind.TENCENT, "ap-singapore", LOCAL_MAIN_ACCOUNT)
NAME = "voice-1252000002"
TOLD = Told(bucket=NAME, callback_urls={"voice": "https://voice.example.com/x"})


@pytest.fixture
def account(monkeypatch):
    """An account that answers what is asked of it; nothing is called."""
    answers = {
        "bucket_region": "ap-singapore", "encryption": "", "log_bucket": "", "lifecycle": (),
        "versioning": False, "tags": {"team": "voice"},
    }  # fmt: skip
    for name, answer in answers.items():
        monkeypatch.setattr(Cos, name, lambda self, bucket, answer=answer: answer)
    monkeypatch.setattr(Cam, "account", lambda self: Account("1252000002", "1", "1"))
    monkeypatch.setattr("gme_recording.adoption.survey.finder", lambda cloud: lambda token, inputs: None)
    monkeypatch.setattr(Gme, "find_app", lambda self, biz_id: AppState(status=0, recording=True))


@pytest.mark.usefixtures("account")
def test_what_the_console_shows_is_what_somebody_says():
    found = survey(TENCENT, {"voice": 7, "chat": 8}, TOLD)

    assert [(item.bucket, item.callback_url) for item in found.apps.values()] == [
        (NAME, "https://voice.example.com/x"),
        (NAME, ""),
    ]
    assert (found.granted, found.policies, found.bucket.tags) == (False, (), {"team": "voice"})


@pytest.mark.usefixtures("account")
def test_without_a_list_of_applications_a_probe_tells_whether_one_records(monkeypatch):
    def refused(self: Gme, biz_id: int) -> None:
        raise ApiError("InvalidAction", "no such action here", action="DescribeApplicationList")

    monkeypatch.setattr(Gme, "find_app", refused)
    monkeypatch.setattr(Gme, "is_activated", lambda self, biz_id: biz_id == 7)

    assert survey(TENCENT, {"voice": 7}, TOLD).apps["voice"].recording
    with pytest.raises(UserError, match="recording service of application 8 is off"):
        survey(TENCENT, {"chat": 8}, TOLD)


@pytest.mark.usefixtures("account")
def test_the_bucket_must_be_said_where_no_api_tells_it():
    with pytest.raises(UserError, match="only the GME console shows"):
        survey(TENCENT, {"voice": 7}, replace(TOLD, bucket=""))
