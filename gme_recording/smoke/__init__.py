"""The smoke test: really record a room, really stop, and prove everything on the way."""

from gme_recording.smoke.model import Cause, Mode, Report, Result, Target, Verdict
from gme_recording.smoke.report import failure_message, keep, last, render_text, report_file, to_json
from gme_recording.smoke.runner import run
from gme_recording.smoke.together import Interrupted, interrupt, run_all

__all__ = [
    "Cause",
    "Interrupted",
    "Mode",
    "Report",
    "Result",
    "Target",
    "Verdict",
    "failure_message",
    "interrupt",
    "keep",
    "last",
    "render_text",
    "report_file",
    "run",
    "run_all",
    "to_json",
]
