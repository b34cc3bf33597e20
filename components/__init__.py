"""Pulumi components of a GME recording environment; `components.config` works without the Pulumi SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from components.recording import RecordingEnvironment

__all__ = ["RecordingEnvironment"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from components.recording import RecordingEnvironment  # noqa: PLC0415 - loads the Pulumi SDK

    return RecordingEnvironment
