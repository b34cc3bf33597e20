"""One local cloud from its parts: which services, which records, what a fresh state holds.

Each package of `services` offers `SERVICES: tuple[Service, ...]`, `RECORDS: tuple[type[Record], ...]` and
`seed(store) -> None`, which fills a fresh state; `cam` besides `identity_policies`, `cos` besides
`resource_policies`. It does not import its operations (`Service.operations_in`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from gme_recording.localcloud import clock, faults, identity, networks, outbox
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
    *faults.RECORDS,
    *networks.RECORDS,
    *(record for package in PACKAGES for record in package.RECORDS),
)


def local_cloud(
    folder: Path | None, *, in_memory: bool = False, real_time: Callable[[], float] = time.time
) -> Cloud:
    """A cloud whose state lives in `folder` and survives there, or is kept in memory, with nothing but the
    contents of objects in the folder. None: in memory, with a temporary folder that goes when it is closed.

    Raises `IncompatibleState` for a state of another version, or one that another process holds.
    """
    if folder is None:
        return _in_a_temporary_folder(real_time)
    files = folder / "objects"
    files.mkdir(parents=True, exist_ok=True)
    store = Store(":memory:" if in_memory else folder / "cloud.sqlite", RECORDS)
    return _cloud(store, files, real_time, store.close)


def _in_a_temporary_folder(real_time: Callable[[], float]) -> Cloud:
    import shutil  # noqa: PLC0415 - a cloud on disk starts without these two
    import tempfile  # noqa: PLC0415

    folder = Path(tempfile.mkdtemp(prefix="localcloud-"))
    cloud = local_cloud(folder, in_memory=True, real_time=real_time)

    def close() -> None:
        cloud.store.close()
        shutil.rmtree(folder, ignore_errors=True)

    cloud.close = close
    return cloud


def _cloud(store: Store, files: Path, real_time: Callable[[], float], close: Callable[[], None]) -> Cloud:
    if not store.select(Account):
        with store.transaction():
            seed(store)
    return Cloud(
        services=tuple(service for package in PACKAGES for service in package.SERVICES),
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
