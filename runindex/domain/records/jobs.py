"""Jobs: work for external executors. The index leases it to workers and records its outcome; it executes nothing."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Final

from runindex.domain.instants import SECOND, Micros
from runindex.domain.json_text import JsonText
from runindex.domain.records.record import Record
from runindex.domain.runs.filters import InstantRange

MAX_QUEUE: Final = 256
MAX_LIMIT: Final = 100
MAX_LEASE_SECONDS: Final = 86_400
MAX_ATTEMPTS: Final = 100
BACKOFF_UNIT: Final = SECOND
LONGEST_BACKOFF: Final = 60 * SECOND
MOST_SPENT: Final = 50  # spent jobs that one claim fails
LEASE_EXPIRED: Final = "lease expired"


class JobStatus(StrEnum):
    """Where a job stands."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    RETRYING = "RETRYING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


WAITING: Final = (JobStatus.PENDING, JobStatus.RETRYING)
DONE: Final = (JobStatus.COMPLETED, JobStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Job(Record):
    """A job. `attempts` counts claims; its value identifies the claim that holds the job."""

    KEY: ClassVar = ("id",)

    id: str
    queue: str
    data: JsonText | None
    status: JobStatus
    priority: int
    attempts: int
    max_attempts: int
    run_at: Micros
    created_at: Micros
    started_at: Micros | None = None
    completed_at: Micros | None = None
    lease_expires_at: Micros | None = None
    error: str | None = None
    run_id: str | None = None

    @property
    def rank(self) -> tuple[int, Micros, Micros, str]:
        """Return the sort key of due jobs: priority, due time, age."""
        return (-self.priority, self.run_at, self.created_at, self.id)

    def is_due(self, now: Micros) -> bool:
        """Tell whether the job may be claimed: its time has come, or its lease has lapsed."""
        if self.status in WAITING:
            return self.run_at <= now
        return self.has_lapsed(now)

    def has_lapsed(self, now: Micros) -> bool:
        """Tell whether a claimed job's lease has lapsed."""
        return self.status is JobStatus.RUNNING and self.lease_expires_at is not None and self.lease_expires_at <= now

    def is_held(self, now: Micros) -> bool:
        """Tell whether a claim holds the job: it is RUNNING, and its lease has not lapsed."""
        return self.status is JobStatus.RUNNING and not self.has_lapsed(now)

    def is_spent(self, now: Micros) -> bool:
        """Tell whether the lease of the last attempt has lapsed."""
        return self.has_lapsed(now) and self.attempts >= self.max_attempts

    def claimed(self, now: Micros, lease_seconds: int) -> "Job":
        """Return the job as claimed; an earlier attempt's error is kept until this one reports."""
        return replace(
            self,
            status=JobStatus.RUNNING,
            attempts=self.attempts + 1,
            started_at=self._not_before(now),
            lease_expires_at=now + lease_seconds * SECOND,
        )

    def completed(self, now: Micros) -> "Job":
        """Return the job as completed."""
        return replace(self, status=JobStatus.COMPLETED, completed_at=self._not_before(now), lease_expires_at=None)

    def failed(self, now: Micros, error: str, *, retry: bool) -> "Job":
        """Return the job as failed: to be retried after exponential backoff, or finally."""
        if retry and self.attempts < self.max_attempts:
            pause = min(BACKOFF_UNIT * 2 ** min(self.attempts, 30), LONGEST_BACKOFF)
            return replace(self, status=JobStatus.RETRYING, error=error, run_at=now + pause, lease_expires_at=None)
        ended_at = self._not_before(now)
        return replace(self, status=JobStatus.FAILED, error=error, completed_at=ended_at, lease_expires_at=None)

    def _not_before(self, now: Micros) -> Micros:
        """Return an instant to record: that of a clock that was set back would be before the job's last one."""
        return max(now, self.started_at or self.created_at)


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Conditions on jobs that hold together; None is no condition."""

    queue: str | None = None
    status: tuple[JobStatus, ...] | None = None
    run_id: str | None = None
    created_at: InstantRange | None = None
    completed_at: InstantRange | None = None

    def matches(self, job: Job) -> bool:
        """Tell whether all conditions hold for a job."""
        return (
            (self.queue is None or job.queue == self.queue)
            and (self.status is None or job.status in self.status)
            and (self.run_id is None or job.run_id == self.run_id)
            and (self.created_at is None or job.created_at in self.created_at)
            and (self.completed_at is None or job.completed_at in self.completed_at)
        )
