"""Mutations of jobs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from runindex.commands.base import Command, Need, TotalsOf, check_form, node_id_of, run_id_of
from runindex.commands.bulk import DeleteRecords
from runindex.commands.outcomes import JobDeleted, JobSaved, JobsClaimed
from runindex.domain.ids import DEFAULT_RUN, find_run_id
from runindex.domain.instants import Micros
from runindex.domain.json_text import JsonValue
from runindex.domain.problems import invalid
from runindex.domain.records.jobs import MAX_ATTEMPTS, MAX_LEASE_SECONDS, MAX_LIMIT, MAX_QUEUE, Job, JobFilter
from runindex.domain.records.record import Record
from runindex.domain.texts import check_plain, check_text


@dataclass(frozen=True, slots=True, kw_only=True)
class EnqueueJob(Command[JobSaved]):
    """Offer a job, due at `run_at` or at once."""

    touches_log: ClassVar[bool] = False
    queue: str = "default"
    data: JsonValue = None
    run_at: Micros | None = None
    priority: int = 0
    max_attempts: int = 3
    run_id: str | None = None

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = Command.checked(self)
        check_queue(self.queue)
        check_form(self.data, "data")
        if not 1 <= self.max_attempts <= MAX_ATTEMPTS:
            raise invalid(f"1 to {MAX_ATTEMPTS}", "max_attempts")
        return replace(command, run_id=None if self.run_id is None else run_id_of(self.run_id, "run_id"))

    @property
    def run_ids(self) -> Iterator[str]:
        """Yield the run's id, if one is given."""
        if self.run_id is not None:
            yield self.run_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimJobs(Command[JobsClaimed]):
    """Claim due jobs of a queue, each for `lease_seconds`."""

    touches_log: ClassVar[bool] = False
    queue: str = "default"
    limit: int = 1
    lease_seconds: int = 300

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        check_queue(self.queue)
        if not 1 <= self.limit <= MAX_LIMIT:
            raise invalid(f"1 to {MAX_LIMIT}", "limit")
        if not 1 <= self.lease_seconds <= MAX_LEASE_SECONDS:
            raise invalid(f"1 to {MAX_LEASE_SECONDS}", "lease_seconds")
        return Command.checked(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCommand(Command[JobSaved]):
    """A worker's report on a job; `attempt` is the number of the worker's claim."""

    touches_log: ClassVar[bool] = False
    id: str
    attempt: int | None = None

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        return replace(Command.checked(self), id=node_id_of(self.id, "id"))

    def needs(self, totals_of: TotalsOf) -> Iterator[Need]:
        """Yield the job."""
        del totals_of
        yield Job, (self.id,)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeJob(JobCommand):
    """Report that a job is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailJob(JobCommand):
    """Report that a job failed; without `retry`, for good."""

    error: str
    retry: bool = True

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        check_plain(self.error, "error")
        return JobCommand.checked(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteJob(Command[JobDeleted]):
    """Delete a job that no claim holds."""

    touches_log: ClassVar[bool] = False
    id: str

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        return replace(Command.checked(self), id=node_id_of(self.id, "id"))

    def needs(self, totals_of: TotalsOf) -> Iterator[Need]:
        """Yield the job."""
        del totals_of
        yield Job, (self.id,)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteJobs(DeleteRecords):
    """Delete jobs that no claim holds, each on its own."""

    kind: ClassVar[type[Record]] = Job
    filter: JobFilter | None = None

    def checked(self) -> Self:
        """Return the command in stored form; raise ProblemError for a wrong input."""
        command = DeleteRecords.checked(self)
        if self.ids is None:
            return command
        return replace(command, ids=tuple(find_run_id(text) or text for text in self.ids))

    @staticmethod
    def is_formed(record_id: str) -> bool:
        """Tell whether a job may have the id."""
        return find_run_id(record_id) not in (None, DEFAULT_RUN)


def check_queue(queue: str, field: str = "queue") -> str:
    """Return a queue's name; refuse one that does not fit."""
    return check_text(queue, field, MAX_QUEUE, "a queue")
