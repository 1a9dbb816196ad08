"""The rows that a batch writes, by table."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter, itemgetter
from typing import Any, Final, TypeAlias

from persistence.sql.tables.records import TABLES
from persistence.sql.tables.runs import SHARD, changes, runs
from runindex.decisions.workspace import Workspace
from runindex.domain.idempotency import KEPT_FOR, KeptAnswer
from runindex.domain.records.runtimes import RuntimeInput
from runindex.domain.runs.changes import Change
from runindex.domain.runs.run import Run
from runindex.domain.runs.search import lasting_text, words_in
from runindex.domain.runs.words import entries_of
from runindex.ports.change_rows import row_of_change
from runindex.ports.queries import Row
from runindex.ports.rows import row_of

Values: TypeAlias = tuple[Any, ...]
# A verb ("remove" by key, "replace" or "insert") and a kind of record.
RecordPart: TypeAlias = tuple[str, type]
RECORD_PARTS: Final[Sequence[RecordPart]] = [
    (verb, kind) for verb in ("remove", "replace", "insert") for kind in TABLES
]

STORED_RUN_COLUMNS: Final = tuple(column.name for column in runs.columns)
CHANGE_COLUMNS: Final = tuple(column.name for column in changes.columns)
# What may change while name, tags and metadata stay. Most writes are such moves; they leave the search text alone.
MOVED_COLUMNS: Final = (
    "id",
    "version",
    "status",
    "error",
    "updated_at",
    "started_at",
    "finished_at",
    "outcome",
    "retention_kind",
    "retention_value",
)


# All that a move leaves as it is.
_rest_of: Final = attrgetter(*sorted({each.name for each in fields(Run)} - {*MOVED_COLUMNS[1:], "retention"}))
# What the entries of the index of words are made from.
_texts_of: Final = attrgetter("incarnation", "name", "tags", "metadata")


@dataclass(slots=True)
class Writes:
    """Rows to write, by table, each list in the order of its table's (or the named) columns.

    `rewritten` and `inserted` are whole runs, `moved` only what MOVED_COLUMNS names, `deleted` ids. Tags are
    (tag, created_at, run id), steps (status or tag, difference). `tags_dropped` are the steps that may end at zero.
    `words` are (incarnation, run id, version, index entries as a text). `expired` is (instant, number): delete at most
    so many kept answers from before that instant. `records` are the rows of records by RECORD_PARTS; before them, all
    inputs of the runtimes in `inputs_dropped` are deleted.
    """

    inserted: list[Values] = field(default_factory=list)
    rewritten: list[Values] = field(default_factory=list)
    moved: list[Values] = field(default_factory=list)
    deleted: list[Values] = field(default_factory=list)
    words: list[Values] = field(default_factory=list)
    tags_added: list[Values] = field(default_factory=list)
    tags_removed: list[Values] = field(default_factory=list)
    changes: list[Values] = field(default_factory=list)
    head: list[Values] = field(default_factory=list)
    status_steps: list[Values] = field(default_factory=list)
    tag_steps: list[Values] = field(default_factory=list)
    tags_dropped: list[Values] = field(default_factory=list)
    kept: list[Values] = field(default_factory=list)
    expired: list[Values] = field(default_factory=list)
    inputs_dropped: list[Values] = field(default_factory=list)
    records: dict[RecordPart, list[Values]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Tell whether there is a row to write."""
        return bool(self.changes or self.kept or self.records)


def writes_of(workspace: Workspace) -> Writes:
    """Return the rows that the decisions on a workspace changed, runs and keys in ascending order."""
    writes = Writes()
    if workspace.changes:
        _add_log(writes, workspace)
        _add_runs(writes, workspace)
        counters = workspace.counters()
        writes.status_steps = sorted((status.value, step) for status, step in counters.by_status.items())
        writes.tag_steps = sorted(counters.by_tag.items())
        writes.tags_dropped = [(tag, step) for tag, step in writes.tag_steps if step < 0]
    writes.kept = sorted(_kept_rows(workspace))
    _add_records(writes, workspace)
    if writes.kept:
        # Twice as many as are added, so that the table shrinks step by step to what must be kept.
        writes.expired = [(workspace.now - KEPT_FOR, 2 * len(writes.kept))]
    return writes


def run_values(run: Run) -> Values:
    """Return a run as a row of its table, derived columns included."""
    row = row_of(run)
    row["name_folded"] = _folded(run.name)
    row["search_text"] = text = lasting_text(run)
    row["search_words"] = words_in(text)
    return _run_columns(row)


