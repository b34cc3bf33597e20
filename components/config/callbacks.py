"""Which callback URLs GME can post to, and which relays can be asked (pure)."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

_NAME = re.compile(r"(?:[a-z0-9_-]{1,63}\.)+(?![0-9]+$|0x[0-9a-f]*$)[a-z0-9-]{2,63}")
"""A host's name; an ending that is a number makes it an address to resolvers, such as 127.1 or 0x7f.1."""
_RESERVED = re.compile(
    r"(?:.*\.)?(?:local|localhost|localdomain|internal|lan|home|home\.arpa|corp|test|example|invalid|onion)"
)
"""Endings that the public does not reach: reserved (RFC 2606, 6761, 6762, 7686, 8375) or companies' own."""


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
    host = host.removesuffix(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return bool(_NAME.fullmatch(host)) and not _RESERVED.fullmatch(host)
    return address.is_global and not address.is_multicast


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
