"""What a signature is verified with: a key, a clock whose hands the test moves, and what was wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gme_recording.localcloud import clock as clock_module
from gme_recording.localcloud.clock import Clock
from gme_recording.localcloud.identity import Key, Kind
from gme_recording.localcloud.messages import Request
from gme_recording.localcloud.signatures import qsign, sigv4, tc3
from gme_recording.localcloud.signatures.failure import Reason, SignatureFailure
from gme_recording.localcloud.store import Store

VERIFIERS = {"tc3": tc3.verify, "q-sign": qsign.verify, "sigv4": sigv4.verify}
ID, SECRET = "AKIDprobe", "probesecret"
KEY = Key(ID, SECRET, Kind.OWNER, "100000000001", "1250000000", uin="100000000001")
HOST = "rec-1250000000.cos.ap-guangzhou.myqcloud.com"
NOW = 1_795_370_000.0


class Machine:
    """A clock of which the test moves both hands."""

    def __init__(self, at: float = NOW) -> None:
        self.at = at
        self.clock = Clock(Store(":memory:", clock_module.RECORDS), lambda: self.at)


def find_key(secret_id: str, key: Key = KEY) -> Key | None:
    return key if secret_id == key.secret_id else None


def refused(dialect: str, request: Request, clock: Clock, key: Key = KEY) -> Reason:
    with pytest.raises(SignatureFailure) as failure:
        VERIFIERS[dialect](request, clock, lambda secret_id: find_key(secret_id, key))
    return failure.value.reason


def changed(request: Request, name: str, value: str) -> Request:
    return replace(request, headers={**request.headers, name: value})
