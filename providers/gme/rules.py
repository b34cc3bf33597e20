"""What the values of recording settings may be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from providers.kit.property import Rule


def allowed(*words: str) -> Rule:
    """Allow these words."""

    def rule(name: str, value: Any) -> Iterable[str]:
        del name
        if value not in words:
            yield f"is {value!r}; allowed: {', '.join(words)}"

    return rule


def positive(name: str, value: Any) -> Iterable[str]:
    """Allow whole numbers from 1."""
    del name
    if value < 1:
        yield f"is {value}; allowed: the application's AppID in the GME console, a positive whole number"


def filled(name: str, value: Any) -> Iterable[str]:
    """Allow any text but the empty one."""
    del name
    if not value:
        yield "is empty"


def full_bucket_name(name: str, value: Any) -> Iterable[str]:
    """Allow `<name>-<appid>`."""
    del name
    if not re.fullmatch(r"[a-z0-9-]+-[0-9]{10}", value):
        yield f"is {value!r}; allowed: the full name, <name>-<ten digits of the APPID>"


def http_url(name: str, value: Any) -> Iterable[str]:
    """Allow http and https URLs with a host, and the empty text."""
    del name
    if not value:
        return
    try:
        url = urlsplit(value)
        good = url.scheme in ("http", "https") and bool(url.hostname)
    except ValueError:
        good = False
    if not good:
        yield f"is {value!r}; allowed: an http or https URL, or nothing"


def fingerprint(name: str, value: Any) -> Iterable[str]:
    """Allow twelve hex digits."""
    del name
    if not re.fullmatch(r"[0-9a-f]{12}", value):
        yield f"is {value!r}; allowed: the twelve hex digits that `gme-recording runbook` prints"
