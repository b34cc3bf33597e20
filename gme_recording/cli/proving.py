"""What `smoke` does between its options and its output."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from components.config import parse
from gme_recording import smoke
from gme_recording.api import Cloud
from gme_recording.cli import writing
from gme_recording.cli.options import project_root
from gme_recording.cli.output import Output
from gme_recording.cli.shelves import chosen
from gme_recording.errors import ExitCode
from gme_recording.smoke import junit, markdown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gme_recording.smoke import Report, Result, Target


@dataclass(frozen=True, slots=True)
class Files:
    """Where the report is written besides."""

    junit: Path | None = None
    markdown: Path | None = None

    def write(self, reports: Sequence[Report]) -> None:
        """Write what was asked for; raises UserError if a file cannot be written."""
        for file, form in ((self.junit, junit), (self.markdown, markdown)):
            if file is not None:
                writing.write(file, form.render(reports))


def smoke_test(name: str, app: str | None, files: Files, output: Output) -> int:
    """Test the applications of a stack at once, telling each check as it ends."""
    from components.smoke import targets  # noqa: PLC0415 - loads the Pulumi SDK

    root = project_root()
    stack = parse.load(name, root)
    names = {item.name for item in chosen(stack, app)}
    asked = [target for target in targets(stack) if target.app in names]
    clouds = {place.region: Cloud.connect(stack.cloud, place.region, root) for place in stack.places}
    width = max(len(target.app) for target in asked) if len(asked) > 1 else 0

    def tell(target: Target, result: Result) -> None:
        app = f"{target.app:<{width}}  " if width else ""
        output.say(f"  {result.verdict:<4}  {app}{result.id}  {result.found}")

    reports = smoke.run_all(asked, clouds, tell)
    output.show(smoke.render_text(reports).rstrip(), smoke.to_json(reports))
    others = () if app is None else (one for one in smoke.last(name, root) if one.app not in names)
    smoke.keep((*others, *reports), root)
    files.write(reports)
    return ExitCode.OK if all(report.passed for report in reports) else ExitCode.FAILED
