"""What tests and tools tell the local cloud, and what they ask it."""

from __future__ import annotations

from gme_recording.localcloud.dialects import web

ADMIN = web.service("admin", "/admin/", "/healthz")
