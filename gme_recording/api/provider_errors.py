"""What the official provider says of a failure → one plain sentence, the vendor's code, and what to do.

It is a bridged Terraform provider: the engine tells each failure twice, as a line of the provider's log with
file and version around it, and as a list of one with the URN before. Three clients of the vendor word what
is refused, each its own way (tests/golden/provider).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gme_recording.api.errors import hint_for

_LOGGED = re.compile(r"^sdk-v2/provider2?\.go:\d+: sdk\.helper_schema: (.*): provider=\S+$", re.DOTALL)
_ABOUT = re.compile(r"^(?:Preview failed: )?[a-z]+ (?:urn:pulumi:\S+|\w+:\w+/\w+:\w+): ")
_COUNT = re.compile(r"^\d+ errors? occurred:\s+\* ")
_ITEM = re.compile(r"\n+\s*\* ")
_S3 = re.compile(
    r"^(?:(?P<action>[^\n]*?) error: )?(?P<code>[A-Z]\w+): (?P<text>.*?)"
    r"\s+status code: \d+, request id: (?P<request>[^,]*), host id:[^\n]*$",
    re.DOTALL,
)
_COS = re.compile(
    r"^(?:[a-z ]+ error: )?(?P<action>[A-Z]+ \S+): (?P<status>\d{3}) (?P<code>\w*)"
    r"\(Message: (?P<text>.*?), RequestId: (?P<request>[^,]*), TraceId: [^)]*\)(?:, bucket: \S+)?$",
    re.DOTALL,
)
_SDK = re.compile(
    r"^\[TencentCloudSDKError\] Code=(?P<code>[^,]+), Message=(?P<text>.*), RequestId=(?P<request>\S*)$",
    re.DOTALL,
)
_DENIED = "AccessDenied"
_NO_RIGHT = frozenset({_DENIED, "UnauthorizedOperation", "AuthFailure.UnauthorizedOperation"})


@dataclass(frozen=True, slots=True)
class Said:
    """One failure in plain words; `code` is the vendor's, empty where the provider itself fails."""

    text: str
    code: str = ""

    @property
    def hint(self) -> str:
        """What to do; whoever deploys lacks a right of the deployer's policy."""
        return hint_for(_DENIED if self.code in _NO_RIGHT else self.code)


def plainly(said: str) -> Said:
    """Return what a provider said without frames, counts and URNs; of several failures the first decides.

    What does not come from a bridged provider stays as it is.
    """
    bare = _unwrapped(said)
    if bare == said.strip():
        return Said(bare)
    first, *more = _ITEM.split(bare)
    told = [_worded(_unwrapped(each)) for each in (first, *more)]
    return Said("; ".join(each.text for each in told), told[0].code)


def _unwrapped(said: str) -> str:
    text, before = said.strip(), ""
    while text != before:
        before = text
        text = _COUNT.sub("", _ABOUT.sub("", _LOGGED.sub(r"\1", text))).strip()
    return text


def _worded(said: str) -> Said:
    found = _S3.match(said) or _COS.match(said) or _SDK.match(said)
    if not found:
        return Said(said)
    facts = found.groupdict()
    code = facts["code"] or (_DENIED if facts["status"] == "403" else "")  # HEAD is answered without a code
    about = ", ".join(
        filter(None, (code or facts["status"], facts["request"] and f"request {facts['request']}"))
    )
    action = f"{facts['action']}: " if facts.get("action") else ""
    return Said(f"{action}{facts['text'].rstrip('.') or 'refused'} ({about})", code)
