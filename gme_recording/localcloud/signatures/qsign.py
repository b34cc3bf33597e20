"""q-sign, COS's own signature (436/7778): in the Authorization header, or in the query of a presigned URL.

It covers method, decoded path, and those headers and parameters that `q-header-list` and
`q-url-param-list` name; each of them must be there. The body is not covered.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote

from gme_recording.localcloud.clock import Clock
from gme_recording.localcloud.identity import Key
from gme_recording.localcloud.messages import Request
from gme_recording.localcloud.signatures.failure import (
    FindKey,
    Reason,
    SignatureFailure,
    require_equal,
    usable_key,
)

CLIENT_MARGIN = timedelta(seconds=60)
"""How far before the moment of signing the vendor's Python SDK lets the window begin."""
_MEMBERS = ("q-ak", "q-sign-time", "q-key-time", "q-header-list", "q-url-param-list", "q-signature")
_WINDOW = re.compile(r"(\d{1,11});(\d{1,11})", re.ASCII)


def verify(request: Request, clock: Clock, find_key: FindKey) -> Key:
    """Whose request this is; raises SignatureFailure."""
    header = request.headers.get("authorization", "").strip()
    arguments = request.arguments()
    members = dict(_pairs(unquote(header)) if header else arguments)
    if members.get("q-sign-algorithm") != "sha1":
        raise SignatureFailure(Reason.MALFORMED, "q-sign-algorithm is not sha1")
    if absent := [name for name in _MEMBERS if name not in members]:
        raise SignatureFailure(Reason.MALFORMED, f"{absent[0]} is missing")
    token = request.headers.get("x-cos-security-token") or dict(arguments).get("x-cos-security-token", "")
    key = usable_key(find_key, members["q-ak"], token, clock.now())
    for window in ("q-key-time", "q-sign-time"):
        _check_window(members[window], clock, presigned=not header)
    parameters = _signed(members["q-url-param-list"], ((n, v.encode()) for n, v in arguments))
    headers = _signed(
        members["q-header-list"], ((n, v.encode("latin-1")) for n, v in request.headers.items())
    )
    text = f"{request.method.lower()}\n{unquote(request.path)}\n{parameters}\n{headers}\n"
    sign_key = _hmac(key.secret_key, members["q-key-time"])
    digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
    require_equal(_hmac(sign_key, f"sha1\n{members['q-sign-time']}\n{digest}\n"), members["q-signature"])
    return key


def _pairs(text: str) -> Iterable[tuple[str, str]]:
    return ((name, value) for name, _, value in (part.partition("=") for part in text.split("&")))


def _check_window(window: str, clock: Clock, *, presigned: bool) -> None:
    """A header is made for the request it comes with, so the machine's clock judges it, as it made it; a
    presigned URL lives in virtual time from the moment in which it was signed.
    """
    found = _WINDOW.fullmatch(window)
    if found is None:
        raise SignatureFailure(Reason.MALFORMED, f"{window!r} is not <begin>;<end> in seconds")
    begin, end = (datetime.fromtimestamp(int(seconds), UTC) for seconds in found.groups())
    now = clock.machine_now()
    if presigned:
        now = begin + clock.elapsed_since(begin + CLIENT_MARGIN) + CLIENT_MARGIN
    if not begin <= now < end:
        raise SignatureFailure(Reason.EXPIRED, f"the signature is good from {begin} to {end}")


def _signed(names: str, given: Iterable[tuple[str, bytes]]) -> str:
    """The listed names with their values, in canonical form."""
    values: Mapping[str, bytes] = {quote(name, safe="-_.~").lower(): value for name, value in given}
    listed = [quote(unquote(name), safe="-_.~").lower() for name in names.split(";") if name]
    if absent := [name for name in listed if name not in values]:
        raise SignatureFailure(Reason.WRONG_SIGNATURE, f"{absent[0]} is signed, but not sent")
    return "&".join(f"{name}={quote(values[name], safe='-_.~')}" for name in sorted(listed))


def _hmac(key: str, text: str) -> str:
    return hmac.digest(key.encode(), text.encode(), "sha1").hex()
