"""What the stand-in does not answer as the official provider did, and why.

`type/scenario` → calls (`step method`) → reason. A call that is listed here and answered alike fails the test.
"""

from __future__ import annotations

NOT_FOLLOWED: dict[str, dict[str, str]] = {}
