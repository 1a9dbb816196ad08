"""A filter means in SQL what it means in Python, of a run and of both sides of a change."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from sqlalchemy import Executable, Table, select

from persistence.postgres import connection as postgres_connection
from persistence.postgres.statements import PostgresDialect
from persistence.sql.batch.writes import change_values, run_values
from persistence.sql.queries import shape
from persistence.sql.queries.targets import AFTER, BEFORE, FilterTarget
from persistence.sql.queries.where import where
from persistence.sql.statements import Rows, Statement
from persistence.sql.tables import runs as tables
from persistence.sqlite import connection as sqlite_connection
from persistence.sqlite.statements import SqliteDialect
from runindex.domain import json_text
from runindex.domain.errors import BadRequestError
from runindex.domain.lifecycle import OPEN, RunStatus
from runindex.domain.runs.changes import Change, Former, RunChangeKind
from runindex.domain.runs.filters import MetadataFilter, MetadataOperator, RunFilter, predicate, uses_ancestor
from runindex.domain.runs.run import DatasetLink, Run, TargetType
from tests.support.commands import run_id
from tests.support.drawn.effort import tries
from tests.support.drawn.filters import matching_ids, run_filters

IDS = [run_id(number) for number in range(1, 6)]
GONE = run_id(9)
INSTANTS = range(4)
pytestmark = pytest.mark.timeout(600)
# With what folds oddly, what patterns would take for wildcards, and what texts order by.
TEXTS = [
    "a",
    "A",
    "ab",
    "x__y",
    "x_",
    "%",
    "\\",
    '"',
    "é",
    "ß",
    "İ",
    "ΣΑΣ",
    "ς",
    "\ud7ff",
    "\uffff",
    "\U0001f600",
    "\x01\n",
]
NEVER_KEPT = ["", "\0", "a\0", "\ud800"]
PATHS = [("a",), ("a", "b"), ("a.b",), ("",), ("0",), ("a", "0"), ('"', "$"), (), ("\0",)]
NUMBERS = [0, -0.0, 1, 1.0, True, 2**53, 2**53 + 1, 10**400, 1e22, 1e300, 0.1, Decimal("0.1000000000000000000000001")]
EDGES = [Decimal("1e-16383"), Decimal("-1.5e308"), 9 * 10**3600]
VALUES = [
    *NUMBERS,
    *EDGES,
    *TEXTS,
    None,
    False,
    "1",
    "",
    [],
    [0, {"b": 1}],
    {},
    {"b": None, "a": 1},
    {"a": 1.0, "b": None},
]

texts = st.sampled_from(TEXTS)
tags = st.lists(texts, max_size=3, unique=True).map(tuple)
names = st.none() | st.lists(texts, min_size=1, max_size=3).map("".join)
keys = st.sampled_from(["a", "b", "a.b", "", "0", '"', "$"])
leaves = st.sampled_from(VALUES)
nested = leaves | st.dictionaries(keys, leaves, max_size=3) | st.lists(leaves, max_size=2)
metadata = st.none() | st.dictionaries(keys, nested, max_size=3).map(json_text.dumps)
datasets = st.none() | st.builds(
    DatasetLink, texts, st.just(0), st.sampled_from(TargetType), texts, total_items=st.just(0)
)
orderings = st.sampled_from([MetadataOperator.LT, MetadataOperator.LTE, MetadataOperator.GT, MetadataOperator.GTE])


def runs_under(parents: Sequence[str], new_id: str) -> st.SearchStrategy[Run]:
    """Draw a run whose parent is none, gone, or one of these."""
    return st.builds(
        Run,
        id=st.just(new_id),
        incarnation=st.just(1),
        created_at=st.sampled_from(INSTANTS),
        updated_at=st.sampled_from(INSTANTS),
        status=st.sampled_from(RunStatus),
        name=names,
        tags=tags,
        metadata=metadata,
        finished_at=st.none() | st.sampled_from(INSTANTS),
        parent_id=st.none() | st.sampled_from([GONE, *parents]),
        plan_id=st.none() | st.sampled_from(IDS),
        dataset=datasets,
    )


populations = st.tuples(*(runs_under(IDS[:place], new_id) for place, new_id in enumerate(IDS))).map(list)


any_run = runs_under(IDS, IDS[0])
statuses = st.sampled_from(RunStatus)
kinds = st.sampled_from(RunChangeKind)
# Made once: to make such a strategy takes longer than to draw from it.
any_filter = run_filters(IDS, INSTANTS, TEXTS + NEVER_KEPT, PATHS, VALUES)


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """Draw a change of a run; only what its kind changes differs from before."""
    run, other = draw(any_run), draw(any_run)
    kind = draw(kinds)
    if kind is RunChangeKind.CREATED:
        return Change(1, kind, run, None)
    former = Former(run.status, run.name, run.tags, run.metadata, other.updated_at)
    match kind:
        case RunChangeKind.STATUS:
            status = draw(statuses)
            finished_at = None if status in OPEN and run.status in OPEN else run.finished_at
            return Change(1, kind, replace(run, finished_at=finished_at), replace(former, status=status))
        case RunChangeKind.NAME:
            former = replace(former, name=other.name)
        case RunChangeKind.TAGS:
            former = replace(former, tags=other.tags)
        case RunChangeKind.METADATA:
            former = replace(former, metadata=other.metadata)
    return Change(1, kind, run, former)


@dataclass(frozen=True, slots=True)
class Database:
    """A database for one test, reached without a store."""

    query: Callable[[Executable, dict[str, Any]], Statement]
    run: Callable[[Statement], Rows]

    @contextmanager
    def holding(self, *, runs: Sequence[Run] = (), changes: Sequence[Change] = ()) -> Iterator[None]:
        """Hold these alone, and nothing afterwards."""
        self.run(Statement("BEGIN"))
        try:
            self.run(Statement("DELETE FROM runs"))
            self.run(Statement("DELETE FROM changes"))
            for run in runs:
                self._insert(tables.runs, run_values(run))
                for tag in run.tags:
                    self._insert(tables.run_tags, (tag, run.created_at, run.id))
            for change in changes:
                self._insert(tables.changes, change_values(change))
            yield
        finally:
            self.run(Statement("ROLLBACK"))

    def ask(self, query: Executable) -> list[Any]:
        """Return the first column that a query answers."""
        return [next(iter(dict(row).values())) for row in self.run(self.query(query, {}))]

    def _insert(self, table: Table, values: Sequence[Any]) -> None:
        self.run(self.query(table.insert().values(values), {}))


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Open a database of each kind in turn."""
    yield from _sqlite(request) if request.param == "sqlite" else _postgres(request)


