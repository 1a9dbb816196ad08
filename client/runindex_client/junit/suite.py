"""What a file of JUnit's says: suites, and their cases with what became of them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Case:
    """One execution of a test: its name, its outcome (passed, failed, error, skipped), its seconds, and why."""

    name: str
    outcome: str
    seconds: float = 0.0
    message: str = ""
    details: str = ""

    @property
    def is_failed(self) -> bool:
        """Tell whether it fails its suite."""
        return self.outcome in {"failed", "error"}


@dataclass(frozen=True, slots=True)
class Suite:
    """A suite of tests; its cases are those right in it, not those of suites below."""

    name: str
    cases: list[Case] = field(default_factory=list)
    suites: "list[Suite]" = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)
    host: str | None = None
    began: datetime | None = None

    def all_cases(self) -> Iterator[Case]:
        """Yield its cases and those of the suites below."""
        yield from self.cases
        for suite in self.suites:
            yield from suite.all_cases()

    def counts(self) -> dict[str, int]:
        """Return how many of all cases there are of each outcome."""
        return dict(sorted(Counter(case.outcome for case in self.all_cases()).items()))
