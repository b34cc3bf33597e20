"""One local cloud from its parts: which services, which records, what a fresh state holds.

Each package of `services` offers `SERVICES: tuple[Service, ...]`, `RECORDS: tuple[type[Record], ...]` and
`seed(store) -> None`, which fills a fresh state; `cam` besides `identity_policies`, `cos` besides
`resource_policies`.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from gme_recording.localcloud import clock, identity, outbox
from gme_recording.localcloud.clock import Clock
from gme_recording.localcloud.cloud import Cloud
from gme_recording.localcloud.identity import Account, Key, Kind
from gme_recording.localcloud.store import Store

OWNER_UIN = "100000000001"
APPID = "1250000000"
SECRET_ID = "AKIDlocalMainAccount00000000000000000"  # noqa: S105 - well known, opens nothing
SECRET_KEY = "local-main-account-secret-key"  # noqa: S105

PACKAGES = ("cam", "sts", "tag", "cos", "gme", "admin", "console")


def local_cloud(folder: Path | None, *, real_time: Callable[[], float] = time.time) -> Cloud:
    """A cloud whose state lives in `folder` and survives there; None: in memory, gone when it is closed.

    Raises `IncompatibleState` for a state of another version, or one that another process holds.
    """
    packages = [_package(name) for name in PACKAGES if _exists(name)]
    records = (*clock.RECORDS, *identity.RECORDS, *outbox.RECORDS, *_all(packages, "RECORDS"))
    files = Path(tempfile.mkdtemp(prefix="localcloud-")) if folder is None else folder / "objects"
    files.mkdir(parents=True, exist_ok=True)
    store = Store(":memory:" if folder is None else folder / "cloud.sqlite", records)

    def seed(store: Store) -> None:
        _seed_account(store)
        for package in packages:
            package.seed(store)

    def close() -> None:
        store.close()
        if folder is None:
            shutil.rmtree(files, ignore_errors=True)

    if not store.select(Account):
        with store.transaction():
            seed(store)
    return Cloud(
        services=tuple(_all(packages, "SERVICES")),
        store=store,
        clock=Clock(store, real_time),
        files=files,
        identity_policies=getattr(_find(packages, "cam"), "identity_policies", _none),
        resource_policies=getattr(_find(packages, "cos"), "resource_policies", _none),
        seed=seed,
        close=close,
    )


def _seed_account(store: Store) -> None:
    store.add(Account(OWNER_UIN, APPID))
    store.add(Key(SECRET_ID, SECRET_KEY, Kind.OWNER, OWNER_UIN, APPID, uin=OWNER_UIN))


def _exists(name: str) -> bool:
    spec = find_spec(f"gme_recording.localcloud.services.{name}")
    return spec is not None and spec.origin is not None and hasattr(_package(name), "SERVICES")


def _package(name: str) -> ModuleType:
    return import_module(f"gme_recording.localcloud.services.{name}")


def _find(packages: list[ModuleType], name: str) -> ModuleType | None:
    return next((package for package in packages if package.__name__.endswith(f".{name}")), None)


def _none(*_: object) -> Sequence[str]:
    return ()


def _all(packages: list[ModuleType], name: str) -> list[object]:
    return [member for package in packages for member in getattr(package, name)]
