"""Entries of the change log as rows."""

from typing import Any

from runindex.domain import json_text
from runindex.domain.runs.changes import Change, Membership


def change_row(change: Change, membership: Membership) -> dict[str, Any]:
    """Return an entry as the row of a `RunChange`, with its position `seq` and its membership."""
    run, former = change.run, change.former
    return {
        "seq": change.seq,
        "run_id": run.id,
        "version": run.version,
        "kind": change.kind,
        "at": run.updated_at,
        "from_status": None if former is None else former.status,
        "status": run.status,
        "tags": json_text.dumps(run.tags),
        "error": run.error,
        "reason": change.reason,
        "actor": change.actor,
        "membership": membership,
    }


def snapshot_row(change: Change) -> dict[str, Any]:
    """Return the run after a change as the row of a `RunSnapshot`."""
    run = change.run
    return {
        "version": run.version,
        "at": run.updated_at,
        "status": run.status,
        "tags": json_text.dumps(run.tags),
        "metadata": run.metadata,
        "error": run.error,
        "name": run.name,
    }
