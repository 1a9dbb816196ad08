"""Records in memory: a table for each kind, split by owner where records belong to a run."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from runindex.decisions.workspace import Records
from runindex.domain.instants import SECOND, Micros
from runindex.domain.records.jobs import MAX_LEASE_SECONDS, MOST_SPENT, Job
from runindex.domain.records.kinds import FREE, NODES, OWNED
from runindex.domain.records.record import Record
from runindex.domain.records.results import Item, Result, ResultScore
from runindex.domain.records.runtimes import RuntimeInput
from runindex.domain.records.totals import ALL_GENERATIONS, Tombstone, Totals

_BY_OWNER: Final[tuple[type[Record], ...]] = (Totals, *OWNED)
Key = tuple[Any, ...]


class _Owned(Mapping[Key, Any]):
    """Records of one kind by key, split by owner, so that an owner's records go at once."""

    def __init__(self, kind: type[Record]) -> None:
        self.by_owner: dict[int, dict[Key, Any]] = {}
        self._owner_index = kind.KEY.index("owner")

    def __getitem__(self, key: Key) -> Any:  # noqa: ANN401 - a record of the table's kind
        return self.by_owner[key[self._owner_index]][key]

    def __iter__(self) -> Iterator[Key]:
        return (key for records in self.by_owner.values() for key in records)

    def __len__(self) -> int:
        return sum(map(len, self.by_owner.values()))

    def write(self, key: Key, record: Any) -> None:  # noqa: ANN401 - as above
        if record is None:
            del self.by_owner[key[self._owner_index]][key]
        else:
            self.by_owner.setdefault(record.owner, {})[key] = record


class RecordTables:
    """All records of a store; `by_kind` holds a mapping by key for each kind."""

    def __init__(self) -> None:
        """Start empty."""
        self._owned: dict[type, _Owned] = {kind: _Owned(kind) for kind in _BY_OWNER}
        self._free: dict[type, dict[Key, Any]] = {kind: {} for kind in FREE}
        self._results_by_id: dict[str, Result] = {}
        self._detached: list[dict[Key, Any]] = []
        self.by_kind: Mapping[type, Mapping[Key, Any]] = {**self._owned, **self._free}

    def of_owner(self, kind: type, owner: int) -> Mapping[Key, Any]:
        """Return a run's records of a kind by key."""
        return self._owned[kind].by_owner.get(owner, {})

    def find_result(self, result_id: str) -> Result | None:
        """Return the result of that id, None when it is deleted, swept or not."""
        result = self._results_by_id.get(result_id)
        return None if result is None else self.of_owner(Result, result.owner).get(result.key)

    def is_taken(self, node_id: str) -> bool:
        """Tell whether a result, a plan, a job or a view has the id."""
        return self.find_result(node_id) is not None or any((node_id,) in self._free[kind] for kind in NODES)

    def due_jobs(self, queue: str, now: Micros) -> list[Job]:
        """Return the jobs of a queue that may be claimed, best rank first, and some whose last lease has lapsed."""
        due = [job for job in self._free[Job].values() if job.queue == queue and job.is_due(now)]
        spent = sorted((job for job in due if job.is_spent(now)), key=lambda job: (job.lease_expires_at, job.id))
        claimable = sorted((job for job in due if not job.is_spent(now)), key=lambda job: job.rank)
        return [*claimable, *spent[:MOST_SPENT]]

    def has_lease(self, now: Micros) -> bool:
        """Tell whether an executor holds a job."""
        latest = now + MAX_LEASE_SECONDS * SECOND
        return any(job.is_held(now) and (job.lease_expires_at or 0) <= latest for job in self._free[Job].values())

    def drop_inputs(self, runtime_ids: Collection[str]) -> None:
        """Forget the inputs of deleted runtimes."""
        if runtime_ids:
            inputs = self._free[RuntimeInput]
            for key in [key for key in inputs if key[0] in runtime_ids]:
                del inputs[key]

    def write(self, written: Mapping[type, Records[Any, Any]]) -> None:
        """Write a batch's records; those behind its tombstones are out of reach at once, and swept later."""
        for kind, records in written.items():
            for key, before, record in records.written():
                if isinstance(record, Tombstone):
                    self._detach(record)
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
            self._free[kind].pop(key, None)  # an input may have gone with its runtime

    def sweep(self, limit: int) -> int:
        """Drop at most so many records that are out of reach, and return how many."""
        swept = 0
        while self._detached and swept < limit:
            records = self._detached[-1]
            while records and swept < limit:
                _, record = records.popitem()
                if isinstance(record, Result) and self._results_by_id.get(record.id) is record:
                    del self._results_by_id[record.id]
                swept += 1
            if not records:
                self._detached.pop()
        return swept

    def _detach(self, tombstone: Tombstone) -> None:
        # There are no results of a later generation yet: each command is written by itself.
        for kind in _BY_OWNER if tombstone.generation == ALL_GENERATIONS else (Result, Item, ResultScore):
            records = self._owned[kind].by_owner.pop(tombstone.owner, None)
            if records:
                self._detached.append(records)
