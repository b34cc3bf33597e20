"""`make bench`: each verb beside the same verb on an empty program, in the same run.

The floor is what anybody's shortest driver costs: a fresh process, Pulumi's Automation API as documented, a
program that declares nothing. Figures are medians of wall time.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from gme_recording.deploy.toolchain.engine import kept_path
from tests.support.engine import ROOT, Project

ROUNDS = 5
EMPTY = """
import sys
from pulumi import automation as auto

verb, root, engine = sys.argv[1:]
variables = {
    "PULUMI_BACKEND_URL": f"file://{root}",
    "PULUMI_HOME": f"{root}/home",
    "PULUMI_CONFIG_PASSPHRASE": "local",
    "PULUMI_SKIP_UPDATE_CHECK": "true",
}
options = auto.LocalWorkspaceOptions(
    work_dir=root, env_vars=variables, pulumi_command=auto.PulumiCommand(engine)
)
stack = auto.create_or_select_stack("local", "empty", lambda: None, opts=options)
getattr(stack, verb)()
"""


def main() -> None:
    """Print a table: verb, this project, empty program, ratio."""
    times: dict[str, tuple[list[float], list[float]]] = {}
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as empty:
            project = Project.at(Path(ours))
            project.done("cloud", "start")
            try:
                for name in ("first up", "up", "preview", "destroy"):
                    mine, floor = times.setdefault(name, ([], []))
                    verb = name.split()[-1]
                    mine.append(timed(partial(project.done, verb)))
                    floor.append(timed(partial(run_empty, verb, empty)))
            finally:
                project.close()
    sys.stdout.write(f"{'verb':<10} {'project':>9} {'empty':>9} {'ratio':>6}\n")
    for name, (mine, floor) in times.items():
        a, b = statistics.median(mine), statistics.median(floor)
        sys.stdout.write(f"{name:<10} {a:>7.2f} s {b:>7.2f} s {a / b:>6.2f}\n")


def run_empty(verb: str, root: str) -> None:
    engine = kept_path(ROOT).parent.parent
    subprocess.run([sys.executable, "-c", EMPTY, verb, root, str(engine)], check=True, capture_output=True)


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
