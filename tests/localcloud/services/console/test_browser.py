"""The console page in a real browser, with the keyboard alone."""

from collections.abc import Iterator

import pytest

from gme_recording.localcloud.faults import Effect, Fault
from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.localcloud.services.console import account
from tests.localcloud.services.console.chromium import EXECUTABLE, Browser
from tests.localcloud.services.gme.sdk import Gme, prepare
from tests.localcloud.services.gme.world import BIZ_ID, BUCKET, REGION, an_owners_call

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not EXECUTABLE, reason="chromium is not installed (apt-get install chromium)"),
]
APPLICATION = f"/console/applications/{BIZ_ID}"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.fixture
def browser(chromium: Browser) -> Browser:
    chromium.resize(1280)
    chromium.events.clear()
    return chromium


def text(browser: Browser) -> str:
    return str(browser.evaluate("document.body.innerText"))


def test_recording_is_activated_as_the_guide_describes(local_cloud: RunningCloud, browser: Browser) -> None:
    local_cloud.run(lambda cloud: account.create_bucket(an_owners_call(cloud), BUCKET, REGION))
    browser.open(f"{local_cloud.url}/console")
    browser.tab_to("at.textContent === 'Set'")
    browser.press("Enter", loads=True)
    browser.tab_to("at.textContent === 'Modify'")
    browser.press("Enter", loads=True)
    browser.tab_to("at.name === 'recording'")
    browser.press("ArrowLeft")
    browser.tab_to("at.name === 'bucket'")
    browser.press("ArrowDown")
    browser.tab_to("at.name === 'callbackUrl'")
    browser.type("https://voice.example.com/gme")
    browser.tab_to("at.textContent === 'Save'")
    browser.press("Enter", loads=True)
    assert "Service Authorization" in text(browser)
    assert browser.evaluate("document.activeElement.textContent") == "Grant"
    browser.press("Enter", loads=True)
    shown = text(browser)
    assert "Saved." in shown
    assert f"{BUCKET} ({REGION})" in shown
    assert "https://voice.example.com/gme" in shown
    assert "Enabled" in shown


def test_player_knows_the_recordings_length(local_cloud: RunningCloud, browser: Browser) -> None:
    prepare(local_cloud)
    gme = Gme(local_cloud)
    task_id = gme.ask("StartRecord", BizId=BIZ_ID, RoomId="room", RecordMode=2)["TaskId"]
    browser.open(f"{local_cloud.url}{APPLICATION}")
    browser.tab_to("at.name === 'hours'")
    browser.evaluate("document.activeElement.value = '0.025'")
    browser.press("Enter", loads=True)
    gme.ask("StopRecord", BizId=BIZ_ID, TaskId=task_id)
    for _ in range(50):
        browser.open(f"{local_cloud.url}{APPLICATION}")
        if browser.evaluate("document.querySelector('audio') !== null"):
            break
    length = browser.evaluate(
        "new Promise((done, failed) => { const player = document.querySelector('audio');"
        " player.onplaying = () => done(player.duration);"
        " player.onerror = () => failed(player.error.message); player.play(); })"
    )
    assert length == pytest.approx(90, abs=5)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    "path", ["/console", APPLICATION, f"{APPLICATION}?modify=true", "/console/requests", "/console/faults"]
)
def test_page_fits_and_the_browser_has_no_complaint(
    local_cloud: RunningCloud, browser: Browser, path: str, width: int
) -> None:
    prepare(
        local_cloud, callback_url="https://voice.example.com/a-rather-long-path/of-a-receiver/for/recordings"
    )
    gme = Gme(local_cloud)
    users = {"SubscribeUserIds": [str(10**18 + number) for number in range(20)]}
    gme.ask("StartRecord", BizId=BIZ_ID, RoomId="room", RecordMode=3, SubscribeRecordUserIds=users)
    about = Fault(effect=Effect.UNSEEN, seconds=30, resource=f"qcs::cos:{REGION}:uid/1250000000:{BUCKET}/*")
    local_cloud.faults.add(about)
    browser.resize(width)
    browser.open(f"{local_cloud.url}{path}")
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    assert browser.complaints == []
