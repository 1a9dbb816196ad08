"""Decisions on many runs, jobs or runtimes at once: each is decided on its own."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from runindex.commands import (
    MAX_BULK,
    AddTags,
    AddTagsToRuns,
    BulkCommand,
    BulkMode,
    DeleteJob,
    DeleteJobs,
    DeleteRecords,
    DeleteRun,
    DeleteRuns,
    DeleteRuntime,
    DeleteRuntimes,
    RemoveTags,
    RemoveTagsFromRuns,
    TagRuns,
    TransitionRun,
    TransitionRuns,
)
from runindex.commands.outcomes import (
    BulkApplied,
    JobDeleted,
    RecordsDeleted,
    RunApplied,
    RunDeleted,
    RuntimeDeleted,
)
from runindex.decisions.runs import add_tags, delete_run, remove_tags, transition_run
from runindex.decisions.runtimes import delete_runtime
from runindex.decisions.work.jobs import delete_job
from runindex.decisions.workspace import Workspace
from runindex.domain.ids import find_run_id
from runindex.domain.problems import (
    PROBLEMS,
    ConstraintReason,
    InvalidInput,
    Problem,
    ProblemError,
    violation,
)
from runindex.domain.records.jobs import Job
from runindex.domain.records.runtimes import Runtime

D = TypeVar("D", JobDeleted, RuntimeDeleted)


def transition_runs(workspace: Workspace, command: TransitionRuns, position: int) -> BulkApplied:
    """Move many runs; in ATOMIC mode all or none, with the first problem as the outcome of each."""

    def move(run_id: str) -> RunApplied:
        single = TransitionRun(
            mutation=command.mutation,
            id=run_id,
            to=command.to,
            error=command.error,
            reason=command.reason,
            actor=command.actor,
        )
        return transition_run(workspace, single)

    return _change_each(workspace, command, position, move)


def add_tags_to_runs(workspace: Workspace, command: AddTagsToRuns, position: int) -> BulkApplied:
    """Add tags to many runs, as `transition_runs` moves them."""

    def add(run_id: str) -> RunApplied:
        return add_tags(workspace, AddTags(id=run_id, **_tagging(command)))

    return _change_each(workspace, command, position, add)


def remove_tags_from_runs(workspace: Workspace, command: RemoveTagsFromRuns, position: int) -> BulkApplied:
    """Remove tags from many runs, as `transition_runs` moves them."""

    def remove(run_id: str) -> RunApplied:
        return remove_tags(workspace, RemoveTags(id=run_id, **_tagging(command)))

    return _change_each(workspace, command, position, remove)


def _tagging(command: TagRuns) -> dict[str, Any]:
    return {
        "mutation": command.mutation,
        "tags": command.tags,
        "reason": command.reason,
        "actor": command.actor,
    }


def _change_each(
    workspace: Workspace, command: TransitionRuns | TagRuns, position: int, change: Callable[[str], RunApplied]
) -> BulkApplied:
    """Change each run on its own; in ATOMIC mode all or none, with the first problem as the outcome of each."""
    outcomes = [_attempt(change, run_id) for run_id in _selected(workspace, command, position)]
    if command.mode is BulkMode.ATOMIC:
        first_problem = next((outcome for outcome in outcomes if isinstance(outcome, PROBLEMS)), None)
        if first_problem is not None:
            workspace.undo()
            return BulkApplied((first_problem,) * len(outcomes))
    return BulkApplied(tuple(outcomes))


def delete_runs(workspace: Workspace, command: DeleteRuns, position: int) -> BulkApplied:
    """Delete many runs, each on its own."""

    def delete(run_id: str) -> RunDeleted:
        single = DeleteRun(
            mutation=command.mutation,
            id=run_id,
            reason=command.reason,
            actor=command.actor,
        )
        return delete_run(workspace, single)

    return BulkApplied(tuple(_attempt(delete, run_id) for run_id in _selected(workspace, command, position)))


def delete_jobs(workspace: Workspace, command: DeleteJobs, position: int) -> RecordsDeleted:
    """Delete many jobs, each on its own; one that no longer passes the filter stays."""

    def passes(job_id: str) -> bool:
        job = workspace.records(Job).get((job_id,))
        return job is not None and (command.filter is None or command.filter.matches(job))

    def delete(job_id: str) -> JobDeleted:
        return delete_job(workspace, DeleteJob(mutation=command.mutation, id=job_id))

    return RecordsDeleted(tuple(_deletions(command, _chosen(workspace, command, position, passes), delete, "jobs.ids")))


def delete_runtimes(workspace: Workspace, command: DeleteRuntimes, position: int) -> RecordsDeleted:
    """Delete many runtimes, each on its own; one that no longer passes the filter stays."""

    def passes(runtime_id: str) -> bool:
        runtime = workspace.records(Runtime).get((runtime_id,))
        return runtime is not None and (command.filter is None or command.filter.matches(runtime))

    def delete(runtime_id: str) -> RuntimeDeleted:
        return delete_runtime(workspace, DeleteRuntime(mutation=command.mutation, runtime_id=runtime_id))

    chosen = _chosen(workspace, command, position, passes)
    return RecordsDeleted(tuple(_deletions(command, chosen, delete, "runtimes.ids")))


def _chosen(
    workspace: Workspace, command: DeleteRecords, position: int, passes: Callable[[str], bool]
) -> Sequence[str]:
    """Return the ids given, or those of the records that were selected and still pass the filter under the lock."""
    ids = workspace.selections[position] if command.ids is None else command.ids
    if len(ids) > MAX_BULK:
        message = f"more than {MAX_BULK} in one call: narrow the filter, or name some of them"
        raise violation(ConstraintReason.LIMIT_EXCEEDED, message)
    return ids if command.ids is not None else list(filter(passes, ids))


def _deletions(
    command: DeleteRecords, ids: Sequence[str], delete: Callable[[str], D], path: str
) -> "Iterator[D | Problem]":
    for record_id in ids:
        if not command.is_formed(record_id):
            yield InvalidInput("no id that it can have", path)
            continue
        try:
            yield delete(record_id)
        except ProblemError as refusal:
            yield refusal.problem


def _selected(workspace: Workspace, command: BulkCommand, position: int) -> Sequence[str]:
    selected = command.runs.ids if command.runs.ids is not None else workspace.selections[position]
    if len(selected) > MAX_BULK:
        raise violation(ConstraintReason.LIMIT_EXCEEDED, f"more than {MAX_BULK} runs in one call")
    return selected


def _attempt(apply: Callable[[str], RunApplied | RunDeleted], text: str) -> "RunApplied | RunDeleted | Problem":
    run_id = find_run_id(text)
    if run_id is None:
        return InvalidInput("an id is `default` or a UUID other than the nil one", "runs.ids")
    try:
        return apply(run_id)
    except ProblemError as refusal:
        return refusal.problem
