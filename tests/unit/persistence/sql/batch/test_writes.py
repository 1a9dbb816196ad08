"""What is written for a batch: rows in the columns' order, and nothing left out."""

from dataclasses import replace

import pytest

from persistence.sql.batch.writes import (
    CHANGE_COLUMNS,
    MOVED_COLUMNS,
    change_values,
    run_values,
    writes_of,
)
from persistence.sql.tables.runs import STORED_RUN_COLUMNS
from runindex.commands import AnyCommand
from runindex.decisions.batch import decide
from runindex.decisions.workspace import Workspace
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.changes import Change, RunChangeKind, former_of
from runindex.domain.runs.retention import keep_latest
from runindex.domain.runs.run import Run
from runindex.domain.runs.search import lasting_text, words_in
from runindex.ports.rows import row_of
from tests.support.commands import A, B, add_tags, create, dataset, delete, move, rename, retain, start

RUN = Run(
    id=A,
    incarnation=3,
    created_at=10,
    updated_at=11,
    name="Ärger",
    tags=("x", "y"),
    metadata='{"k":1}',
    dataset=dataset(),
)


def decided(*batch: AnyCommand) -> Workspace:
    workspace = Workspace(now=20, head=7, runs={A: RUN}, kept={})
    assert not any(isinstance(outcome, Exception) for outcome in decide(workspace, batch))
    return workspace


def test_a_run_is_a_row_of_its_table() -> None:
    text = lasting_text(RUN)
    derived = {"name_folded": "ärger", "search_text": text, "search_words": words_in(text)}
    assert dict(zip(STORED_RUN_COLUMNS, run_values(RUN), strict=True)) == row_of(RUN) | derived


@pytest.mark.parametrize(
    ("kind", "overwritten"),
    [
        (RunChangeKind.STATUS, {}),
        (RunChangeKind.NAME, {"former_name": "Ärger", "former_name_folded": "ärger"}),
        (RunChangeKind.TAGS, {"former_tags": '["x","y"]'}),
        (RunChangeKind.METADATA, {"former_metadata": '{"k":1}'}),
    ],
)
def test_a_change_is_a_row_of_its_table_with_what_its_kind_overwrote(
    kind: RunChangeKind, overwritten: dict[str, str]
) -> None:
    after = replace(RUN, status=RunStatus.PAUSED, name="Fury")
    row = dict(zip(CHANGE_COLUMNS, change_values(Change(8, kind, after, former_of(RUN), "why", "who")), strict=True))
    former = {name: row.pop(name) for name in CHANGE_COLUMNS if name.startswith("former_")}
    assert {name: value for name, value in former.items() if value is not None} == overwritten | {
        "former_status": "ACTIVE",
        "former_updated_at": 11,
    }
    log = {"shard": 0, "seq": 8, "kind": kind, "run_id": A, "reason": "why", "actor": "who", "name_folded": "fury"}
    state = row_of(after)
    del state["id"]
    assert row == state | log


@pytest.mark.parametrize(
    "command", [move(A, RunStatus.FAILED), move(A, RunStatus.ARCHIVED), start(A), retain(A, keep_latest(2))]
)
def test_a_move_writes_every_column_that_it_changes(command: AnyCommand) -> None:
    workspace = decided(command)
    ((_, before, after),) = workspace.runs.written()
    assert before is not None
    assert after is not None
    old, new = row_of(before), row_of(after)
    changed = {name for name in old if old[name] != new[name]}
    (row,) = writes_of(workspace).moved
    assert dict(zip(MOVED_COLUMNS, row, strict=True)) == {name: new[name] for name in MOVED_COLUMNS}
    assert changed <= set(MOVED_COLUMNS)


def test_a_rename_writes_the_whole_run() -> None:
    writes = writes_of(decided(rename(A, "other")))
    assert (writes.moved, len(writes.rewritten), writes.tags_added, writes.tags_removed) == ([], 1, [], [])


def test_tags_are_written_by_difference() -> None:
    writes = writes_of(decided(add_tags(A, "y", "z")))
    assert (writes.tags_added, writes.tags_removed) == ([("z", 10, A)], [])
    assert (writes.tag_steps, writes.tags_dropped) == ([("z", 1)], [])


def test_an_id_that_is_created_again_in_the_batch_is_rewritten() -> None:
    writes = writes_of(decided(delete(A), create(A, tags=("x",))))
    assert [row[0] for row in writes.rewritten] == [A]
    assert (writes.tags_removed, writes.tags_added) == ([("x", 10, A), ("y", 10, A)], [("x", 20, A)])
    assert (writes.deleted, writes.inserted) == ([], [])


def test_a_run_that_comes_and_goes_in_the_batch_is_only_logged() -> None:
    writes = writes_of(decided(create(B), delete(B)))
    assert (writes.inserted, writes.deleted, writes.status_steps) == ([], [], [])
    assert (len(writes.changes), writes.head) == (2, [(9,)])


def test_a_batch_of_refusals_writes_nothing() -> None:
    assert not writes_of(decided(move(B, RunStatus.PAUSED), move(A, RunStatus.ACTIVE)))
