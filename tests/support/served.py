"""What the local cloud serves, and which tests ask for it: the tables of `docs/served.md`.

Loaded as a plugin it watches a test run and writes the page anew:
`pytest -p tests.support.served tests/localcloud`. Only a run of all those tests knows all that they ask.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from gme_recording.localcloud.assemble import PACKAGES
from gme_recording.localcloud.cloud import Call, Cloud
from gme_recording.localcloud.operation import Operation, Service

PAGE = Path(__file__).parents[2] / "docs/served.md"
BEGIN, END = "<!-- tables -->\n", "<!-- end of tables -->\n"
TESTS = Path("tests/localcloud")
"""As seen from the project, where tests are run."""
SDK = {"cam": "cam.v20190116", "sts": "sts.v20180813", "tag": "tag.v20180813", "gme": "gme.v20180711"}
OF_THE_BASE_CLASS = {
    "call",
    "call_json",
    "call_octet_stream",
    "call_sse",
    "set_default_header",
    "set_stream_logger",
}

Asked = Mapping[str, Iterable[str]]
"""Action → the test modules that ask for it."""


def services() -> list[Service]:
    return [service for package in PACKAGES for service in package.SERVICES]


def tables(asked: Asked) -> str:
    return "\n".join(_table(service, asked) for service in services())


def _table(service: Service, asked: Asked) -> str:
    lines = [f"## {service.name} ({len(service.operations)})", ""]
    lines += ["| action | request | refuses | asked for by |", "|---|---|---|---|"]
    lines += [
        _row(operation, asked.get(operation.action, ()))
        for _, operation in sorted(service.operations.items())
    ]
    if absent := not_served(service):
        lines += ["", f"Of the vendor's SDK, not served: {', '.join(absent)}."]
    return "\n".join([*lines, ""])


def _row(operation: Operation, modules: Iterable[str]) -> str:
    codes = sorted({refusal.code for refusal in operation.refuses})
    cells = (
        operation.name,
        f"`{operation.match}`" if operation.match else "",
        ", ".join(codes),
        ", ".join(sorted(modules)),
    )
    return f"| {' | '.join(cells)} |"


def not_served(service: Service) -> list[str]:
    """Actions that the vendor's Python SDK has and the service has not; none are known for COS."""
    if service.name not in SDK:
        return []
    module = import_module(f"tencentcloud.{SDK[service.name]}.{service.name}_client")
    client: Any = getattr(module, f"{service.name.title()}Client")
    return sorted(
        name for name in vars(client) if re.match(r"[A-Z]", name) and name not in service.operations
    )


def written() -> dict[str, set[str]]:
    """The test modules that the page names, by action."""
    found: dict[str, set[str]] = {}
    service = ""
    for line in PAGE.read_text().splitlines():
        if heading := re.fullmatch(r"## (\w+) \(\d+\)", line):
            service = heading[1]
        elif row := re.fullmatch(r"\| (\w+) \|.*\| (.*) \|", line):
            found[f"{service}:{row[1]}"] = {name for name in row[2].split(", ") if name}
    return {action: modules for action, modules in found.items() if not action.endswith(":action")}


def page(asked: Asked) -> str:
    """The page with these tables; what people wrote around them stays."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    return f"{before}{BEGIN}\n{tables(asked)}\n{END}{rest.partition(END)[2]}"


class _Watch:
    def __init__(self) -> None:
        self.asked: dict[str, set[str]] = defaultdict(set)

    def start(self) -> None:
        authorise = Cloud.authorise

        def watching(cloud: Cloud, call: Call, operation: Operation, parameters: dict[str, object]) -> None:
            self.note(operation.action)
            authorise(cloud, call, operation, parameters)

        setattr(Cloud, "authorise", watching)  # noqa: B010 - every performed operation passes here

    def note(self, action: str) -> None:
        test = Path(os.environ.get("PYTEST_CURRENT_TEST", "").partition("::")[0])
        if TESTS in test.parents:
            self.asked[action].add(str(test.relative_to(TESTS).with_suffix("")).removeprefix("services/"))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """What the tests of one of several processes asked for."""
        for action, modules in getattr(node, "workeroutput", {}).get("asked", {}).items():
            self.asked[action] |= set(modules)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """A test that failed has asked too; those of the page itself fail until it is written."""
        if (output := getattr(session.config, "workeroutput", None)) is not None:
            output["asked"] = {action: sorted(modules) for action, modules in self.asked.items()}
        elif exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
            PAGE.write_text(page(self.asked))


def pytest_configure(config: pytest.Config) -> None:
    watch = _Watch()
    watch.start()
    config.pluginmanager.register(watch)
