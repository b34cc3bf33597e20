"""A local cloud that cannot be used as it is: killed, or of older code."""

import os
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest

from gme_recording.deploy import cloud
from gme_recording.localcloud.address import Address, write_address
from tests.support.watch import Heard


@pytest.fixture
def root(tmp_path):
    yield tmp_path
    cloud.stop(tmp_path)


def test_one_that_runs_is_left_alone(root):
    running = cloud.start(root)
    # its files may be edited while the tests run
    write_address(root, Address(running.url, running.pid, f"{datetime.now(UTC) + timedelta(days=1)}"))
    heard = Heard()

    assert cloud.ensure(root, heard).pid == running.pid
    assert heard.said == []


def test_one_of_older_code_is_restarted_with_what_is_in_it(root):
    running = cloud.start(root)
    write_address(root, Address(running.url, running.pid, "2020-01-01T00:00:00+00:00"))
    heard = Heard()

    new = cloud.ensure(root, heard)

    assert (new.url, new.pid != running.pid) == (running.url, True)
    assert heard.said == ["local cloud: it ran older code than this, restarted (what is in it stays)"]


def test_one_that_was_killed_is_started_again(root):
    running = cloud.start(root)
    os.kill(running.pid, signal.SIGKILL)
    while cloud.status(root):
        time.sleep(0.01)
    heard = Heard()

    assert cloud.ensure(root, heard).pid != running.pid
    assert heard.said == ["local cloud: it was killed, started again (what is in it stays)"]


def test_one_that_was_never_there_is_started_without_a_word(root):
    heard = Heard()

    cloud.ensure(root, heard)

    assert heard.said == []
