"""One execution of a test, made of pytest's reports of its phases."""

import time
from dataclasses import dataclass, field
from typing import Final

import pytest

from runindex_client.runs.texts import instant, plain

MAX_RESULT_ERROR: Final = 1_000
EXPECTED: Final = {"skipped": "xfailed", "passed": "xpassed"}


@dataclass(slots=True)
class Attempt:
    """One execution of a test, with its reports so far."""

    heard: float = field(default_factory=time.time)
    reports: list[pytest.TestReport] = field(default_factory=list)

    @property
    def phases(self) -> dict[str, pytest.TestReport]:
        """Return the reports of setup, call and teardown; a subtest's reports come before its test's own."""
        return {str(report.when): report for report in self.reports}

    @property
    def ended(self) -> bool:
        """Return whether no more reports follow: after teardown, a crash, or a report of a coming rerun."""
        last = self.reports[-1]
        return last.when not in ("setup", "call") or outcome_of(last) == "rerun"

    @property
    def outcome(self) -> str:
        """Return the outcome, empty if the test was interrupted before it had one."""
        outcomes = {when: outcome_of(report) for when, report in self.phases.items()}
        decisive = (outcome for outcome in ("failed", "rerun", "xfailed", "skipped") if outcome in outcomes.values())
        return next(decisive, outcomes.get("call", ""))

    @property
    def failure(self) -> pytest.TestReport:
        """Return the first report with the outcome: a subtest's report says more than its test's own."""
        return next(report for report in self.reports if outcome_of(report) == self.outcome)

    def as_result(self) -> dict[str, object]:
        """Return the attempt as the input of a result."""
        times = {when: round(report.duration * 1000, 3) for when, report in self.phases.items()}
        started = self.reports[0].start or self.heard  # a crash is reported without times
        return {
            "output": {"outcome": self.outcome, "phases": times},
            "latency": round(sum(times.values()), 3),
            "error": brief(self.failure) if self.outcome in ("failed", "rerun") else None,
            "startedAt": instant(started),
            "completedAt": instant(max(started, self.reports[-1].stop)),
        }


def outcome_of(report: pytest.TestReport) -> str:
    """Return the outcome of a phase; pytest reports a test that was expected to fail under another one and marks it."""
    return EXPECTED.get(report.outcome, report.outcome) if hasattr(report, "wasxfail") else report.outcome


def brief(report: pytest.TestReport) -> str:
    """Return briefly why a test failed: the exception, or else the end of the report."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message[:MAX_RESULT_ERROR] if crash else str(report.longrepr)[-MAX_RESULT_ERROR:]
    return plain(text) or report.outcome
