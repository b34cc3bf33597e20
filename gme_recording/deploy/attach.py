"""What a run of the engine stands on: variables, homes, and the providers that live in this process."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from components.config.model import Stack
from gme_recording.api import CloudKind

LOCAL_PASSPHRASE = "local"  # noqa: S105 - of the local stack, whose secrets protect nothing
BACKEND = "GME_RECORDING_STATE"
"""Variable with the address of a backend to rehearse with the local stack."""
_PASSPHRASES = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")


def state_folder(root: Path) -> Path:
    """Where the state of the local stack is kept (a `file://` backend)."""
    return root / ".local" / "state"


def state_url(root: Path) -> str:
    """The same as the engine is told it, without sidecar files; or the backend that is tried out.

    The engine does not write sidecar files at once, and a killed one leaves half of one.
    """
    return os.environ.get(BACKEND) or f"file://{state_folder(root)}?metadata=skip"


def own_state(stack: Stack, root: Path) -> Path | None:
    """Folder of a state that is ours to look into; None where only the engine knows the way to it."""
    ours = stack.cloud is CloudKind.LOCAL and not os.environ.get(BACKEND)
    return state_folder(root) if ours else None


def environment(stack: Stack, root: Path) -> dict[str, str]:
    """Return the engine's variables beyond those of this process.

    The local stack has its own backend (but for `GME_RECORDING_STATE`), home and passphrase below the
    project's folder; a stack of Tencent Cloud uses what its operator has set up.
    """
    if stack.cloud is CloudKind.TENCENT:
        return {}
    variables = {
        "PULUMI_BACKEND_URL": state_url(root),
        "PULUMI_HOME": str(root / ".local" / "pulumi-home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
    if not any(name in os.environ for name in _PASSPHRASES):
        variables["PULUMI_CONFIG_PASSPHRASE"] = LOCAL_PASSPHRASE
    return variables


@contextmanager
def providers(stack: Stack) -> Iterator[Mapping[str, str]]:
    """Serve the project's providers in this process; yields the variable that makes the engine attach them.

    `gme` always; for the local cloud also the stand-in for `tencentcloud`, so that no plugin is needed.
    """
    import providers.gme  # noqa: PLC0415
    from providers.kit.provider import TableProvider  # noqa: PLC0415
    from providers.kit.serve import serve  # noqa: PLC0415

    served: dict[str, TableProvider[Any]] = {"gme": providers.gme.provider()}
    if stack.cloud is CloudKind.LOCAL:
        import providers.tencentcloud  # noqa: PLC0415

        served["tencentcloud"] = providers.tencentcloud.provider()
    with serve(served) as addresses:
        yield {"PULUMI_DEBUG_PROVIDERS": addresses}
