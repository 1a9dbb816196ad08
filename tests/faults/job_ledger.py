"""The ledger of job workers, and the invariants that hold of it although workers and servers are killed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tests.faults.job_worker import LEASE_SECONDS, Step


@dataclass(frozen=True, slots=True)
class Ended:
    """A job as the index shows it in the end."""

    id: str
    status: str
    attempts: int
    most: int
    error: str | None
    dies: bool = False
    """Whether its failures are reported as final."""


class Story:
    """The steps that are about one job, in the order of its attempts."""

    def __init__(self, steps: Iterable[Step]) -> None:
        ordered = sorted(steps, key=lambda step: step.attempt)
        self.claims = [step for step in ordered if step.name == "claimed"]
        self._said = [step for step in ordered if step.name == "says"]
        self._told = [step for step in ordered if step.name == "told"]

    def said(self, word: str) -> set[int]:
        """Return the attempts whose worker sent this, answered or not."""
        return {step.attempt for step in self._said if step.word == word}

    def told(self, *words: str) -> set[int]:
        """Return the attempts whose worker got one of these answers."""
        return {step.attempt for step in self._told if step.word in words}


def stories(steps: Iterable[Step]) -> defaultdict[str, Story]:
    """Return each job's story; a job that no worker knows of has an empty one."""
    by_job: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        by_job[step.job].append(step)
    return defaultdict(lambda: Story(()), {job: Story(own) for job, own in by_job.items()})


def flaws(steps: Iterable[Step], jobs: Sequence[Ended]) -> list[str]:
    """Return what is wrong, each with its job."""
    by_job = stories(steps)
    return [f"{flaw}: {job}" for job in jobs for flaw in (*_claims(by_job[job.id]), *_end(job, by_job[job.id]))]


def _claims(story: Story) -> Iterator[str]:
    """Check that no attempt has two workers, and that no job is claimed while its lease may still run."""
    for former, latter in pairwise(story.claims):
        if former.attempt == latter.attempt:
            yield f"attempt {former.attempt} was handed out twice"
        # A lease begins after it was asked for. A failure gives it back early, but the pause after one is longer.
        elif latter.ended < former.begun + LEASE_SECONDS:
            yield f"attempts {former.attempt} and {latter.attempt} overlap"


def _end(job: Ended, story: Story) -> Iterator[str]:
    if any(claim.attempt > job.attempts for claim in story.claims):
        yield "an attempt is not counted"
    if job.status == "COMPLETED":
        yield from _completed(job, story)
    elif job.status == "FAILED":
        yield from _failed(job, story)
    else:
        yield "it is not finished"


def _completed(job: Ended, story: Story) -> Iterator[str]:
    """Check that its last attempt alone completed it; the worker may have been killed before it got the answer."""
    if story.told("COMPLETED") - {job.attempts}:
        yield "another attempt was told that it completed the job"
    if job.attempts not in story.said("acknowledge"):
        yield "nobody acknowledged it"


def _failed(job: Ended, story: Story) -> Iterator[str]:
    """Check that its attempts are used up, by failures or lapsed leases, or that the last one failed for good."""
    if story.told("COMPLETED"):
        yield "it was acknowledged all the same"
    if job.error == "lease expired":
        if story.told("FAILED"):
            yield "it had failed before"
    elif job.attempts not in story.said("fail"):
        yield "nobody failed it"
    elif job.dies:
        return
    if job.attempts != job.most:
        yield "it had attempts left"
