"""What the cloud says no with. A service lists its `Refusal`s in `errors.py`; calling one makes the error."""

from __future__ import annotations

from dataclasses import dataclass


class CloudError(Exception):
    """A refusal with its facts filled in; the dialect of the request gives it the vendor's form."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True, slots=True)
class Refusal:
    """One error that an operation may answer with.

    `status` counts for COS only: API 3.0 answers 200 whatever happens (facts: SDKs look at `Response.Error`).
    """

    code: str
    text: str
    status: int = 400

    def __call__(self, **facts: object) -> CloudError:
        return CloudError(self.code, self.text.format(**facts), self.status)
