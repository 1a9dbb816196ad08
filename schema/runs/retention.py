"""Retention policies for a run's history, and the preview of compaction."""

from typing import Annotated, TypeAlias

import strawberry

from runindex.domain.runs.retention import RetentionKind
from schema.typesystem.directives import OneOf


@strawberry.type(description="Keep the whole history: the policy of a run for which none was set.")
class KeepAll:
    """No limit."""

    keep_all: bool = strawberry.field(default=True, description="Always true.")


@strawberry.type(description="Keep the newest entries of the history.")
class KeepLatest:
    """A limit by number."""

    count: int = strawberry.field(description="How many entries are kept, at least 1.")


@strawberry.type(description="Keep what is younger than so many seconds.")
class KeepDuration:
    """A limit by age."""

    seconds: int = strawberry.field(description="For how many seconds an entry is kept, at least 1.")


RetentionPolicy: TypeAlias = Annotated[
    KeepAll | KeepLatest | KeepDuration,
    strawberry.union(
        "RetentionPolicy",
        description=(
            "A declared policy for a run's history (change log, values' old versions, events, receipts). "
            "Setting it deletes nothing; compaction applies it."
        ),
    ),
]


def retention_policy(kind: str, value: int | None) -> KeepAll | KeepLatest | KeepDuration:
    """Return the policy in a row's two retention columns."""
    if value is None:
        return KeepAll()
    return KeepLatest(count=value) if kind == RetentionKind.KEEP_LATEST else KeepDuration(seconds=value)


@strawberry.input(directives=[OneOf()], description="A policy for a run's history: one of the three.")
class RetentionPolicyInput:
    """One policy; the other fields are None."""

    keep_all: bool | None = strawberry.field(description="Keep the whole history; true is the only choice.")
    keep_latest: int | None = strawberry.field(description="Keep so many of the newest entries, at least 1.")
    keep_duration_seconds: int | None = strawberry.field(
        description="Keep what is younger than so many seconds, at least 1."
    )


@strawberry.type(description="What compaction would remove now.")
class RetentionPreview:
    """Numbers of entries of a run's history that its policy does not keep."""

    run_id: strawberry.ID = strawberry.field(description="The run.")
    changes: int = strawberry.field(description="Entries of its change log.")
    events: int = strawberry.field(description="Events.")
    receipts: int = strawberry.field(description="Boundary receipts.")
    value_versions: int = strawberry.field(description="Old versions of its values.")
