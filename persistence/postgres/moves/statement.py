"""The statement that applies a batch of plain moves, and the outcomes that its rows tell.

It locks what `persistence.sql.batch.apply` locks, in the same order: the runs by their ids, then the log's head. Rows
that it locks are read anew, all others as they were when it began. So it judges by the locked rows alone, numbers the
log by the locked head, and writes nothing when a run is missing, which may have been made anew while it waited.
"""

# ruff: noqa: S608 - the names in the texts are those of our own tables, the values are bound

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

from persistence.postgres.statements import CHANNEL, NOW
from persistence.sql.statements import Rows, Statement
from persistence.sql.tables.runs import SHARD
from runindex.commands import AnyCommand, TransitionRun
from runindex.decisions.batch import decide
from runindex.decisions.workspace import Workspace
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.instants import Micros
from runindex.domain.lifecycle import FINISHED, TERMINAL, TRANSITIONS
from runindex.domain.runs.changes import RunChangeKind
from runindex.ports.queries import RUN_COLUMNS
from runindex.ports.rows import run_of
from runindex.ports.store import Applied

Moves: TypeAlias = Sequence[TransitionRun]


def _one_of(texts: Iterable[str]) -> str:
    quoted = ", ".join(f"'{text}'" for text in texts)
    return f"= ANY (ARRAY[{quoted}])"


# The rules of `lifecycle`, and what `Run.moved` makes of a run.
_IS_ALLOWED: Final = "run.status || ' ' || move.target " + _one_of(
    f"{source} {target}" for source, targets in TRANSITIONS.items() for target in targets
)
_FINISHES: Final = f"move.target {_one_of(sorted(FINISHED))}"
_AFTER: Final = {
    "version": "move.version + 1",
    "status": "move.target",
    "updated_at": "move.at",
    "finished_at": f"CASE WHEN {_FINISHES} THEN move.at ELSE move.finished_at END",
    "outcome": f"CASE WHEN {_FINISHES} THEN move.target ELSE move.outcome END",
    "error": f"CASE WHEN {_FINISHES} THEN move.failure ELSE move.error END",
}
_ENTRY: Final = {
    "shard": str(SHARD),
    "seq": "move.seq",
    "kind": f"'{RunChangeKind.STATUS}'",
    "run_id": "move.id",
    **{column: f"move.{column}" for column in (*RUN_COLUMNS[1:], "name_folded", "reason", "actor")},
    **_AFTER,
    "former_status": "move.status",
    "former_updated_at": "move.updated_at",
}
# Arrays of all commands, by the ids of their runs; one that has no values is sent empty, and read as nulls.
_COMMANDS: Final = "unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::text[], $6::text[], $7::text[])"


def _qualified(alias: str) -> str:
    return ", ".join(f"{alias}.{column}" for column in RUN_COLUMNS)


