"""The console: its page and, under `/console/api`, the same deeds for programs."""

from __future__ import annotations

from gme_recording.localcloud.dialects import web

CONSOLE = web.service("console", "/console", at_root=True)
