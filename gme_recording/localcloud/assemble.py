"""One local cloud from its parts: which services, which records, what a fresh state holds.

Each package of `services` offers `SERVICES: tuple[Service, ...]`, `RECORDS: tuple[type[Record], ...]` and
`seed(store) -> None`, which fills a fresh state; `cam` besides `identity_policies`, `cos` besides
`resource_policies`. Its module `operations` is imported when the service is first asked for something:
all of them together take longer than everything else at start.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from gme_recording.localcloud import clock, identity, outbox
from gme_recording.localcloud.clock import Clock
from gme_recording.localcloud.cloud import Cloud
from gme_recording.localcloud.identity import Account, Key, Kind
from gme_recording.localcloud.services import admin, cam, console, cos, gme, sts, tag
from gme_recording.localcloud.store import Store

OWNER_UIN = "100000000001"
APPID = "1250000000"
SECRET_ID = "AKIDlocalMainAccount00000000000000000"  # noqa: S105 - well known, opens nothing
SECRET_KEY = "local-main-account-secret-key"  # noqa: S105

PACKAGES = (cam, sts, tag, cos, gme, admin, console)
RECORDS = (
    *clock.RECORDS,
    *identity.RECORDS,
    *outbox.RECORDS,
    *(record for package in PACKAGES for record in package.RECORDS),
)


def local_cloud(folder: Path | None, *, real_time: Callable[[], float] = time.time) -> Cloud:
    """A cloud whose state lives in `folder` and survives there; None: in memory, gone when it is closed.

    Raises `IncompatibleState` for a state of another version, or one that another process holds.
    """
    state = Path(tempfile.mkdtemp(prefix="localcloud-")) if folder is None else folder
    files = state / "objects"
    files.mkdir(parents=True, exist_ok=True)
    store = Store(":memory:" if folder is None else state / "cloud.sqlite", RECORDS)

    def close() -> None:
        store.close()
        if folder is None:
            shutil.rmtree(state, ignore_errors=True)

    if not store.select(Account):
        with store.transaction():
            seed(store)
    return Cloud(
        services=tuple(
            replace(service, operations_in=f"{package.__name__}.operations")
            for package in PACKAGES
            for service in package.SERVICES
        ),
        store=store,
        clock=Clock(store, real_time),
        files=files,
        identity_policies=cam.identity_policies,
        resource_policies=cos.resource_policies,
        seed=seed,
        close=close,
    )


def seed(store: Store) -> None:
    """What an account has on its first day."""
    store.add(Account(OWNER_UIN, APPID))
    store.add(Key(SECRET_ID, SECRET_KEY, Kind.OWNER, OWNER_UIN, APPID, uin=OWNER_UIN))
    for package in PACKAGES:
        package.seed(store)
