"""A test case of a report: what became of it, and why."""

import math
from dataclasses import dataclass
from typing import Final

from runindex.maintenance.sources.junit.xml import Element
from runindex.maintenance.sources.source import fault

# Of a case's children, the first that is there says what became of it.
_OUTCOMES: Final = {"error": "error", "failure": "failed", "skipped": "skipped"}
PASSED: Final = "passed"
SKIPPED: Final = "skipped"


@dataclass(frozen=True, slots=True)
class Case:
    """One execution of a test. `seconds` is how long it took, `message` and `details` say why it did not pass."""

    name: str
    outcome: str
    seconds: float = 0.0
    message: str = ""
    details: str = ""

    @property
    def is_failed(self) -> bool:
        """Tell whether it fails its suite."""
        return self.outcome not in (PASSED, SKIPPED)

    @property
    def error(self) -> str | None:
        """Return why it failed, None if it did not."""
        return (self.message or self.details or self.outcome) if self.is_failed else None


def case_of(element: Element, file: str) -> Case:
    """Return the case of an element."""
    attributes = element.attributes
    name = "::".join(part for part in (attributes.get("classname"), attributes.get("name")) if part) or "?"
    seconds = seconds_of(element, file)
    for child in element.named(*_OUTCOMES):
        message = child.attributes.get("message") or child.attributes.get("type") or ""
        return Case(name, _OUTCOMES[child.tag], seconds, message, child.text.strip())
    return Case(name, PASSED, seconds)


def seconds_of(element: Element, file: str) -> float:
    """Return the time of a suite or a case, 0 without one; some writers put commas between thousands.

    Raise BadRequestError for what is no number of seconds.
    """
    text = element.attributes.get("time") or "0"
    try:
        seconds = float(text.replace(",", ""))
    except ValueError:
        seconds = math.nan
    if not math.isfinite(seconds):
        raise fault(f"{file}, line {element.line}", f"time is no number of seconds: {text[:40]!r}")
    return max(seconds, 0.0)
