import urllib.error
import urllib.request

from gme_recording.deploy.toolchain import download as downloading
from gme_recording.deploy.toolchain.download import download
from gme_recording.deploy.toolchain.engine import NotFound
from tests.support.watch import Heard


def test_without_a_way_out_the_download_is_given_up_at_once(tmp_path, monkeypatch):
    asked = []

    def refuse(url, timeout):
        asked.append((url, timeout))
        raise urllib.error.URLError("Network is unreachable")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    heard = Heard()

    found = download(tmp_path, heard)

    assert found == NotFound("download", "get.pulumi.com cannot be reached (Network is unreachable)")
    assert asked == [("https://get.pulumi.com/install.sh", 4)]
    assert heard.said == []


def test_an_installer_that_fails_is_the_reason_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(downloading, "_unreachable", lambda url: "")
    monkeypatch.setattr(downloading, "_INSTALL", "import sys; sys.exit('disk full')")

    found = download(tmp_path, Heard())

    assert found == NotFound("download", "disk full")
    assert list((tmp_path / ".tools").iterdir()) == []
