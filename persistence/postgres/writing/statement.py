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
_STATE: Final = ", ".join(f"run.{column}" for column in (*RUN_COLUMNS, "name_folded"))
_JUDGED: Final = f"{_IS_ALLOWED} AND coalesce(move.expected, run.version) = run.version AS is_allowed"
_MARK: Final = f"UPDATE writers SET batch = $2, at = {NOW} WHERE id = $1 AND batch = $2 - 1 RETURNING batch"
_TOLD: Final = f"feed_head.n, feed_head.n - {{number}} AS before, coalesce($3::bigint, {NOW}) AS now"
_DATED: Final = "greatest(head.now, {runs}.updated_at, totals.last_at) AS at"
_PARAMETERS: Final = "$4::text{0}, $5::text{0}, $6::int{0}, $7::text{0}, $8::text{0}, $9::text{0}"
_COLUMNS: Final = "id, target, expected, failure, reason, actor"

# Of many runs: arrays of all commands, by the ids of the runs; one that has no values is sent empty, and read as nulls.
# Were the runs sorted here, the planner might read the whole table in its order.
_MANY: Final = f"""
locked AS (
    SELECT {_STATE}, move.target, move.failure, move.reason, move.actor, move.place, {_JUDGED}
    FROM unnest({_PARAMETERS.format("[]")}, $10::int[]) WITH ORDINALITY AS move ({_COLUMNS}, place, turn)
    JOIN runs AS run ON run.id = move.id ORDER BY move.turn FOR UPDATE OF run
), allowed AS (
    SELECT locked.*, row_number() OVER (ORDER BY place) AS nth FROM locked
    WHERE is_allowed AND EXISTS (SELECT FROM mark) AND (SELECT count(*) FROM locked) = cardinality($4)
), head AS (
    UPDATE feed_head SET n = feed_head.n + moved.number FROM (SELECT count(*) AS number FROM allowed) AS moved
    WHERE shard = {SHARD} AND moved.number > 0 RETURNING {_TOLD.format(number="moved.number")}
), moves AS (
    SELECT allowed.*, head.now, head.before + nth AS seq, {_DATED.format(runs="allowed")}
    FROM head CROSS JOIN allowed LEFT JOIN totals ON totals.owner = allowed.incarnation
)"""
# Of one run: the same without what only many need, which would take the server a quarter longer.
_ONE: Final = f"""
locked AS (
    SELECT {_STATE}, move.target, move.failure, move.reason, move.actor, {_JUDGED}
    FROM (SELECT {_PARAMETERS.format("")}) AS move ({_COLUMNS}) JOIN runs AS run ON run.id = move.id FOR UPDATE OF run
), head AS (
    UPDATE feed_head SET n = feed_head.n + 1 FROM locked CROSS JOIN mark
    WHERE shard = {SHARD} AND locked.is_allowed RETURNING {_TOLD.format(number=1)}
), moves AS (
    SELECT locked.*, head.now, head.n AS seq, {_DATED.format(runs="locked")}
    FROM head CROSS JOIN locked LEFT JOIN totals ON totals.owner = locked.incarnation
)"""


@lru_cache
def _text(*, is_one: bool, notify: bool) -> str:
    notified = f"(SELECT count(pg_notify('{CHANNEL}', head.n::text)) FROM head)" if notify else "0"
    return f"""
WITH mark AS ({_MARK}), {_ONE if is_one else _MANY}, moved AS (
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
SELECT {", ".join(RUN_COLUMNS)}, (SELECT count(*) FROM mark) AS marks, (SELECT before FROM head) AS head,
    (SELECT now FROM head) AS now, {notified} AS notified,
    (SELECT json_object_agg(incarnation, at)::text FROM moves WHERE at > now AND at > updated_at) AS later
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
    batch = (writer, number, now)
    if len(moves) == 1:
        return Statement(_text(is_one=True, notify=notify), (*batch, *_values(moves[0])))
    places = sorted(range(len(moves)), key=lambda place: moves[place].id)
    columns = zip(*(_values(moves[place]) for place in places), strict=True)
    return Statement(_text(is_one=False, notify=notify), (*batch, *map(_sparse, columns), places))


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
    outcomes = decide(workspace, moves)
    return None if told["now"] is None and workspace.changes else Applied(outcomes, workspace.changes)


def _values(move: TransitionRun) -> tuple[Any, ...]:
    return move.id, str(move.to), move.expected_version, move.error, move.reason, move.actor


def _sparse(values: Sequence[Any]) -> Sequence[Any]:
    return () if values.count(None) == len(values) else values
