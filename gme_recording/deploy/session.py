"""From a stack's name to a deployment that can run: configuration, engine, local cloud."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from components.config import parse
from gme_recording.api import ApiError, CloudKind, LocalCloud
from gme_recording.deploy import cloud
from gme_recording.deploy.attach import BACKEND
from gme_recording.deploy.toolchain.find import find
from gme_recording.deploy.watch import Watcher
from gme_recording.errors import ExitCode, UserError

if TYPE_CHECKING:
    from components.config.model import Stack
    from gme_recording.deploy.engine import Deployment


def prepare(name: str, root: Path, watcher: Watcher) -> Deployment:
    """Check the stack file, find or get the engine, start the local cloud if the stack needs it.

    The stack file comes first: with a problem in it nothing is started, called or written.
    """
    stack = parse.load(name, root)
    for warning in parse.warnings(stack):
        watcher.say(f"warning: {warning}")
    prepared = deployment(stack, root, watcher)
    watcher.say(f"engine: Pulumi {prepared.engine.version} ({prepared.engine.origin})")
    watcher.say(f"cloud: {cloud_of(stack, root, watcher)}")
    if stack.cloud is CloudKind.LOCAL and (url := os.environ.get(BACKEND)):
        watcher.say(f"state: {url} ({BACKEND})")
    return prepared


def deployment(stack: Stack, root: Path, watcher: Watcher) -> Deployment:
    """Find or get the engine for a stack that has been checked."""
    # What gRPC reads of a company's https_proxy would lead the engine's own calls on this machine through it.
    os.environ.setdefault("no_grpc_proxy", "127.0.0.1,localhost")
    engine = find(root, watcher)
    from gme_recording.deploy.engine import Deployment  # noqa: PLC0415 - loads the Pulumi SDK

    return Deployment(engine, stack, root, watcher)


def cloud_of(stack: Stack, root: Path, watcher: Watcher) -> str:
    """Say in words which cloud a stack is deployed to, and make sure that a local one runs."""
    if stack.cloud is CloudKind.TENCENT:
        return f"Tencent Cloud, {stack.region}"
    if url := os.environ.get("GME_RECORDING_CLOUD"):
        _answering(url)
        return f"local, {url} (GME_RECORDING_CLOUD)"
    return f"local, {cloud.ensure(root, watcher).url}"


def _answering(url: str) -> None:
    try:
        LocalCloud(url).now()
    except ApiError:
        raise UserError(
            f"GME_RECORDING_CLOUD is {url}: no local cloud answers there",
            hint="unset GME_RECORDING_CLOUD, or start a local cloud at that address",
            exit_code=ExitCode.UNAVAILABLE,
        ) from None
