"""The transition table of run statuses, as data."""

import strawberry

from runindex.domain import lifecycle
from runindex.domain.lifecycle import allowed_from
from schema.typesystem.enums import RunStatus


@strawberry.type(description="One row of the transition table: the single source of truth, readable by tools.")
class LifecycleState:
    """A status and the moves from it."""

    status: RunStatus = strawberry.field(description="The status that the row is about.")
    next: list[RunStatus] = strawberry.field(
        description="Statuses that a run may move to from here, in enum order; empty for ARCHIVED."
    )
    is_terminal: bool = strawberry.field(description="No transition leaves this state (ARCHIVED only).")
    is_finished: bool = strawberry.field(description="COMPLETED, FAILED or CANCELLED.")
    is_closed: bool = strawberry.field(
        description="Every status but ACTIVE and PAUSED: run-scoped data can no longer be written."
    )


def lifecycle_states() -> list[LifecycleState]:
    """Return the whole table, in enum order."""
    return [
        LifecycleState(
            status=status,
            next=list(allowed_from(status)),
            is_terminal=status in lifecycle.TERMINAL,
            is_finished=status in lifecycle.FINISHED,
            is_closed=status in lifecycle.CLOSED,
        )
        for status in RunStatus
    ]
