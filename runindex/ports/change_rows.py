"""Log entries as rows of columns, and back. Every change passes here, written and read."""

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
    """Return the entry of a row of `changes`, which has the run's id as `id`."""
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
        started_at=_former_start(row, run) if kind is RunChangeKind.STARTED else run.started_at,
    )


def _former_start(row: Row, run: Run) -> int | None:
    """Return when a run that was started had been started before, None when it had not.

    Earlier releases did not write it. A run that had been started kept its time, which is then not that of the change.
    """
    former: int | None = row["former_started_at"]
    return run.started_at if former is None and run.started_at != run.updated_at else former


def row_of_change(change: Change) -> dict[str, Any]:
    """Return an entry as a row; of the former run it has only the values that the entry's kind may change."""
    kind, former = change.kind, change.former
    row = row_of(change.run)
    row["seq"] = change.seq
    row["kind"] = str(kind)
    row["former_name"] = row["former_tags"] = row["former_metadata"] = row["former_started_at"] = None
    if former is None:
        row["former_status"] = row["former_updated_at"] = None
    else:
        row["former_status"] = str(former.status)
        row["former_updated_at"] = former.updated_at
        if kind is RunChangeKind.NAME:
            row["former_name"] = former.name
        elif kind is RunChangeKind.TAGS:
            row["former_tags"] = json_text.dumps(former.tags)
        elif kind is RunChangeKind.METADATA:
            row["former_metadata"] = former.metadata
        elif kind is RunChangeKind.STARTED:
            row["former_started_at"] = former.started_at
    row["reason"] = change.reason
    row["actor"] = change.actor
    return row