@lru_cache
def _text(*, notify: bool) -> str:
    notified = f"(SELECT count(pg_notify('{CHANNEL}', head.n::text)) FROM head)" if notify else "0"
    return f"""
WITH mark AS (
    UPDATE writers SET batch = $9, at = {NOW} WHERE id = $8 AND batch = $9 - 1 RETURNING batch
), locked AS (
    SELECT {_qualified("run")}, run.name_folded, move.target, move.failure, move.reason, move.actor, move.place,
        {_IS_ALLOWED} AND coalesce(move.expected, run.version) = run.version AS is_allowed
    FROM {_COMMANDS} WITH ORDINALITY AS move (id, target, place, expected, failure, reason, actor, turn)
    JOIN runs AS run ON run.id = move.id ORDER BY move.turn FOR UPDATE OF run
), allowed AS (
    SELECT locked.*, row_number() OVER (ORDER BY place) AS nth FROM locked
    WHERE is_allowed AND EXISTS (SELECT FROM mark) AND (SELECT count(*) FROM locked) = cardinality($1)
), head AS (
    UPDATE feed_head SET n = feed_head.n + moved.number FROM (SELECT count(*) AS number FROM allowed) AS moved
    WHERE shard = {SHARD} AND moved.number > 0
    RETURNING feed_head.n, feed_head.n - moved.number AS before, coalesce($10::bigint, {NOW}) AS now
), moves AS (
    SELECT allowed.*, head.before + nth AS seq, greatest(head.now, allowed.updated_at, totals.last_at) AS at
    FROM head CROSS JOIN allowed LEFT JOIN totals ON totals.owner = allowed.incarnation
), moved AS (
    UPDATE runs SET {", ".join(f"{column} = {value}" for column, value in _AFTER.items())}
    FROM moves AS move WHERE runs.id = move.id
), logged AS (
    INSERT INTO changes ({", ".join(_ENTRY)}) SELECT {", ".join(_ENTRY.values())} FROM moves AS move
), counted AS (
    INSERT INTO status_counts (status, n) SELECT status, sum(step) FROM (
        SELECT target, 1 FROM moves UNION ALL SELECT status, -1 FROM moves
    ) AS steps (status, step) GROUP BY status HAVING sum(step) <> 0
    ON CONFLICT (status) DO UPDATE SET n = status_counts.n + excluded.n
)
SELECT {_qualified("locked")}, (SELECT count(*) FROM mark) AS marks, (SELECT before FROM head) AS head,
    (SELECT now FROM head) AS now, {notified} AS notified, (
        SELECT json_object_agg(move.incarnation, move.at)::text FROM moves AS move CROSS JOIN head
        WHERE move.at > head.now AND move.at > move.updated_at
    ) AS later
FROM locked
"""


def are_plain(batch: Sequence[AnyCommand]) -> bool:
    """Tell whether a batch is of plain moves: of runs that it names once each, not to the archive, without keys.

    A move to the archive also changes the counts of tags.
    """
    ids = {
        command.id
        for command in batch
        if type(command) is TransitionRun
        and command.idempotency_key is None
        and command.to not in TERMINAL
        and command.id != DEFAULT_RUN
    }
    return len(ids) == len(batch)


def move_runs(moves: Moves, writer: str, number: int, now: Micros | None, *, notify: bool) -> Statement:
    """Apply the moves as the batch of that number of a writer, whose last one must be the one before.

    Select the runs as they were, unless one is missing (then nothing is written), and with each row the same: `marks`,
    0 when the writer's last batch is another (nothing is written); `head` and `now`, the log's head before the batch
    and the batch's instant, null when no move is allowed; `later`, as `Dialect.lock_head` has it.
    """
    turns = sorted(range(len(moves)), key=lambda place: moves[place].id)
    sorted_moves = [moves[place] for place in turns]
    columns = (
        [move.id for move in sorted_moves],
        [str(move.to) for move in sorted_moves],
        turns,
        _sparse([move.expected_version for move in sorted_moves]),
        _sparse([move.error for move in sorted_moves]),
        _sparse([move.reason for move in sorted_moves]),
        _sparse([move.actor for move in sorted_moves]),
    )
    return Statement(_text(notify=notify), (*columns, writer, number, now))


def applied_by(moves: Moves, rows: Rows) -> Applied | None:
    """Return what was applied, by the rows that the statement selected; None when nothing was written."""
    if len(rows) < len(moves) or not rows[0]["marks"]:
        return None
    told = rows[0]
    later = json.loads(told["later"]) if told["later"] else {}
    workspace = Workspace(
        now=told["now"] or 0,
        head=told["head"] or 0,
        runs={row["id"]: run_of(row) for row in rows},
        kept={},
        later={int(owner): at for owner, at in later.items()},
    )
    return Applied(decide(workspace, moves), workspace.changes)


def _sparse(values: list[Any]) -> list[Any]:
    return values if any(value is not None for value in values) else []
