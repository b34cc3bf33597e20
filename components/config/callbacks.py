"""Which callback URLs GME can post to, and which relays can be asked (pure)."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit


def callback_problem(url: str, *, public: bool) -> str:
    """What such a URL must be instead; empty if it can be called. `public`: from Tencent Cloud."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "an http or https URL"
    if port == 0 or not url.isascii() or not url.isprintable() or " " in url:
        return "a URL of ASCII characters without spaces, with a port from 1 to 65535"
    if parts.scheme not in ("http", "https") or not host:
        return "an http or https URL with a host"
    if parts.username or parts.password or parts.fragment:
        return "a URL without user, password and fragment: it is shown in consoles and reports"
    if public and parts.scheme != "https":
        return "an https URL, with gme-recording:cloud tencent"
    if public and not _is_public(host):
        return "a URL with a public host, with gme-recording:cloud tencent"
    return ""


def _is_public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host.strip(".") and not host.endswith((".local", ".localhost", ".internal"))


def without_password(url: str) -> str:
    """The URL as it may be shown."""
    try:
        parts: SplitResult = urlsplit(url)
    except ValueError:
        return url
    return (
        parts._replace(netloc=f"***@{parts.netloc.rpartition('@')[2]}").geturl()
        if "@" in parts.netloc
        else url
    )
