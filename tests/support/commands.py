"""Shorthands that make commands, validated as the index does before it applies them."""

from collections.abc import Sequence
from typing import Any, TypeAlias
from uuid import UUID

from runindex.commands import (
    AddTags,
    AddTagsToRuns,
    BulkMode,
    CreateRun,
    DeleteRun,
    DeleteRuns,
    MetadataVerb,
    RemoveTags,
    RemoveTagsFromRuns,
    RenameRun,
    RunSelector,
    SetRetention,
    StartRun,
    TouchRun,
    TransitionRun,
    TransitionRuns,
    UpdateMetadata,
)
from runindex.domain.instants import Micros
from runindex.domain.json_text import JsonValue
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.filters import RunFilter
from runindex.domain.runs.retention import Retention
from runindex.domain.runs.run import DatasetLink, TargetType

Field: TypeAlias = Any  # a field of the command

VERBS = {
    RunStatus.ACTIVE: "resumeRun",
    RunStatus.PAUSED: "pauseRun",
    RunStatus.COMPLETED: "closeRun",
    RunStatus.FAILED: "failRun",
    RunStatus.CANCELLED: "cancelRun",
    RunStatus.ARCHIVED: "archiveRun",
}
ERROR = "out of paper"


def run_id(number: int) -> str:
    """Return an id; ids order as their numbers do."""
    return str(UUID(int=number))


A, B, C, D, E, F = (run_id(number) for number in range(0xA0, 0xA6))


def create(new_id: str | None = None, **fields: Field) -> CreateRun:
    return CreateRun(mutation="createRun", id=new_id, **fields).checked()


def dataset(
    dataset_id: str = "questions",
    *,
    version: Micros = 0,
    target_type: TargetType = TargetType.AGENT,
    target_id: str = "agent-1",
    items: int = 3,
) -> DatasetLink:
    return DatasetLink(dataset_id, version, target_type, target_id, items)


def start(target: str, **fields: Field) -> StartRun:
    return StartRun(mutation="startRun", id=target, **fields).checked()


def touch(target: str, **fields: Field) -> TouchRun:
    return TouchRun(mutation="touchRun", id=target, **fields).checked()


def move(target: str, to: RunStatus, verb: str | None = None, **fields: Field) -> TransitionRun:
    """Move a run by the verb that leads there; a run that fails has an error unless another is given."""
    if to is RunStatus.FAILED:
        fields.setdefault("error", ERROR)
    return TransitionRun(mutation=verb or VERBS[to], id=target, to=to, **fields).checked()


def rename(target: str, name: str | None, **fields: Field) -> RenameRun:
    return RenameRun(mutation="renameRun", id=target, name=name, **fields).checked()


def replace_metadata(target: str, value: JsonValue, **fields: Field) -> UpdateMetadata:
    return _update_metadata(target, MetadataVerb.REPLACE, value, fields)


def patch_metadata(target: str, value: JsonValue, **fields: Field) -> UpdateMetadata:
    return _update_metadata(target, MetadataVerb.PATCH, value, fields)


def clear_metadata(target: str, **fields: Field) -> UpdateMetadata:
    return _update_metadata(target, MetadataVerb.CLEAR, True, fields)  # noqa: FBT003 - the value itself is what is sent


def _update_metadata(target: str, verb: MetadataVerb, value: JsonValue, fields: dict[str, Field]) -> UpdateMetadata:
    return UpdateMetadata(mutation="updateRunMetadata", id=target, verb=verb, value=value, **fields).checked()


def add_tags(target: str, *tags: str, **fields: Field) -> AddTags:
    return AddTags(mutation="addRunTags", id=target, tags=tags, **fields).checked()


def remove_tags(target: str, *tags: str, **fields: Field) -> RemoveTags:
    return RemoveTags(mutation="removeRunTags", id=target, tags=tags, **fields).checked()


def retain(target: str, policy: Retention, **fields: Field) -> SetRetention:
    return SetRetention(mutation="setRetentionPolicy", id=target, policy=policy, **fields).checked()


def delete(target: str, **fields: Field) -> DeleteRun:
    return DeleteRun(mutation="deleteRun", id=target, **fields).checked()


def move_all(
    runs: Sequence[str] | RunFilter, to: RunStatus, mode: BulkMode = BulkMode.BEST_EFFORT, **fields: Field
) -> TransitionRuns:
    if to is RunStatus.FAILED:
        fields.setdefault("error", ERROR)
    return TransitionRuns(mutation="transitionRuns", runs=_selector(runs), to=to, mode=mode, **fields).checked()


def tag_all(runs: Sequence[str] | RunFilter, *tags: str, **fields: Field) -> AddTagsToRuns:
    return AddTagsToRuns(mutation="addTagsToRuns", runs=_selector(runs), tags=tags, **fields).checked()


def untag_all(runs: Sequence[str] | RunFilter, *tags: str, **fields: Field) -> RemoveTagsFromRuns:
    return RemoveTagsFromRuns(mutation="removeTagsFromRuns", runs=_selector(runs), tags=tags, **fields).checked()


def delete_all(runs: Sequence[str] | RunFilter, **fields: Field) -> DeleteRuns:
    return DeleteRuns(mutation="deleteRuns", runs=_selector(runs), **fields).checked()


def _selector(runs: Sequence[str] | RunFilter) -> RunSelector:
    return RunSelector(filter=runs) if isinstance(runs, RunFilter) else RunSelector(ids=tuple(runs))
