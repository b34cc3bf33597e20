"""What happened, as numbers in Prometheus' text format (0.0.4); counted since the process began."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
"""Upper bounds in seconds; the receiver promises an answer within the last one."""


@dataclass(slots=True)
class Metrics:
    """Counters of one receiver. Belongs to one event loop."""

    requests: Counter[str] = field(default_factory=Counter)
    """By result: `stored`, `repeated`, `unreadable`, or the reason of a refusal."""
    signatures: Counter[str] = field(default_factory=Counter)
    """By encoding, and `previous` where the key that is on its way out was used."""
    late: int = 0
    """Events that came long after they were sent."""
    _answers: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    _seconds: float = 0.0

    def answered(self, result: str, seconds: float) -> None:
        """Count one request and how long its answer took."""
        self.requests[result] += 1
        self._answers[bisect_left(BUCKETS, seconds)] += 1
        self._seconds += seconds

    def render(self, stored: Mapping[str, int]) -> str:
        """Return the page; `stored` is how many events are in each state."""
        lines = [
            *_family("requests_total", "counter", "Callback requests by result.", "result", self.requests),
            *_family("signatures_total", "counter", "Valid signatures by kind.", "kind", self.signatures),
            *_family("events", "gauge", "Events in the database by state.", "state", stored),
            "# HELP gme_callbacks_late_total Events received long after they were sent.",
            "# TYPE gme_callbacks_late_total counter",
            f"gme_callbacks_late_total {self.late}",
            *self._histogram(),
        ]
        return "\n".join(lines) + "\n"

    def _histogram(self) -> list[str]:
        name = "gme_callbacks_answer_seconds"
        lines = [f"# HELP {name} Time from the request's head to its answer.", f"# TYPE {name} histogram"]
        total = 0
        for bound, count in zip([*map(str, BUCKETS), "+Inf"], self._answers, strict=True):
            total += count
            lines.append(f'{name}_bucket{{le="{bound}"}} {total}')
        return [*lines, f"{name}_sum {self._seconds:.6f}", f"{name}_count {total}"]


def _family(name: str, kind: str, text: str, label: str, values: Mapping[str, int]) -> list[str]:
    full = f"gme_callbacks_{name}"
    head = [f"# HELP {full} {text}", f"# TYPE {full} {kind}"]
    return head + [f'{full}{{{label}="{value}"}} {count}' for value, count in sorted(values.items())]
