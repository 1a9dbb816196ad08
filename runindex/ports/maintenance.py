"""The Maintenance port. These docstrings are the contract that `tests/contract` holds every storage to."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, Self, TypeAlias

from runindex.domain.records.record import Record
from runindex.domain.runs.changes import Change
from runindex.domain.runs.filters import RunFilter
from runindex.domain.runs.retention import Removable, Retention
from runindex.domain.runs.run import Run
from runindex.ports.queries import Columns, Row
from runindex.ports.store import LogState, Store
from runindex.ports.tokens import Tokens

Key: TypeAlias = tuple[Any, ...]
# The text fields among those that order an owner's records.
_TEXTS: Final = frozenset({"item_id", "key_name", "name", "runtime_id", "scorer_id"})


@dataclass(frozen=True, slots=True)
class Scan:
    """Rows of one kind, ordered by fields that are unique together, at most `page` at a time.

    A kind is Run, Change, a record's class, or one of `domain.runs.derived`; a change has its run's id as `id`. Rows
    have all fields, or with `columns` at least these and those of the order.
    """

    kind: type
    order: tuple[str, ...]
    page: int
    columns: Columns | None = None

    @classmethod
    def by_key(cls, kind: type[Record], page: int, columns: Columns | None = None) -> Self:
        """Return the scan of a kind of record in the order of its keys."""
        return cls(kind, kind.KEY, page, columns)

    @classmethod
    def by_owner(cls, kind: type[Record], page: int, columns: Columns | None = None) -> Self:
        """Return the scan of a kind of record by owner first, then in the order of its keys."""
        return cls(kind, ("owner", *(name for name in kind.KEY if name != "owner")), page, columns)

    def before(self, **known: int) -> Key:
        """Return the position before all rows with these first fields: no text is empty, no number below -1."""
        return tuple(known.get(name, "" if name in _TEXTS else -2) for name in self.order)


class Snapshot(Protocol):
    """A storage as it was at one moment, however long it is read. Texts order by Unicode code point."""

    async def log_state(self) -> LogState:
        """Return the log's epoch, head and floor. Raise CorruptStoreError when they are not stored."""
        ...

    async def read(self, scan: Scan, after: Key | None = None, *, within: bool = False) -> Sequence[Row]:
        """Return the next rows after a position, which need not be a row's.

        With `within`, only rows whose first field is the position's.
        """
        ...

    async def list_ids(self, run_filter: RunFilter) -> Sequence[str]:
        """Return the ids of all runs that a filter, which hides nothing by itself, matches, in order."""
        ...

    async def find(self, kind: type, keys: Sequence[Key], columns: Columns | None = None) -> Sequence[Row]:
        """Return the rows of those primary keys that exist, in any order."""
        ...

    async def find_cycle(self) -> str | None:
        """Return the id of some run that is its own ancestor, None when there is none."""
        ...


@dataclass(slots=True)
class Restored:
    """Rows to insert. Changes have their final sequence numbers, in any order."""

    runs: list[Run] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    records: list[Any] = field(default_factory=list)


class Restoration(Snapshot, Protocol):
    """One transaction that inserts rows as they are, without decisions; it locks the log.

    It reads its own writes, but for the indexes of runs, which `read` may return as they were before.
    """

    async def find_taken(self, ids: Sequence[str]) -> frozenset[str]:
        """Return the ids that plans, jobs, or results of existing runs and generations have."""
        ...

    async def drop_default_run(self, *, with_log: bool) -> None:
        """Remove the default run, which has no records, and `with_log` the log entries of its present incarnation."""
        ...

    async def write(self, rows: Restored) -> None:
        """Insert rows and update the counts of runs. Raise BadRequestError when a key exists already."""
        ...

    async def set_log(self, head: int, floor: int) -> None:
        """Set the log's head, and the floor up to which compaction removed entries."""
        ...


@dataclass(frozen=True, slots=True)
class Removal:
    """History of one run to remove, if the run is still the same incarnation under the same policy.

    `changes` are sequence numbers, `records` primary keys by kind. Events are the oldest that there are;
    `event_floor` is the sequence number of the first event that stays, `floor_hash` the hash of the last that goes.
    """

    run_id: str
    incarnation: int
    retention: Retention
    changes: Sequence[int] = ()
    records: Mapping[type, Sequence[Key]] = field(default_factory=dict)
    event_floor: int = 0
    floor_hash: str = ""


class Maintenance(Protocol):
    """A storage's own maintenance. Errors are raised as the Store port says."""

    async def sweep(self, limit: int) -> int:
        """Delete at most `limit` rows that deletions left behind, in one short transaction; return how many.

        0 means that nothing is left, or that others have it locked. Reads never show a difference.
        """
        ...

    async def remove(self, removal: Removal) -> Removable:
        """Remove history in one transaction and return how much was removed.

        The log's floor rises to the highest sequence number removed, in the same transaction. Counts of receipts and
        the floor of events move along.
        """
        ...

    async def renew_epoch(self) -> str:
        """Give the log a new random epoch, which invalidates all cursors so far, and return it."""
        ...

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """Open a snapshot of the storage as it is now, for as long as the context lasts."""
        ...

    def restoration(self) -> AbstractAsyncContextManager[Restoration]:
        """Open a transaction that inserts rows: all of them, or none when an exception ends the context."""
        ...


class Storage(Store, Maintenance, Tokens, Protocol):
    """A whole storage."""


class ChunkSize:
    """An adaptive number of rows for a step: doubled after a quick step, halved after a slow one.

    Rows may be of any size, and other writers wait for a step's end.
    """

    def __init__(self, least: int, most: int, quick: float) -> None:
        """Start with the least; a step of less than `quick` seconds is quick."""
        self.size = self._least = min(least, most)
        self._most = most
        self._quick = quick

    def took(self, seconds: float) -> None:
        """Adapt the size to the seconds that a step took."""
        if seconds < self._quick:
            self.size = min(2 * self.size, self._most)
        else:
            self.size = max(self.size // 2, self._least)
