"""The GME console's recording settings, as a value that can be compared and confirmed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the section *Voice Recording Service* of one application shows after *Save*."""

    biz_id: int
    recording: bool
    """Service switch: Enable or Disable."""
    scope: str
    """`custom` (the API decides what is recorded) or `full` (everything is, and the API is refused)."""
    bucket: str
    """Full name, `<name>-<appid>`."""
    region: str
    callback_url: str = ""
    """Empty where no callback is wanted."""

    def data(self) -> dict[str, str | int | bool]:
        """Return the settings as JSON data, in the spelling of the local console and the provider."""
        return {
            "bizId": self.biz_id,
            "recording": self.recording,
            "scope": self.scope,
            "bucket": self.bucket,
            "region": self.region,
            "callbackUrl": self.callback_url,
        }

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits that stand for exactly these settings."""
        canonical = json.dumps(self.data(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Somebody's word that the console shows exactly the settings of a fingerprint."""

    fingerprint: str
    by: str
    on: str
    """Date, `YYYY-MM-DD`."""
