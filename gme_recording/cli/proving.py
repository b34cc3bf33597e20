"""What `smoke` does between its options and its output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.config import parse
from gme_recording import smoke
from gme_recording.api import Cloud
from gme_recording.cli import confirming
from gme_recording.cli.options import project_root
from gme_recording.cli.output import Output
from gme_recording.errors import ExitCode

if TYPE_CHECKING:
    from gme_recording.smoke import Result


def smoke_test(name: str, app: str | None, output: Output) -> int:
    """Test the applications of a stack, telling each check as it ends."""
    from components.smoke import targets  # noqa: PLC0415 - loads the Pulumi SDK

    root = project_root()
    stack = parse.load(name, root)
    chosen = {item.name for item in confirming.chosen(stack, app)}
    clouds = {place.region: Cloud.connect(stack.cloud, place.region, root) for place in stack.places}

    def tell(result: Result) -> None:
        output.say(f"  {result.verdict:<4}  {result.id}  {result.found}")

    reports = tuple(
        smoke.run(target, clouds[target.region], tell) for target in targets(stack) if target.app in chosen
    )
    output.show(smoke.render_text(reports).rstrip(), smoke.to_json(reports))
    return ExitCode.OK if all(report.passed for report in reports) else ExitCode.FAILED
