"""Inputs of the mutations of runs.

A field that was not given is None, or ABSENT where null is a value of its own.
"""

from typing import Final

import strawberry

from schema.filters import RunFilter
from schema.runs.retention import RetentionPolicyInput
from schema.typesystem.connections import ABSENT
from schema.typesystem.descriptions import IDEMPOTENCY_KEY, NAME, PARENT, RUN, TRACE_ID
from schema.typesystem.directives import OneOf
from schema.typesystem.enums import BulkMode, RunStatus, TargetType
from schema.typesystem.scalars import DateTime, Json

_EXPECTED: Final = "Refuse with VersionConflict unless the run has this version."
_REASON: Final = "Why, for the change log; at most 1000 characters."
_METADATA: Final = "A JSON object, or null."
_TAGS: Final = "1 to 256 characters each; repeats are dropped."


@strawberry.input(description="The dataset that a run executes, and the target it executes it against.")
class DatasetRunInput:
    """A run's dataset."""

    dataset_id: str = strawberry.field(description="The dataset.")
    dataset_version: DateTime = strawberry.field(description="The instant that names the dataset's version.")
    target_type: TargetType = strawberry.field(description="What kind of target it is.")
    target_id: str = strawberry.field(description="The target.")
    total_items: int = strawberry.field(description="How many items the dataset has, 0 or more.")


@strawberry.input(description="A new run.")
class CreateRunInput:
    """A new run."""

    id: strawberry.ID | None = strawberry.field(description="A UUID; made by the server when not given.")
    name: str | None = strawberry.field(description=NAME)
    metadata: Json | None = strawberry.field(default=ABSENT, description=_METADATA)
    tags: list[str] | None = strawberry.field(description=_TAGS)
    parent_id: strawberry.ID | None = strawberry.field(
        description=f"{PARENT} Not one below a former run of this id: the new run would be its own ancestor."
    )
    plan_id: strawberry.ID | None = strawberry.field(description="The plan that it is a run of.")
    retention: RetentionPolicyInput | None = strawberry.field(description="Its retention policy; KeepAll if not given.")
    dataset: DatasetRunInput | None = strawberry.field(description="The dataset that it executes.")
    trace_id: str | None = strawberry.field(description=TRACE_ID)
    reason: str | None = strawberry.field(description=_REASON)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="A new run below another. Nothing is inherited.")
class CreateChildRunInput:
    """A new run below another."""

    parent_id: strawberry.ID = strawberry.field(description=PARENT)
    name: str | None = strawberry.field(description=NAME)
    metadata: Json | None = strawberry.field(default=ABSENT, description=_METADATA)
    tags: list[str] | None = strawberry.field(description=_TAGS)
    trace_id: str | None = strawberry.field(description=TRACE_ID)
    reason: str | None = strawberry.field(description=_REASON)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="For every verb that needs no more than the run.")
class RunInput:
    """A run."""

    id: strawberry.ID = strawberry.field(description=RUN)
    expected_version: int | None = strawberry.field(description=_EXPECTED)
    reason: str | None = strawberry.field(description=_REASON)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="A run on which work goes on.")
class TouchRunInput:
    """A run."""

    id: strawberry.ID = strawberry.field(description=RUN)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="A run that failed.")
class FailRunInput:
    """A run and its error."""

    id: strawberry.ID = strawberry.field(description=RUN)
    error: str = strawberry.field(description="Must not be blank.")
    expected_version: int | None = strawberry.field(description=_EXPECTED)
    reason: str | None = strawberry.field(description=_REASON)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="A move of a run.")
class TransitionRunInput:
    """A run and its new status."""

    id: strawberry.ID = strawberry.field(description=RUN)
    to: RunStatus = strawberry.field(description="The status to move to.")
    error: str | None = strawberry.field(description="Required, and only allowed, when `to` is FAILED.")
    expected_version: int | None = strawberry.field(description=_EXPECTED)
    reason: str | None = strawberry.field(description=_REASON)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(
    directives=[OneOf()],
    description=(
        "At most 1000 runs in one call; a filter that matches more is a LIMIT_EXCEEDED problem that changed nothing."
    ),
)
class RunSelector:
    """Runs by id or by filter; the other is None."""

    ids: list[strawberry.ID] | None = strawberry.field(description="These runs.")
    filter: RunFilter | None = strawberry.field(description="The runs that pass this.")


@strawberry.input(description="The same move of many runs.")
class TransitionRunsInput:
    """Runs and their new status."""

    runs: RunSelector = strawberry.field(description="Which runs.")
    to: RunStatus = strawberry.field(description="The status to move to.")
    error: str | None = strawberry.field(description="Required, and only allowed, when `to` is FAILED.")
    reason: str | None = strawberry.field(description=_REASON)
    mode: BulkMode = strawberry.field(default=BulkMode.BEST_EFFORT, description="Each on its own, or all or none.")
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="A new name of a run.")
class RenameRunInput:
    """A run and its name."""

    id: strawberry.ID = strawberry.field(description=RUN)
    name: str | None = strawberry.field(description="1 to 256 characters, not all blank; null clears it.")
    expected_version: int | None = strawberry.field(description=_EXPECTED)
    reason: str | None = strawberry.field(description=_REASON)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(directives=[OneOf()], description="A change of metadata: one of the three.")
class MetadataChange:
    """One change; the others are None."""

    metadata: Json | None = strawberry.field(description="Replace it by this object.")
    patch: Json | None = strawberry.field(description="Merge this object into it (RFC 7396).")
    clear: bool | None = strawberry.field(description="Make it null; true is the only choice.")


@strawberry.input(description="`metadata` replaces; `patch` merges (RFC 7396). One of the two.")
class UpdateRunMetadataInput:
    """A run and the change of its metadata."""

    id: strawberry.ID = strawberry.field(description=RUN)
    change: MetadataChange = strawberry.field(description="What is changed.")
    expected_version: int | None = strawberry.field(description=_EXPECTED)
    reason: str | None = strawberry.field(description=_REASON)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="Tags of a run, to be added or removed.")
class RunTagsInput:
    """A run and tags."""

    id: strawberry.ID = strawberry.field(description=RUN)
    tags: list[str] = strawberry.field(description="The tags, 1 to 256 characters each.")
    expected_version: int | None = strawberry.field(description=_EXPECTED)
    reason: str | None = strawberry.field(description=_REASON)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="Tags of many runs, to be added or removed.")
class RunsTagsInput:
    """Runs and tags."""

    runs: RunSelector = strawberry.field(description="Which runs.")
    tags: list[str] = strawberry.field(description="The tags, 1 to 256 characters each.")
    reason: str | None = strawberry.field(description=_REASON)
    mode: BulkMode = strawberry.field(default=BulkMode.BEST_EFFORT, description="Each on its own, or all or none.")
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="A retention policy for a run.")
class SetRunRetentionInput:
    """A run and its policy."""

    id: strawberry.ID = strawberry.field(description=RUN)
    policy: RetentionPolicyInput = strawberry.field(description="The policy.")
    expected_version: int | None = strawberry.field(description=_EXPECTED)
    reason: str | None = strawberry.field(description=_REASON)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)


@strawberry.input(description="A run to be deleted.")
class DeleteRunInput(RunInput):
    """A run."""


@strawberry.input(description="Runs to be deleted.")
class DeleteRunsInput:
    """Runs."""

    runs: RunSelector = strawberry.field(description="Which runs.")
    reason: str | None = strawberry.field(description=_REASON)
    idempotency_key: str | None = strawberry.field(description=IDEMPOTENCY_KEY)