def _sqlite(request: pytest.FixtureRequest) -> Iterator[Database]:
    path: Path = request.getfixturevalue("sqlite_path")
    with closing(sqlite_connection.connect(path, seconds=5)) as connection:
        yield Database(SqliteDialect().query, lambda statement: sqlite_connection.run(connection, statement))


def _postgres(request: pytest.FixtureRequest) -> Iterator[Database]:
    timeouts = postgres_connection.Timeouts(statement=30)
    url: str = request.getfixturevalue("postgres_url")
    with asyncio.Runner() as runner:
        connection = runner.run(postgres_connection.connect(url, timeouts))
        try:
            yield Database(
                PostgresDialect(notify=False).query,
                lambda statement: runner.get_loop().run_until_complete(
                    postgres_connection.run(connection, statement, timeouts.statement)
                ),
            )
        finally:
            runner.run(postgres_connection.close(connection, timeouts))


@st.composite
def filters(draw: st.DrawFn) -> RunFilter:
    """Draw a filter that can be answered."""
    run_filter = draw(any_filter)
    try:
        where(run_filter)
    except BadRequestError:
        reject()
    return run_filter


@tries(250)
@given(populations, filters())
def test_of_runs(database: Database, runs: list[Run], run_filter: RunFilter) -> None:
    with database.holding(runs=runs):
        found = database.ask(select(tables.runs.c.id).where(where(run_filter)).order_by(tables.runs.c.id))
    assert found == matching_ids(runs, run_filter)


@tries(150)
@given(changes(), filters().filter(lambda drawn: not uses_ancestor(drawn)))
def test_of_both_sides_of_a_change(database: Database, change: Change, run_filter: RunFilter) -> None:
    matches = predicate(run_filter)
    sides = [(BEFORE, change.before), (AFTER, change.after)]
    with database.holding(changes=[change]):
        found = [bool(database.ask(select(tables.changes.c.seq).where(where(run_filter, side)))) for side, _ in sides]
    assert found == [run is not None and matches(run) for _, run in sides]


@tries(100)
@given(metadata, orderings, leaves)
def test_of_what_has_an_order(database: Database, kept: str | None, op: MetadataOperator, value: object) -> None:
    run_filter = RunFilter(metadata=(MetadataFilter(("a",), op, value),))
    run = Run(IDS[0], 1, 0, 0, metadata=kept)
    with database.holding(runs=[run]):
        found = database.ask(select(tables.runs.c.id).where(where(run_filter)))
    assert found == matching_ids([run], run_filter)


@pytest.mark.parametrize("side", [BEFORE, AFTER], ids=["before", "after"])
def test_what_is_below_a_run_is_no_question_to_the_log(side: FilterTarget) -> None:
    for run_filter in (RunFilter(ancestor_id=IDS[0]), RunFilter(not_=RunFilter(or_=(RunFilter(ancestor_id=GONE),)))):
        with pytest.raises(BadRequestError):
            where(run_filter, side)


@pytest.mark.parametrize("value", ["a\0", "\ud800", Decimal("1e400"), Decimal("1e-16384")])
def test_a_comparison_with_what_no_storage_keeps_is_refused(value: object) -> None:
    for op in (MetadataOperator.LT, MetadataOperator.GTE):
        with pytest.raises(BadRequestError):
            where(RunFilter(metadata=(MetadataFilter(("a",), op, value),)))


def test_no_field_of_a_filter_is_overlooked() -> None:
    named = {field.name for field in fields(RunFilter)}
    assert named - {"include_archived"} == set(shape.SPLITTERS)
