"""Records in memory: a table for each kind, split by owner where records belong to a run."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from runindex.domain.events import Event
from runindex.domain.instants import Micros
from runindex.domain.jobs import Job
from runindex.domain.plans import Plan
from runindex.domain.results import Item, Result
from runindex.domain.runtimes import Receipt, ReceiptHead, Runtime, RuntimeInput
from runindex.domain.scoped import Cell, Document, Value, ValueVersion
from runindex.domain.totals import ALL_GENERATIONS, Remains, Totals
from runindex.workspace import Records

OWNED = (Totals, Result, Item, Value, ValueVersion, Event, Cell, Document, Receipt, ReceiptHead)
FREE = (Plan, Job, Runtime, RuntimeInput, Remains)
Key = tuple[Any, ...]


class _Owned(Mapping[Key, Any]):
    """Records of one kind by key, kept apart by owner, so that an owner's go at once."""

    def __init__(self) -> None:
        self.by_owner: dict[int, dict[Key, Any]] = defaultdict(dict)
        self._owners: dict[Key, int] = {}

    def __getitem__(self, key: Key) -> Any:  # noqa: ANN401 - a record of the table's kind
        return self.by_owner[self._owners[key]][key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._owners)

    def __len__(self) -> int:
        return len(self._owners)

    def write(self, key: Key, record: Any) -> None:  # noqa: ANN401 - as above
        if record is None:
            del self.by_owner[self._owners.pop(key)][key]
        else:
            self._owners[key] = record.owner
            self.by_owner[record.owner][key] = record

    def drop(self, owner: int) -> None:
        for key in self.by_owner.pop(owner, ()):
            del self._owners[key]


class RecordTables:
    """All records of a store; `by_kind` holds a mapping by key for each kind."""

    def __init__(self) -> None:
        """Start empty."""
        self._owned: dict[type, _Owned] = {kind: _Owned() for kind in OWNED}
        self._free: dict[type, dict[Key, Any]] = {kind: {} for kind in FREE}
        self._results_by_id: dict[str, Result] = {}
        self.by_kind: Mapping[type, Mapping[Key, Any]] = {**self._owned, **self._free}

    def of_owner(self, kind: type, owner: int) -> Mapping[Key, Any]:
        """Return a run's records of a kind by key."""
        return self._owned[kind].by_owner.get(owner, {})

    def find_result(self, result_id: str) -> Result | None:
        """Return the result of that id."""
        return self._results_by_id.get(result_id)

    def is_taken(self, node_id: str) -> bool:
        """Tell whether a result, a plan or a job has the id."""
        return node_id in self._results_by_id or (node_id,) in self._free[Plan] or (node_id,) in self._free[Job]

    def due_jobs(self, queue: str, now: Micros) -> list[Job]:
        """Return the jobs of a queue that may be claimed, best rank first."""
        jobs = (job for job in self._free[Job].values() if job.queue == queue and job.is_due(now))
        return sorted(jobs, key=lambda job: job.rank)

    def write(self, written: Mapping[type, Records[Any, Any]]) -> None:
        """Take over what a batch left, and sweep away at once what it made obsolete."""
        for kind, records in written.items():
            for key, before, record in records.written():
                if isinstance(record, Remains):
                    self._sweep(record)
                elif before is not None or record is not None:
                    self._write(kind, key, before, record)

    def _write(self, kind: type, key: Key, before: Any, record: Any) -> None:  # noqa: ANN401 - records of the kind
        if kind is Result:
            if before is not None:
                del self._results_by_id[before.id]
            if record is not None:
                self._results_by_id[record.id] = record
        if kind in self._owned:
            self._owned[kind].write(key, record)
        elif record is not None:
            self._free[kind][key] = record
        else:
            del self._free[kind][key]

    def _sweep(self, remains: Remains) -> None:
        # Memory has no results of a later generation yet: the batch that begins one is written by itself.
        for result in self.of_owner(Result, remains.owner).values():
            del self._results_by_id[result.id]
        for kind in OWNED if remains.generation == ALL_GENERATIONS else (Result, Item):
            self._owned[kind].drop(remains.owner)
