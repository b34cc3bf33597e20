"""The smoke test: really record a room, really stop, and prove everything on the way."""

from gme_recording.smoke.model import Mode, Report, Result, Target, Verdict

__all__ = ["Mode", "Report", "Result", "Target", "Verdict"]
