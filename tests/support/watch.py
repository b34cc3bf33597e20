"""A watcher that keeps what it hears."""

from dataclasses import dataclass, field

from gme_recording.deploy.step import Step


@dataclass
class Heard:
    said: list[str] = field(default_factory=list)
    progressed: list[tuple[str, int, int]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.said.append(text)

    def progress(self, what: str, done: int, total: int) -> None:
        self.progressed.append((what, done, total))

    def step(self, step: Step) -> None:
        self.steps.append(step)
