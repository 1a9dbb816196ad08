"""A log entry as a row of columns, and back. Streams read every change through here."""

from typing import Any, Final

from runindex.domain import json_text
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.changes import Change, Former, RunChangeKind
from runindex.domain.runs.run import Run
from runindex.ports.queries import Row
from runindex.ports.rows import row_of, run_of, tags_of

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


def row_of_change(change: Change) -> dict[str, Any]:
    """Return an entry as the row that a storage would answer; what its kind cannot change is not written twice."""
    former, kind = change.former, change.kind
    named, tagged, described = (
        kind is changing for changing in (RunChangeKind.NAME, RunChangeKind.TAGS, RunChangeKind.METADATA)
    )
    return {
        "seq": change.seq,
        "kind": kind.value,
        **row_of(change.run),
        "former_status": None if former is None else former.status.value,
        "former_name": former.name if former is not None and named else None,
        "former_tags": json_text.dumps(former.tags) if former is not None and tagged else None,
        "former_metadata": former.metadata if former is not None and described else None,
        "former_updated_at": None if former is None else former.updated_at,
        "reason": change.reason,
        "actor": change.actor,
    }
