"""The filters of records as conditions, and the list from which a command deletes."""

from runindex.commands import AnyCommand, DeleteJobs, DeleteRuntimes
from runindex.domain.records.jobs import Job, JobFilter
from runindex.domain.records.runtimes import Runtime, RuntimeFilter
from runindex.domain.runs.filters import InstantRange
from runindex.ports.record_lists import Condition, Equals, OneOf, RecordList, StartsWith, Within


def job_conditions(job_filter: JobFilter) -> tuple[Condition, ...]:
    """Return the conditions that hold for the jobs that a filter matches."""
    conditions: list[Condition] = []
    if job_filter.queue is not None:
        conditions.append(Equals("queue", job_filter.queue))
    if job_filter.status is not None:
        conditions.append(OneOf("status", tuple(status.value for status in job_filter.status)))
    if job_filter.run_id is not None:
        conditions.append(Equals("run_id", job_filter.run_id))
    conditions += range_conditions("created_at", job_filter.created_at)
    conditions += range_conditions("completed_at", job_filter.completed_at)
    return tuple(conditions)


def runtime_conditions(runtime_filter: RuntimeFilter) -> tuple[Condition, ...]:
    """Return the conditions that hold for the runtimes that a filter matches."""
    conditions: list[Condition] = []
    if runtime_filter.state is not None:
        conditions.append(OneOf("state", tuple(state.value for state in runtime_filter.state)))
    if runtime_filter.prefix is not None:
        conditions.append(StartsWith("runtime_id", runtime_filter.prefix))
    return tuple(conditions)


def range_conditions(field: str, bounds: InstantRange | None) -> list[Condition]:
    """Return the condition that an instant is in a range, none for None."""
    return [] if bounds is None else [Within(field, bounds.start, bounds.end)]


def selection_of(command: AnyCommand) -> RecordList | None:
    """Return the list from which a command selects by filter, None for a command that selects no records."""
    match command:
        case DeleteJobs(ids=None, filter=JobFilter() as job_filter):
            return RecordList(Job, ("created_at", "id"), descending=True, conditions=job_conditions(job_filter))
        case DeleteRuntimes(ids=None, filter=RuntimeFilter() as runtime_filter):
            return RecordList(Runtime, ("runtime_id",), conditions=runtime_conditions(runtime_filter))
    return None
