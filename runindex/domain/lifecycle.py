"""The six statuses of a run and the table of moves between them.

All else about statuses (the API's enum, `terminal`, `finished`, `closed`, the database's check constraint, the table in
the docs) is derived from `TRANSITIONS` or tested against it.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class RunStatus(StrEnum):
    """Where a run stands."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    ARCHIVED = "ARCHIVED"


_ACTIVE, _PAUSED, _COMPLETED, _FAILED, _CANCELLED, _ARCHIVED = RunStatus

# from -> {to: why that move is legal}
TRANSITIONS: Final[Mapping[RunStatus, Mapping[RunStatus, str]]] = MappingProxyType(
    {
        _ACTIVE: {
            _PAUSED: "work is suspended and may go on later",
            _COMPLETED: "the work ended well",
            _FAILED: "the work ended with an error",
            _CANCELLED: "the work is cancelled",
            _ARCHIVED: "an abandoned run is archived without an outcome",
        },
        _PAUSED: {
            _ACTIVE: "suspended work goes on",
            _CANCELLED: "suspended work is cancelled",
            _ARCHIVED: "a suspended run is archived without an outcome",
        },
        _COMPLETED: {_ARCHIVED: "a completed run is archived"},
        _FAILED: {_ARCHIVED: "a failed run is archived, its error kept"},
        _CANCELLED: {_ARCHIVED: "a cancelled run is archived"},
        _ARCHIVED: {},
    }
)

# An open run takes results, run data and receipts.
OPEN: Final = frozenset({_ACTIVE, _PAUSED})
CLOSED: Final = frozenset(RunStatus) - OPEN
TERMINAL: Final = frozenset(status for status, moves in TRANSITIONS.items() if not moves)
FINISHED: Final = CLOSED - TERMINAL

_NEXT: Final = {status: tuple(target for target in RunStatus if target in TRANSITIONS[status]) for status in RunStatus}


def allowed_from(status: RunStatus) -> tuple[RunStatus, ...]:
    """Return the statuses that a run may move to from `status`, in enum order."""
    return _NEXT[status]


def is_allowed(source: RunStatus, target: RunStatus) -> bool:
    """Tell whether the table has the move from `source` to `target`."""
    return target in TRANSITIONS[source]
