"""What every test may use."""

import signal
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("untimed", settings(), deadline=None)  # a loaded machine is no defect
settings.load_profile("untimed")

pytest_plugins = ["gme_recording.localcloud.pytest_plugin"]


@pytest.fixture(scope="session", autouse=True)
def _signals_arrive():
    """What is started heeds signals, though `nohup` or a script's `&` has this process ignore them."""
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGHUP)}
    for each, handler in before.items():
        if handler is signal.SIG_IGN:  # a handler that does nothing is not passed on to what is started
            signal.signal(each, lambda *_: None)
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.fixture(scope="session", autouse=True)
def _nothing_is_left_elsewhere(tmp_path_factory):
    """Temporary folders, also those of a killed test, go with pytest's own; the user's cache is not used."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temporary")))
        patch.setenv("GME_RECORDING_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """State and cloud of a stack that is deployed and proved; made once, nothing runs in it.

    Beside it, in `up.txt`, is what the deployment printed.
    """
    from tests.support.engine import Project  # noqa: PLC0415 - most tests need no engine

    made = Project.at(tmp_path_factory.mktemp("deployed"))
    (made.root / "up.txt").write_text(made.done("up").shown, encoding="utf-8")
    made.close()
    return made.root / ".local"
