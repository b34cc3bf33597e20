"""All checks, in the order of the report."""

from __future__ import annotations

import math

from gme_recording.smoke.checks import account, bucket, callbacks, files, recording, service
from gme_recording.smoke.model import Check

CHECKS = (
    Check("identity", account.identity, full=False),
    Check("grant", account.grant, needs="identity", full=False),
    Check("bucket", bucket.reachable, needs="identity", full=False),
    Check("bucket-settings", bucket.as_declared, needs="bucket", full=False),
    Check("service", service.activated, needs="identity", full=False),
    Check("wrong-biz-id", service.others_refused, needs="service", full=False),
    Check("start", recording.starts, needs="service"),
    Check("task", recording.task_agrees, needs="start"),
    Check("second-start", recording.second_start_refused, needs="start"),
    Check("modify", recording.modification_takes_effect, needs="start"),
    Check("recording", recording.shows_recording, needs="start"),
    Check("stop", recording.stops, needs="start", timeout=math.inf),
    Check("task-gone", recording.task_is_gone, needs="stop"),
    Check("file", files.arrive, needs="stop", timeout=math.inf),
    Check("file-name", files.named_by_convention, needs="file"),
    Check("file-plays", files.play, needs="file"),
    Check("callbacks", callbacks.received, needs="file", timeout=120.0),
    Check("signatures", callbacks.signed, needs="callbacks"),
    Check("anonymous", bucket.anonymous_refused, needs="file"),
    Check("plain-http", bucket.insecure_refused, needs="file-plays"),
    Check("stranger", bucket.stranger_refused, needs="file-plays"),
)
CLEAN_UP = "clean-up"
"""Comes last and always, after failures and interruptions too: see `runner`."""
