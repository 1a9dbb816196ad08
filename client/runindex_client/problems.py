"""What can go wrong, as values and as errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the server refused something: its code, its words, and the reason, the field or the move where it says so."""

    code: str
    message: str
    reason: str | None = None
    field: str | None = None
    moved_from: str | None = None
    moved_to: str | None = None

    @classmethod
    def of(cls, outcome: Mapping[str, Any]) -> "Problem | None":
        """Return the problem that a mutation's outcome is, or None."""
        if "code" not in outcome:
            return None
        told = (outcome.get(name) for name in ("reason", "field", "from", "to"))
        return cls(str(outcome["code"]), str(outcome.get("message", "")), *told)


class RunIndexError(Exception):
    """Any error of this client. Reporting raises none; reading does."""


class Away(RunIndexError):  # noqa: N818 - a state of the server
    """The server did not execute a request, or nobody knows whether: send it again, after a pause that it may name."""

    def __init__(self, message: str, pause: float = 0.0, *, is_fault: bool = False) -> None:
        super().__init__(message)
        self.pause = pause
        self.is_fault = is_fault


class Refused(RunIndexError):  # noqa: N818 - an outcome
    """The server refused a request as a whole, and would again: nothing was done."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class CursorExpired(Refused):
    """The server's log no longer reaches back to the cursor: read the state again."""
