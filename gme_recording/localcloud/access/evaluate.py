"""Allow or deny (pure): the policies of identity, session and resource against one question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gme_recording.localcloud.identity import Principal
from gme_recording.localcloud.messages import Request


@dataclass(frozen=True, slots=True)
class Question:
    principal: Principal
    action: str
    """`cos:PutObject`."""
    resource: str
    """Six parts: `qcs::cos:ap-guangzhou:uid/1250000000:rec-1250000000/key`."""
    request: Request


def decide(question: Question, identity: Sequence[str], on_resource: Sequence[str]) -> bool:
    """Placeholder order: see the module's tests."""
    raise NotImplementedError
