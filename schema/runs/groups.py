"""Groups of runs with their figures."""

import strawberry

from schema.runs.aggregates import StatusCount
from schema.typesystem.directives import OneOf
from schema.typesystem.enums import RunGroupField
from schema.typesystem.scalars import Json


@strawberry.input(directives=[OneOf()], description="What the runs of a group have in common: one of the two.")
class RunGrouping:
    """A field, or a path in the metadata; the other is None."""

    field: RunGroupField | None = strawberry.field(description="A field of the run.")
    path: str | None = strawberry.field(
        description=(
            "A value in the metadata, its path spelled as in `MetadataFilter`: booleans, numbers, and texts by their "
            "first 256 characters. Runs with another value there, or none, are in no group."
        )
    )


@strawberry.type(description="Runs that have something in common, in figures.")
class RunGroupFigures:
    """A group's figures."""

    key: str = strawberry.field(description="The tag, dataset id, target id or name, or the value in the metadata.")
    value: Json = strawberry.field(description="The key as a filter takes it: a text, a number or a boolean.")
    count: int = strawberry.field(description="How many runs are in the group.")
    by_status: list[StatusCount] = strawberry.field(
        description="How many of them have each status, for each status that occurs, in enum order."
    )
    duration_mean: float | None = strawberry.field(
        description="The mean of their durations, in seconds; null when none has one."
    )
    duration_p50: float | None = strawberry.field(
        description="The median of their durations, in seconds; null when none has one."
    )
    duration_p95: float | None = strawberry.field(
        description="What 95 of 100 of their durations do not exceed, in seconds; null when none has one."
    )


@strawberry.type(description="Groups of the newest runs that match.")
class RunGroups:
    """Groups, and how many runs they were made of."""

    groups: list[RunGroupFigures] = strawberry.field(description="The groups, largest first, then by key.")
    counted: int = strawberry.field(description="How many runs were looked at.")
    stopped: bool = strawberry.field(description="More runs match, which are older; they were not looked at.")
