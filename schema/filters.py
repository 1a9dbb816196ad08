"""The filters of lists, and the order of runs; None is no condition."""

import strawberry

from schema.typesystem.enums import (
    DatasetRunStatus,
    JobOrderField,
    JobStatus,
    MetadataOperator,
    OrderDirection,
    PlanOrderField,
    RunOrderField,
    RunStatus,
    TargetType,
)
from schema.typesystem.scalars import DateTime, Json


@strawberry.input(description="A stretch of time; a side that is not given is open.")
class DateTimeRange:
    """A half-open range of instants."""

    from_: DateTime | None = strawberry.field(name="from", description="Inclusive.")
    to: DateTime | None = strawberry.field(description="Exclusive.")


@strawberry.input(description="Lengths of time; a side that is not given is open.")
class SecondsRange:
    """A range of lengths of time."""

    from_: float | None = strawberry.field(name="from", description="Inclusive.")
    to: float | None = strawberry.field(description="Exclusive.")


@strawberry.input(description="Conditions on a run's tags; all that are given hold together.")
class TagFilter:
    """Conditions on tags."""

    all_: list[str] | None = strawberry.field(name="all", description="Has every one of these.")
    any_: list[str] | None = strawberry.field(name="any", description="Has at least one of these.")
    none: list[str] | None = strawberry.field(description="Has not one of these.")
    prefix: str | None = strawberry.field(description="Has some tag that starts with this.")


@strawberry.input(
    description=(
        "`path` is dotted (`model.name`). Comparisons are type-sensitive; "
        "LT and its like hold for two numbers or two strings."
    )
)
class MetadataFilter:
    """A condition on one value in the metadata; `value` is UNSET when it was not given, None for null."""

    path: str = strawberry.field(
        description=(
            r"Keys from the outside in, separated by `.`; a dot in a key is `\.`, a backslash in a key is `\\`. "
            r"Nothing between two dots, before the first or behind the last is the empty key. Lists are not entered."
        )
    )
    op: MetadataOperator = strawberry.field(default=MetadataOperator.EQ, description="How the values are compared.")
    value: Json | None = strawberry.field(
        default=strawberry.UNSET, description="What is compared with; a list for IN, nothing for EXISTS and MISSING."
    )


@strawberry.input(
    description=(
        "All given conditions hold together. The outermost filter, also an absent one, hides ARCHIVED runs unless a "
        "`status` anywhere in it names ARCHIVED or `includeArchived` is true."
    )
)
class RunFilter:
    """Conditions on runs."""

    ids: list[strawberry.ID] | None = strawberry.field(description="Is one of these.")
    status: list[RunStatus] | None = strawberry.field(description="Has one of these statuses.")
    include_archived: bool | None = strawberry.field(
        description="Shows archived runs, which `runCount` leaves out as lists do; counts on the outermost filter."
    )
    tags: TagFilter | None = strawberry.field(description="Meets these conditions on its tags.")
    name_contains: str | None = strawberry.field(description="Has this somewhere in its name, whatever the case.")
    parent_id: strawberry.ID | None = strawberry.field(description="Was recorded as a child of this run.")
    is_root: bool | None = strawberry.field(description="Has no parent recorded.")
    ancestor_id: strawberry.ID | None = strawberry.field(description="Below this run, at any depth.")
    dataset_id: str | None = strawberry.field(description="Executes this dataset.")
    target_type: TargetType | None = strawberry.field(description="Executes a dataset against a target of this type.")
    target_id: str | None = strawberry.field(description="Executes a dataset against this target.")
    plan_id: strawberry.ID | None = strawberry.field(description="Is a run of this plan.")
    created_at: DateTimeRange | None = strawberry.field(description="Was created then.")
    updated_at: DateTimeRange | None = strawberry.field(description="Last changed then.")
    finished_at: DateTimeRange | None = strawberry.field(description="Finished then.")
    metadata: list[MetadataFilter] | None = strawberry.field(description="Meets all these conditions on its metadata.")
    and_: list["RunFilter"] | None = strawberry.field(name="and", description="Passes all of these.")
    or_: list["RunFilter"] | None = strawberry.field(name="or", description="Passes at least one of these.")
    not_: "RunFilter | None" = strawberry.field(name="not", description="Does not pass this.")
    trace_id: str | None = strawberry.field(description="Has this trace id.")
    has_dataset: bool | None = strawberry.field(description="Executes a dataset, whichever, or executes none.")
    dataset_status: list[DatasetRunStatus] | None = strawberry.field(
        description="Executes a dataset, and `dataset.status` is one of these."
    )
    started_at: DateTimeRange | None = strawberry.field(description="Started then.")
    duration: SecondsRange | None = strawberry.field(description="Finished, and took so long.")
    has_error: bool | None = strawberry.field(description="Has an error, or has none.")
    last_activity_at: DateTimeRange | None = strawberry.field(
        description="Its `lastActivityAt` is then; in the change log and its stream, when the run itself last changed."
    )


