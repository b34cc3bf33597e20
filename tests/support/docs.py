"""Pages of documentation: their command blocks, and whether they show what was printed.

A command block is fenced as `console` (commands begin with `$ `, what they print follows) or `sh` (a script
whose output does not matter). Words after the language say more:

* `exit=7`: the last command ends with that code, not 0;
* `varies`: what is printed is not compared;
* `background`: runs until the end of the page, and has printed what is shown;
* `wants=language-host`: is run where a whole installation of Pulumi is, with its language host for Python;
* `apart=<path>`: is run by a test of its own, not with its page.

In what is shown a line `…` stands for any lines; times, ports, ids and the like are not compared.
Comments say what a page stands on: `<!-- run: engine -->` runs it with the engine; `deployed` besides has the
stack `local` deployed before, `account 1251000001` rehearses in an account of that APPID, over https
(`tests.support.rehearsal`).
`<!-- prepare … -->` holds commands that the reader does not see; it may say what it wants, too.
"""

from __future__ import annotations

import difflib
import itertools
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.support.engine import ROOT

FOLDER = ROOT / "docs"
_BLOCK = re.compile(
    r"^(?P<fence>```+)(?P<info>[^\n]*)\n(?P<body>.*?)^(?P=fence)$"
    r"|^<!-- prepare(?P<about>[^\n]*)\n(?P<hidden>.*?)^-->$",
    re.MULTILINE | re.DOTALL,
)
_FRONT = re.compile(r"^<!-- run: (.*?) -->$", re.MULTILINE)
_ACCOUNT = re.compile(r"account (\d+)")
_STEP = re.compile(r" [-+~=!±] [A-Z]| [A-Z]\w+ recording-|state: | \S+: .* → ")
"""Begins lines about what the engine does at once, in any order."""
_MASKS = tuple(
    (re.compile(pattern, re.MULTILINE), name)
    for pattern, name in (
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<request>"),
        (r"\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d", "<start>"),
        (r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?)?", "<time>"),
        (r"\d{8}T\d{6,}Z?", "<time>"),
        (r"127\.0\.0\.1:\d+", "<address>"),
        (r"\bpid \d+", "<pid>"),
        (r"\b\d{1,3}(,\d{3})+\b", "<count>"),
        (r"^(passed|FAILED) \([^)]*\)", r"\1 <checks>"),
        (r"(?<!\d)\d{17,19}(?!\d)", "<task>"),
        (r"\b20000\d{4}\b", "<policy>"),
        (r"\b[0-9a-f]{12,64}\b", "<digest>"),
        (r" *\b\d+(\.\d+)? (ms|s)\b", " <duration>"),
        (r"(?<=\w) +\d[\d,.]* (bytes|KB)\b", " <size>"),
        (r"Pulumi [\d.]+ \([^)]*\)", "Pulumi <version>"),
        (r"^local cloud: it ran older code.*\n", ""),
        (r"[ \t]+", " "),
        (r"^( [-+~=!±] [A-Z].*?) <duration>", r"\1"),
        (r" +$", ""),
    )
)


@dataclass(frozen=True, slots=True)
class Command:
    text: str
    shown: str


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block, or one hidden script."""

    info: str
    body: str
    line: int
    start: int
    """Where the body begins in the page."""

    @property
    def language(self) -> str:
        return self.info.split(" ")[0]

    @property
    def is_command(self) -> bool:
        return self.language in {"console", "sh", "bash", "shell"}

    @property
    def apart(self) -> str:
        """Path of the test that runs it; mostly empty."""
        return found[1] if (found := re.search(r"\bapart=(\S+)", self.info)) else ""

    @property
    def wants(self) -> str:
        return found[1] if (found := re.search(r"\bwants=(\S+)", self.info)) else ""

    @property
    def compared(self) -> bool:
        return self.language == "console" and "varies" not in self.info.split()

    @property
    def exit_code(self) -> int:
        return int(found[1]) if (found := re.search(r"\bexit=(\d+)", self.info)) else 0

    @property
    def commands(self) -> tuple[Command, ...]:
        if self.language != "console":
            return (Command(self.body, ""),)
        told = re.split(r"^\$ ", self.body, flags=re.MULTILINE)
        assert not told[0].strip(), f"line {self.line}: a console block begins with '$ '"
        return tuple(_command(text) for text in told[1:])


@dataclass(frozen=True, slots=True)
class Page:
    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def blocks(self) -> tuple[Block, ...]:
        text = self.text
        return tuple(
            Block(
                info=f"sh{found['about']}" if found["hidden"] is not None else found["info"].strip(),
                body=found["body"] if found["hidden"] is None else found["hidden"],
                line=text.count("\n", 0, found.start()) + 1,
                start=found.start("body" if found["hidden"] is None else "hidden"),
            )
            for found in _BLOCK.finditer(text)
        )

    @property
    def to_run(self) -> tuple[Block, ...]:
        return tuple(
            block
            for block in self.blocks
            if block.is_command and not block.apart and not (block.wants and missing(block.wants))
        )

    @property
    def front(self) -> str:
        return found[1] if (found := _FRONT.search(self.text)) else ""

    @property
    def needs_engine(self) -> bool:
        return "engine" in self.front.split(", ")

    @property
    def deployed(self) -> bool:
        """Whether the page begins with a local stack that is deployed."""
        return "deployed" in self.front.split(", ")

    @property
    def account(self) -> str:
        """APPID of the account in which the page is rehearsed (`tests.support.rehearsal`); mostly empty."""
        return found[1] if (found := _ACCOUNT.search(self.front)) else ""


def pages() -> tuple[Page, ...]:
    return tuple(Page(path) for path in sorted(FOLDER.rglob("*.md")))


def missing(wanted: str) -> str:
    """Return why a block that wants something cannot be run here; empty where it is at hand."""
    assert wanted == "language-host", f"{wanted}: nothing of this name is known"
    at_hand = shutil.which("pulumi") and shutil.which("pulumi-language-python")
    return "" if at_hand else "no whole installation of Pulumi is on PATH, with pulumi-language-python"


def masked(text: str) -> str:
    """The text without what differs from run to run; steps that the engine takes at once are in one order."""
    for pattern, name in _MASKS:
        text = pattern.sub(name, text)
    together = itertools.groupby(text.strip("\n").splitlines(), lambda line: bool(_STEP.match(line)))
    return "\n".join(line for steps, lines in together for line in (sorted(lines) if steps else lines))


def agrees(shown: str, printed: str) -> bool:
    """Whether a page shows what was printed; `…` alone on a line stands for any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "…" else re.escape(line) + r"\n"
        for line in masked(shown).splitlines()
    )
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in masked(printed).splitlines())) is not None


def difference(shown: str, printed: str) -> str:
    """Where they do not agree, for whoever has to put it right."""
    lines = difflib.unified_diff(
        masked(shown).splitlines(), masked(printed).splitlines(), "page", "printed", n=1
    )
    return "\n".join((*lines, "run: python -m tests.support.reader docs/<page>.md, or shorten by … lines"))


def _command(text: str) -> Command:
    """Split a command from what it prints; `> ` begins its further lines."""
    first, *rest = text.splitlines(keepends=True)
    while rest and rest[0].startswith("> "):
        first += rest.pop(0).removeprefix("> ")
    return Command(first.strip(), "".join(rest))