def words_values(row: Values) -> Iterator[Values]:
    """Yield the row of the index of words for a row of `runs`; none when the run has too many entries."""
    incarnation, run_id, version, text, name = _words_source(row)
    entries = entries_of(text, name)
    if entries is not None:
        yield incarnation, run_id, version, " ".join(entries)


def change_values(change: Change) -> Values:
    """Return a log entry as a row of its table, derived columns included."""
    row = row_of_change(change)
    row["shard"] = SHARD
    row["name_folded"] = _folded(row["name"])
    row["former_name_folded"] = _folded(row["former_name"])
    return _change_columns(row)


_run_columns: Final[Callable[[Row], Values]] = itemgetter(*STORED_RUN_COLUMNS)
_SOURCES: Final = ("incarnation", "id", "version", "search_text", "name_folded")
_words_source: Final = itemgetter(*map(STORED_RUN_COLUMNS.index, _SOURCES))
# The run's id is `id` in the row, and `run_id` in the table.
_change_columns: Final[Callable[[Row], Values]] = itemgetter(
    *("id" if name == "run_id" else name for name in CHANGE_COLUMNS)
)


def _folded(name: str | None) -> str | None:
    return None if name is None else name.lower()


def _add_log(writes: Writes, workspace: Workspace) -> None:
    writes.changes = [change_values(change) for change in workspace.changes]
    writes.head = [(workspace.head,)]


def _add_runs(writes: Writes, workspace: Workspace) -> None:
    for run_id, before, after in sorted(workspace.runs.written(), key=lambda written: written[0]):
        if after is None:
            if before is not None:
                writes.deleted.append((run_id,))
        elif before is None:
            writes.inserted.append(row := run_values(after))
            writes.words.extend(words_values(row))
        elif _is_move(before, after):
            writes.moved.append(_moved_values(after))
            continue
        else:
            writes.rewritten.append(row := run_values(after))
            if _texts_of(before) != _texts_of(after):
                writes.words.extend(words_values(row))
        _add_tags(writes, before, after)


def _is_move(before: Run, after: Run) -> bool:
    """Tell whether only MOVED_COLUMNS may differ; a new incarnation under the same id is no move."""
    return bool(_rest_of(before) == _rest_of(after))


def _moved_values(run: Run) -> Values:
    return (
        run.id,
        run.version,
        run.status.value,
        run.error,
        run.updated_at,
        run.started_at,
        run.finished_at,
        None if run.outcome is None else run.outcome.value,
        run.retention.kind.value,
        run.retention.value,
    )


def _add_records(writes: Writes, workspace: Workspace) -> None:
    dropped = workspace.dropped_runtimes
    writes.inputs_dropped = [(runtime_id,) for runtime_id in sorted(dropped)]
    for kind, records in workspace.written_records.items():
        written = sorted(records.written(), key=lambda entry: entry[0])
        if kind is RuntimeInput:
            # Inputs of a deleted runtime are gone before any is inserted anew.
            written = [(key, None if key[0] in dropped else before, row) for key, before, row in written]
        rows: dict[RecordPart, list[Values]] = {
            ("insert", kind): [record_values(row) for _, before, row in written if before is None and row is not None],
            ("replace", kind): [
                record_values(row) for _, before, row in written if before is not None and row is not None
            ],
            ("remove", kind): [key for key, before, row in written if row is None and before is not None],
        }
        writes.records.update({part: values for part, values in rows.items() if values})


def record_values(record: Any) -> Values:  # noqa: ANN401 - any dataclass of `record_tables.TABLES`
    """Return a record as a row of its table."""
    return tuple(getattr(record, name) for name in record.__slots__)


def _add_tags(writes: Writes, before: Run | None, after: Run | None) -> None:
    had, has = _tag_rows(before), _tag_rows(after)
    writes.tags_removed.extend(sorted(had - has))
    writes.tags_added.extend(sorted(has - had))


def _tag_rows(run: Run | None) -> set[Values]:
    return set() if run is None else {(tag, run.created_at, run.id) for tag in run.tags}


def _kept_rows(workspace: Workspace) -> Iterator[Values]:
    for _, before, answer in workspace.kept.written():
        if before is None and answer is not None:
            yield _kept_values(answer)


def _kept_values(kept: KeptAnswer) -> Values:
    scope = kept.scope
    return (scope.actor, scope.mutation, scope.key, kept.fingerprint, kept.answer, kept.created_at)