@strawberry.input(
    description="Ties are broken by id in the same direction. Runs whose FINISHED_AT is null come last.",
)
class RunOrder:
    """An order of runs."""

    field: RunOrderField = strawberry.field(default=RunOrderField.CREATED_AT, description="What it is ordered by.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.DESC, description="Up or down.")
    path: str | None = strawberry.field(
        description="The value in the metadata, spelled as in `MetadataFilter`: for METADATA, and only for it."
    )


@strawberry.input(description="A scorer and a bound.")
class ScoreBelow:
    """A bound of a scorer's scores."""

    scorer_id: str = strawberry.field(description="The scorer.")
    value: float = strawberry.field(description="The bound, which is not below itself.")


@strawberry.input(description="Conditions on results; all that are given hold together.")
class RunResultFilter:
    """Conditions on results."""

    item_id: str | None = strawberry.field(description="Is an attempt at this item.")
    succeeded: bool | None = strawberry.field(description="Has no error, or has one, be it an empty text.")
    scorer_id: str | None = strawberry.field(description="Has a score of this scorer.")
    score_below: ScoreBelow | None = strawberry.field(description="Has a score of this scorer with a smaller value.")
    label: str | None = strawberry.field(description="Has this label.")
    late: bool | None = strawberry.field(description="Was recorded after its run was closed, or before.")
    trace_id: str | None = strawberry.field(description="Has this trace id.")


@strawberry.input(description="Conditions on jobs; all that are given hold together.")
class JobFilter:
    """Conditions on jobs."""

    queue: str | None = strawberry.field(description="Waits in this queue.")
    status: list[JobStatus] | None = strawberry.field(description="Has one of these statuses.")
    run_id: strawberry.ID | None = strawberry.field(description="Is for this run.")
    created_at: DateTimeRange | None = strawberry.field(description="Was enqueued then.")
    completed_at: DateTimeRange | None = strawberry.field(description="Was acknowledged, or failed for good, then.")


@strawberry.input(description="Ties are broken by id in the same direction.")
class JobOrder:
    """An order of jobs."""

    field: JobOrderField = strawberry.field(default=JobOrderField.CREATED_AT, description="What it is ordered by.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.DESC, description="Up or down.")


@strawberry.input(description="Conditions on plans; all that are given hold together.")
class PlanFilter:
    """Conditions on plans."""

    name_contains: str | None = strawberry.field(description="Has this somewhere in its name, whatever the case.")
    created_at: DateTimeRange | None = strawberry.field(description="Was created then.")
    updated_at: DateTimeRange | None = strawberry.field(description="Last changed then.")


@strawberry.input(description="Ties are broken by id in the same direction.")
class PlanOrder:
    """An order of plans."""

    field: PlanOrderField = strawberry.field(default=PlanOrderField.CREATED_AT, description="What it is ordered by.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.DESC, description="Up or down.")
