"""Inputs of mutations, made into commands.

Each function takes the API's name of the mutation, its input and the caller's name. It raises RefusedError, with the
path of the offending field, for what the command itself could not say; the rest the command checks.
"""

from typing import Any, Final, Protocol

from resolvers.paging.filters import filter_of
from runindex import commands
from runindex.commands import MetadataVerb
from runindex.domain.lifecycle import RunStatus
from runindex.domain.problems import invalid
from runindex.domain.runs.filters import visible
from runindex.domain.runs.retention import KEEP_ALL, Retention, keep_duration, keep_latest
from runindex.domain.runs.run import DatasetLink
from schema.runs import inputs
from schema.runs.retention import RetentionPolicyInput
from schema.typesystem.connections import given

STATUS_OF: Final = {
    "closeRun": RunStatus.COMPLETED,
    "pauseRun": RunStatus.PAUSED,
    "resumeRun": RunStatus.ACTIVE,
    "cancelRun": RunStatus.CANCELLED,
    "archiveRun": RunStatus.ARCHIVED,
}


class _OfRun(Protocol):
    id: Any
    expected_version: int | None
    reason: str | None
    idempotency_key: str | None


def create_run(mutation: str, asked: inputs.CreateRunInput, actor: str | None) -> commands.CreateRun:
    """Return the creation of a run."""
    return commands.CreateRun(
        mutation=mutation,
        id=asked.id,
        name=asked.name,
        metadata=given(asked.metadata),
        tags=tuple(asked.tags or ()),
        parent_id=asked.parent_id,
        plan_id=asked.plan_id,
        retention=KEEP_ALL if asked.retention is None else _retention(asked.retention, "retention"),
        dataset=None if asked.dataset is None else _dataset(asked.dataset),
        reason=asked.reason,
        idempotency_key=asked.idempotency_key,
        actor=actor,
    )


def create_child_run(mutation: str, asked: inputs.CreateChildRunInput, actor: str | None) -> commands.CreateRun:
    """Return the creation of a run below another."""
    return commands.CreateRun(
        mutation=mutation,
        name=asked.name,
        metadata=given(asked.metadata),
        tags=tuple(asked.tags or ()),
        parent_id=asked.parent_id,
        reason=asked.reason,
        idempotency_key=asked.idempotency_key,
        actor=actor,
    )


def start_run(mutation: str, asked: inputs.RunInput, actor: str | None) -> commands.StartRun:
    """Return the start of a run."""
    return commands.StartRun(**_of_run(mutation, asked, actor))


def move_run(mutation: str, asked: inputs.RunInput, actor: str | None) -> commands.TransitionRun:
    """Return the move that a verb stands for."""
    return commands.TransitionRun(**_of_run(mutation, asked, actor), to=STATUS_OF[mutation])


def fail_run(mutation: str, asked: inputs.FailRunInput, actor: str | None) -> commands.TransitionRun:
    """Return a run's failure."""
    return commands.TransitionRun(**_of_run(mutation, asked, actor), to=RunStatus.FAILED, error=asked.error)


def transition_run(mutation: str, asked: inputs.TransitionRunInput, actor: str | None) -> commands.TransitionRun:
    """Return the move that the input names."""
    return commands.TransitionRun(**_of_run(mutation, asked, actor), to=asked.to, error=asked.error)


def transition_runs(mutation: str, asked: inputs.TransitionRunsInput, actor: str | None) -> commands.TransitionRuns:
    """Return the same move of many runs."""
    return commands.TransitionRuns(
        mutation=mutation,
        runs=_selector(asked.runs),
        to=asked.to,
        error=asked.error,
        mode=asked.mode,
        reason=asked.reason,
        idempotency_key=asked.idempotency_key,
        actor=actor,
    )


def rename_run(mutation: str, asked: inputs.RenameRunInput, actor: str | None) -> commands.RenameRun:
    """Return a run's new name."""
    return commands.RenameRun(**_of_run(mutation, asked, actor), name=asked.name)


def update_run_metadata(
    mutation: str, asked: inputs.UpdateRunMetadataInput, actor: str | None
) -> commands.UpdateMetadata:
    """Return the one change of metadata that the input names."""
    change = asked.change
    values = {
        MetadataVerb.REPLACE: change.metadata,
        MetadataVerb.PATCH: change.patch,
        MetadataVerb.CLEAR: change.clear,
    }
    verb, value = next((verb, value) for verb, value in values.items() if value is not None)
    return commands.UpdateMetadata(**_of_run(mutation, asked, actor), verb=verb, value=value)


def add_run_tags(mutation: str, asked: inputs.RunTagsInput, actor: str | None) -> commands.AddTags:
    """Return an addition of tags."""
    return commands.AddTags(**_of_run(mutation, asked, actor), tags=tuple(asked.tags))


def remove_run_tags(mutation: str, asked: inputs.RunTagsInput, actor: str | None) -> commands.RemoveTags:
    """Return a removal of tags."""
    return commands.RemoveTags(**_of_run(mutation, asked, actor), tags=tuple(asked.tags))


def set_run_retention(mutation: str, asked: inputs.SetRunRetentionInput, actor: str | None) -> commands.SetRetention:
    """Return a declaration of retention."""
    return commands.SetRetention(**_of_run(mutation, asked, actor), policy=_retention(asked.policy, "policy"))


def delete_run(mutation: str, asked: inputs.DeleteRunInput, actor: str | None) -> commands.DeleteRun:
    """Return the deletion of a run."""
    return commands.DeleteRun(**_of_run(mutation, asked, actor))


def delete_runs(mutation: str, asked: inputs.DeleteRunsInput, actor: str | None) -> commands.DeleteRuns:
    """Return the deletion of many runs."""
    return commands.DeleteRuns(
        mutation=mutation,
        runs=_selector(asked.runs),
        reason=asked.reason,
        idempotency_key=asked.idempotency_key,
        actor=actor,
    )


def _of_run(mutation: str, asked: _OfRun, actor: str | None) -> dict[str, Any]:
    return {
        "mutation": mutation,
        "id": asked.id,
        "expected_version": asked.expected_version,
        "reason": asked.reason,
        "idempotency_key": asked.idempotency_key,
        "actor": actor,
    }


def _selector(asked: inputs.RunSelector) -> commands.RunSelector:
    if asked.ids is not None:
        return commands.RunSelector(ids=tuple(asked.ids))
    return commands.RunSelector(filter=visible(filter_of(asked.filter, "runs.filter")))


def _retention(asked: RetentionPolicyInput, path: str) -> Retention:
    if asked.keep_latest is not None:
        return keep_latest(asked.keep_latest, f"{path}.keep_latest")
    if asked.keep_duration_seconds is not None:
        return keep_duration(asked.keep_duration_seconds, f"{path}.keep_duration_seconds")
    if asked.keep_all is not True:
        raise invalid("to keep all is to say true", f"{path}.keep_all")
    return KEEP_ALL


def _dataset(asked: inputs.DatasetRunInput) -> DatasetLink:
    return DatasetLink(
        asked.dataset_id,
        asked.dataset_version,
        asked.target_type,
        asked.target_id,
        asked.total_items,
    )
