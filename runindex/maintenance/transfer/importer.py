"""The importer: adds the entries of an export to a storage, skips those that are stored already, or refuses them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from runindex.domain.errors import BadRequestError
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.records.kinds import FREE
from runindex.domain.records.totals import Totals
from runindex.domain.records.views import DefaultView
from runindex.domain.runs.changes import Change
from runindex.domain.runs.run import Run
from runindex.maintenance.transfer.history_check import HistoryCheck
from runindex.maintenance.transfer.lines import Entry, FreeEntry, Header, OwnedEntry, RunEntry, fault
from runindex.maintenance.verification.records import check_records
from runindex.ports.maintenance import Restoration, Restored, Scan
from runindex.ports.rows import record_row, run_of
from runindex.ports.store import LogState

_FREE: Final = tuple(Scan.by_key(kind, 1) for kind in FREE)
_RUNS: Final = Scan(Run, ("id",), 2, frozenset({"version"}))


@dataclass(slots=True)
class Imported:
    """Counts of an import: added, stored already (`..._there`), left out.

    Entries in the log of deleted runs are left out, unless the index was empty.
    """

    runs: int = 0
    changes: int = 0
    records: int = 0
    runs_there: int = 0
    records_there: int = 0
    changes_left_out: int = 0


@dataclass(frozen=True, slots=True)
class _Known:
    """A run with its totals, in the file or in the storage."""

    run: Run
    totals: Totals | None

    @property
    def is_untouched(self) -> bool:
        """Tell whether the run is as it was created, without records."""
        return self.run.version == 1 and self.totals is None

    def of(self, owner: int) -> "_Known":
        """Return the same under another incarnation."""
        totals = None if self.totals is None else replace(self.totals, owner=owner)
        return _Known(replace(self.run, incarnation=owner), totals)


@dataclass(slots=True)
class _Current:
    """The run whose lines come now: `incarnation` is the file's, `owner` the storage's."""

    run_id: str
    incarnation: int
    owner: int
    is_new: bool


@dataclass(slots=True)
class Importer:
    """Takes entries in the order of the file; open it with `open`.

    `keeps_log`: entries of the log keep their sequence numbers, for a whole export goes into an empty index.
    """

    restoration: Restoration
    header: Header
    state: LogState
    keeps_log: bool
    next_seq: int
    last_seq: int = 0
    imported: Imported = field(default_factory=Imported)
    has_parents: bool = False
    _history: HistoryCheck = field(default_factory=HistoryCheck)
    _entries_above_floor: int = 0
    _current: _Current | None = None
    _line: int = 0
    _rows: Restored = field(default_factory=Restored)
    _stored: dict[str, _Known] = field(default_factory=dict)
    # Records with the numbers of their lines.
    _expected: dict[type, list[tuple[Any, int]]] = field(default_factory=lambda: defaultdict(list))
    _offered: dict[type, list[tuple[Any, int]]] = field(default_factory=lambda: defaultdict(list))
    _lines_of_ids: dict[str, int] = field(default_factory=dict)

    @classmethod
    async def open(cls, restoration: Restoration, header: Header) -> Self:
        """Prepare the storage: into an empty one, a whole export brings its own default run."""
        state = await restoration.log_state()
        keeps_log = header.whole and await _is_empty(restoration, state)
        if keeps_log:
            await restoration.drop_default_run(with_log=True)
        return cls(restoration, header, state, keeps_log, state.head + 1)

    async def add(self, entries: Sequence[Entry], first_line: int) -> None:
        """Check the entries of consecutive lines and write those that are new.

        Raise BadRequestError, with the number of its line, for one that conflicts.
        """
        await self._find_runs([entry.run.id for entry in entries if isinstance(entry, RunEntry)])
        for self._line, entry in enumerate(entries, first_line):
            match entry:
                case RunEntry(run, totals):
                    await self._add_run(_Known(run, totals))
                case Change():
                    self._add_change(entry)
                case OwnedEntry():
                    self._add_owned(entry)
                case FreeEntry(record):
                    self._current = None
                    self._offered[type(record)].append((record, self._line))
        await self._compare()
        await self._write(first_line)

    async def finish(self) -> Imported:
        """Set the log's head, check what was added, and return the counts; raise BadRequestError for a fault."""
        self._history.finish()
        if self.keeps_log:
            await self._check_whole()
            await self.restoration.set_log(self.header.head, self.header.floor)
        elif self.next_seq > self.state.head + 1:
            await self.restoration.set_log(self.next_seq - 1, self.state.floor)
        circle = await self.restoration.find_cycle() if self.has_parents else None
        if circle is not None:
            raise BadRequestError(f"run {circle} would be its own ancestor")
        first_added = 1 if self.keeps_log else self.state.head + 1
        fault = await anext(check_records(self.restoration, first_owner=first_added), None)
        if fault is not None:
            raise BadRequestError(fault)
        return self.imported

    async def _check_whole(self) -> None:
        """Raise BadRequestError for a whole export without its default run, or with a gap above the log's floor."""
        header = self.header
        is_whole = (self.last_seq, self._entries_above_floor) == (header.head, header.head - header.floor)
        if not is_whole or not await self.restoration.find(Run, [(DEFAULT_RUN,)]):
            raise BadRequestError("the export is not whole: its default run or a part of its log is missing")

    async def _find_runs(self, ids: Sequence[str]) -> None:
        rows = await self.restoration.find(Run, [(run_id,) for run_id in ids]) if ids else ()
        runs = [run_of(row) for row in rows]
        found = await self.restoration.find(Totals, [(run.incarnation,) for run in runs]) if runs else ()
        totals = {row["owner"]: Totals(**row) for row in found}
        self._stored = {run.id: _Known(run, totals.get(run.incarnation)) for run in runs}

    async def _add_run(self, known: _Known) -> None:
        self._history.add_run(known.run, self._line)
        stored = self._stored.get(known.run.id)
        if stored is None:
            self._insert_run(known)
        elif known.of(stored.run.incarnation) == stored or (known.run.id == DEFAULT_RUN and known.is_untouched):
            self._current = _Current(known.run.id, known.run.incarnation, stored.run.incarnation, is_new=False)
            self.imported.runs_there += 1
        elif known.run.id == DEFAULT_RUN and stored.is_untouched:
            await self.restoration.drop_default_run(with_log=False)
            self._insert_run(known)
        else:
            raise fault(self._line, f"run {known.run.id} is there already with other content")

    def _insert_run(self, known: _Known) -> None:
        # The run's entries follow its line: the first of them gives it its incarnation.
        owner = known.run.incarnation if self.keeps_log else self.next_seq
        added = known.of(owner)
        self._rows.runs.append(added.run)
        self._lines_of_ids[added.run.id] = self._line
        if added.totals is not None:
            self._rows.records.append(added.totals)
        self._current = _Current(known.run.id, known.run.incarnation, owner, is_new=True)
        self.has_parents |= added.run.parent_id is not None
        self.imported.runs += 1

    def _add_change(self, change: Change) -> None:
        self._history.add_entry(change, self._line)
        current = self._current
        is_current = current is not None and (change.run.id, change.run.incarnation) == (
            current.run_id,
            current.incarnation,
        )
        if self.keeps_log:
            self._append(change)
        elif current is None or not is_current:
            self.imported.changes_left_out += 1
        elif current.is_new:
            self._append(replace(change, seq=self.next_seq, run=replace(change.run, incarnation=current.owner)))
            self.next_seq += 1

    def _append(self, change: Change) -> None:
        self._rows.changes.append(change)
        self.last_seq = max(self.last_seq, change.seq)
        self._entries_above_floor += change.seq > self.header.floor
        self.imported.changes += 1

    def _add_owned(self, entry: OwnedEntry) -> None:
        current = self._current
        if current is None:
            raise fault(self._line, f"a {entry.kind.__name__} comes before the run that has it")
        record = entry.of(current.run_id, current.owner)
        if current.is_new:
            self._append_record(record, self._line)
        else:
            self._expected[entry.kind].append((record, self._line))

    def _append_record(self, record: Any, line: int) -> None:  # noqa: ANN401 - any record
        self._rows.records.append(record)
        if hasattr(record, "id"):
            self._lines_of_ids[record.id] = line
        self.imported.records += 1

    async def _compare(self) -> None:
        """Compare records with those stored: what a stored run owns must be equal, of the rest the absent are added."""
        for kind, records in self._expected.items():
            stored = await self._find(kind, records)
            for record, line in records:
                if stored.get(record.key) != record_row(record):
                    raise fault(line, f"{_describe(record)} is there already with other content, or is missing")
                self.imported.records_there += 1
        for kind, records in self._offered.items():
            stored = await self._find(kind, records)
            for record, line in records:
                if record.key not in stored:
                    self._append_record(record, line)
                elif stored[record.key] == record_row(record) or kind is DefaultView:
                    # The index keeps the default view that it has.
                    self.imported.records_there += 1
                else:
                    raise fault(line, f"{_describe(record)} is there already with other content")
        self._expected.clear()
        self._offered.clear()

    async def _find(self, kind: type, records: Sequence[tuple[Any, int]]) -> Mapping[Any, Any]:
        rows = await self.restoration.find(kind, [record.key for record, _ in records])
        return {kind(**row).key: dict(row) for row in rows}

    async def _write(self, first_line: int) -> None:
        if not self.keeps_log:
            await self._check_ids()
        try:
            await self.restoration.write(self._rows)
        except BadRequestError as error:
            raise BadRequestError(f"lines {first_line} to {self._line}: {error.message}") from None
        self._rows = Restored()
        self._lines_of_ids.clear()

    async def _check_ids(self) -> None:
        """Raise BadRequestError for an id that a node of another kind has."""
        of_records = [record.id for record in self._rows.records if hasattr(record, "id")]
        ids = [*of_records, *(run.id for run in self._rows.runs)]
        taken = await self.restoration.find_taken(ids) if ids else frozenset()
        runs = await self.restoration.find(Run, [(node_id,) for node_id in of_records]) if of_records else ()
        found = taken.union(row["id"] for row in runs)
        if found:
            line, node_id = min((self._lines_of_ids[node_id], node_id) for node_id in found)
            raise fault(line, f"{node_id} is there already as something else")


async def _is_empty(restoration: Restoration, state: LogState) -> bool:
    """Tell whether the index has its default run, untouched, and nothing else."""
    runs = [(row["id"], row["version"]) for row in await restoration.read(_RUNS)]
    if state.head != 1 or runs != [(DEFAULT_RUN, 1)] or await restoration.find(Totals, [(1,)]):
        return False
    return not any([await restoration.read(scan) for scan in _FREE])


def _describe(record: Any) -> str:  # noqa: ANN401 - any record
    return f"{type(record).__name__} {', '.join(map(str, record.key))}"
