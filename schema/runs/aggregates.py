"""Aggregates of runs: counts by status, tag or group, the timeline, and search hits."""

import strawberry

from schema.references import RunRef
from schema.typesystem.enums import RunStatus
from schema.typesystem.scalars import DateTime


@strawberry.type(description="How many runs have a status.")
class StatusCount:
    """A status and its count."""

    status: RunStatus = strawberry.field(description="The status.")
    count: int = strawberry.field(description="How many runs have it.")


@strawberry.type(description="How many runs have a tag.")
class TagCount:
    """A tag and its count."""

    tag: str = strawberry.field(description="The tag.")
    count: int = strawberry.field(description="How many runs have it.")


@strawberry.type(description="Runs that have something in common, counted.")
class RunGroup:
    """A group and its count."""

    key: str = strawberry.field(description="The status, tag, dataset id, target id or parent id.")
    count: int = strawberry.field(description="How many runs are in the group.")


@strawberry.type(description="Runs created and runs finished per interval.")
class TimelineBucket:
    """One interval of a timeline."""

    start: DateTime = strawberry.field(description="When the interval starts.")
    created: int = strawberry.field(description="How many runs were created in it.")
    completed: int = strawberry.field(description="How many runs became COMPLETED in it.")
    failed: int = strawberry.field(description="How many runs became FAILED in it.")
    cancelled: int = strawberry.field(description="How many runs became CANCELLED in it.")


@strawberry.type(description="A run that a search found.")
class RunSearchHit:
    """A run with its score and its rank."""

    run: RunRef = strawberry.field(description="The run.")
    score: float = strawberry.field(description="0.01 to 1.0.")
    rank: int = strawberry.field(description="Its place among the hits, from 1.")
