"""The check of the ledger finds what is wrong, and nothing else."""

import pytest

from tests.faults.job_ledger import Ended, flaws
from tests.faults.job_worker import Step


def claimed(attempt: int, begun: float, ended: float | None = None) -> Step:
    return Step("claimed", "w", "j", attempt, "", begun, begun if ended is None else ended)


def says(attempt: int, word: str) -> Step:
    return Step("says", "w", "j", attempt, word, 0, 0)


def told(attempt: int, word: str) -> Step:
    return Step("told", "w", "j", attempt, word, 0, 0)


def ended(status: str, attempts: int = 2, error: str | None = None, *, dies: bool = False) -> Ended:
    return Ended("j", status, attempts, 2, error, dies)


FIRST, SECOND = claimed(1, 0), claimed(2, 1)
FAILS = [FIRST, says(1, "fail"), told(1, "RETRYING"), SECOND, says(2, "fail")]
ACKNOWLEDGES = [SECOND, says(2, "acknowledge")]


@pytest.mark.parametrize(
    ("steps", "job"),
    [
        ([FIRST, *ACKNOWLEDGES, told(2, "COMPLETED"), told(2, "COMPLETED")], ended("COMPLETED")),
        # Killed before it heard the answer.
        ([FIRST, *ACKNOWLEDGES], ended("COMPLETED")),
        # The first answer was lost, the second worker late.
        ([*ACKNOWLEDGES, says(1, "acknowledge"), told(1, "LEASE_LOST")], ended("COMPLETED")),
        # A claim's answer may be long under way.
        ([FIRST, claimed(2, 0.5, 1.0), says(2, "acknowledge")], ended("COMPLETED")),
        ([*FAILS, told(2, "FAILED")], ended("FAILED", error="no")),
        (FAILS, ended("FAILED", error="no")),
        ([FIRST, says(1, "fail")], ended("FAILED", 1, "no", dies=True)),
        ([FIRST, SECOND], ended("FAILED", error="lease expired")),
        ([], ended("FAILED", error="lease expired")),
    ],
)
def test_what_may_be_is_no_flaw(steps: list[Step], job: Ended) -> None:
    assert flaws(steps, [job]) == []


@pytest.mark.parametrize(
    ("steps", "job", "flaw"),
    [
        ([FIRST, claimed(1, 9), says(1, "acknowledge")], ended("COMPLETED", 1), "attempt 1 was handed out twice"),
        ([FIRST, claimed(2, 0.99), says(2, "acknowledge")], ended("COMPLETED"), "attempts 1 and 2 overlap"),
        ([claimed(3, 5), *ACKNOWLEDGES], ended("COMPLETED"), "an attempt is not counted"),
        ([FIRST], ended("RUNNING", 1), "it is not finished"),
        (
            [says(1, "acknowledge"), told(1, "COMPLETED"), *ACKNOWLEDGES],
            ended("COMPLETED"),
            "another attempt was told that it completed the job",
        ),
        ([FIRST, says(1, "acknowledge"), SECOND], ended("COMPLETED"), "nobody acknowledged it"),
        (
            [*ACKNOWLEDGES, told(2, "COMPLETED")],
            ended("FAILED", error="lease expired"),
            "it was acknowledged all the same",
        ),
        ([*FAILS, told(2, "FAILED")], ended("FAILED", error="lease expired"), "it had failed before"),
        ([FIRST, SECOND], ended("FAILED", error="no"), "nobody failed it"),
        ([FIRST, says(1, "fail")], ended("FAILED", 1, "no"), "it had attempts left"),
        ([FIRST], ended("FAILED", 1, "lease expired", dies=True), "it had attempts left"),
    ],
)
def test_each_flaw_is_found(steps: list[Step], job: Ended, flaw: str) -> None:
    assert flaws(steps, [job]) == [f"{flaw}: {job}"]
