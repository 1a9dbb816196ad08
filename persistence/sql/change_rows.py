"""A log entry as a row of columns, read back. Streams read every change through here."""

from typing import Final

from runindex.domain.changes import Change, Former, RunChangeKind
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs import Run
from runindex.queries import Row
from runindex.rows import run_of, tags_of

_KINDS: Final = {kind.value: kind for kind in RunChangeKind}
_STATUSES: Final = {status.value: status for status in RunStatus}


def change_of(row: Row) -> Change:
    """Return the entry that a row of `changes` holds; its run's id is answered as `id`."""
    run = run_of(row)
    kind = _KINDS[row["kind"]]
    return Change(row["seq"], kind, run, _former_of(row, kind, run), row["reason"], row["actor"])


def _former_of(row: Row, kind: RunChangeKind, run: Run) -> Former | None:
    if kind is RunChangeKind.CREATED:
        return None
    return Former(
        status=_STATUSES[row["former_status"]],
        name=row["former_name"] if kind is RunChangeKind.NAME else run.name,
        tags=tags_of(row["former_tags"]) if kind is RunChangeKind.TAGS else run.tags,
        metadata=row["former_metadata"] if kind is RunChangeKind.METADATA else run.metadata,
        updated_at=row["former_updated_at"],
    )
