"""Commands made of the inputs of the mutations of runs."""

from typing import Any, Protocol

from resolvers.paging.filters import listed_filter
from runindex import commands
from runindex.commands import MetadataVerb
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import invalid
from runindex.domain.runs.retention import KEEP_ALL, Retention, keep_duration, keep_latest
from runindex.domain.runs.run import DatasetLink
from schema.runs import inputs
from schema.runs.retention import RetentionPolicyInput
from schema.typesystem.connections import given


class _OneRunInput(Protocol):
    id: Any
    expected_version: int | None
    reason: str | None


def create_run(input: inputs.CreateRunInput) -> commands.CreateRun:
    """Return the command to create a run."""
    return commands.CreateRun(
        id=input.id,
        name=input.name,
        metadata=given(input.metadata),
        tags=tuple(input.tags or ()),
        parent_id=input.parent_id,
        plan_id=input.plan_id,
        retention=KEEP_ALL if input.retention is None else _retention(input.retention, "retention"),
        dataset=None if input.dataset is None else _dataset(input.dataset),
        trace_id=input.trace_id,
        reason=input.reason,
    )


def create_child_run(input: inputs.CreateChildRunInput) -> commands.CreateRun:
    """Return the command to create a run below another."""
    return commands.CreateRun(
        name=input.name,
        metadata=given(input.metadata),
        tags=tuple(input.tags or ()),
        parent_id=input.parent_id,
        trace_id=input.trace_id,
        reason=input.reason,
    )


def start_run(input: inputs.RunInput) -> commands.StartRun:
    """Return the command to start a run."""
    return commands.StartRun(**_of_run(input))


def move_run(to: RunStatus, input: inputs.RunInput) -> commands.TransitionRun:
    """Return the command of a verb, which moves a run to the verb's status."""
    return commands.TransitionRun(**_of_run(input), to=to)


def fail_run(input: inputs.FailRunInput) -> commands.TransitionRun:
    """Return the command to fail a run."""
    return commands.TransitionRun(**_of_run(input), to=RunStatus.FAILED, error=input.error)


def transition_run(input: inputs.TransitionRunInput) -> commands.TransitionRun:
    """Return the command to move a run to the input's status."""
    return commands.TransitionRun(**_of_run(input), to=input.to, error=input.error)


def touch_run(input: inputs.TouchRunInput) -> commands.TouchRun:
    """Return the command to say that work on a run goes on."""
    return commands.TouchRun(id=input.id)


def transition_runs(input: inputs.TransitionRunsInput) -> commands.TransitionRuns:
    """Return the command to move many runs to one status."""
    return commands.TransitionRuns(
        runs=_selector(input.runs),
        to=input.to,
        error=input.error,
        mode=input.mode,
        reason=input.reason,
    )


def rename_run(input: inputs.RenameRunInput) -> commands.RenameRun:
    """Return the command to rename a run."""
    return commands.RenameRun(**_of_run(input), name=input.name)


def update_run_metadata(input: inputs.UpdateRunMetadataInput) -> commands.UpdateMetadata:
    """Return the command of the one change of metadata that the input holds."""
    change = input.change
    values = {
        MetadataVerb.REPLACE: change.metadata,
        MetadataVerb.PATCH: change.patch,
        MetadataVerb.CLEAR: change.clear,
    }
    verb, value = next((verb, value) for verb, value in values.items() if value is not None)
    return commands.UpdateMetadata(**_of_run(input), verb=verb, value=value)


def add_run_tags(input: inputs.RunTagsInput) -> commands.AddTags:
    """Return the command to add tags."""
    return commands.AddTags(**_of_run(input), tags=tuple(input.tags))


def remove_run_tags(input: inputs.RunTagsInput) -> commands.RemoveTags:
    """Return the command to remove tags."""
    return commands.RemoveTags(**_of_run(input), tags=tuple(input.tags))


def add_tags_to_runs(input: inputs.RunsTagsInput) -> commands.AddTagsToRuns:
    """Return the command to add tags to many runs."""
    return commands.AddTagsToRuns(**_tagging(input))


def remove_tags_from_runs(input: inputs.RunsTagsInput) -> commands.RemoveTagsFromRuns:
    """Return the command to remove tags from many runs."""
    return commands.RemoveTagsFromRuns(**_tagging(input))


def _tagging(input: inputs.RunsTagsInput) -> dict[str, Any]:
    return {"runs": _selector(input.runs), "tags": tuple(input.tags), "mode": input.mode, "reason": input.reason}


def set_run_retention(input: inputs.SetRunRetentionInput) -> commands.SetRetention:
    """Return the command to set a retention policy."""
    return commands.SetRetention(**_of_run(input), policy=_retention(input.policy, "policy"))


def delete_run(input: inputs.DeleteRunInput) -> commands.DeleteRun:
    """Return the command to delete a run."""
    return commands.DeleteRun(**_of_run(input))


def delete_runs(input: inputs.DeleteRunsInput) -> commands.DeleteRuns:
    """Return the command to delete many runs."""
    return commands.DeleteRuns(
        runs=_selector(input.runs),
        reason=input.reason,
    )


def _of_run(input: _OneRunInput) -> dict[str, Any]:
    return {"id": input.id, "expected_version": input.expected_version, "reason": input.reason}


def _selector(input: inputs.RunSelector) -> commands.RunSelector:
    if input.ids is not None:
        return commands.RunSelector(ids=tuple(input.ids))
    return commands.RunSelector(filter=listed_filter(input.filter, "runs.filter"))


def _retention(input: RetentionPolicyInput, path: str) -> Retention:
    if input.keep_latest is not None:
        return keep_latest(input.keep_latest, f"{path}.keep_latest")
    if input.keep_duration_seconds is not None:
        return keep_duration(input.keep_duration_seconds, f"{path}.keep_duration_seconds")
    if input.keep_all is not True:
        raise invalid("to keep all is to say true", f"{path}.keep_all")
    return KEEP_ALL


def _dataset(input: inputs.DatasetRunInput) -> DatasetLink:
    return DatasetLink(
        input.dataset_id,
        input.dataset_version,
        input.target_type,
        input.target_id,
        input.total_items,
    )
