"""The runs that the index of words names; who asks compares their texts as well."""

from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, FromClause, Text, bindparam, case, column, exists, func, select
from sqlalchemy import literal_column as literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from persistence.sql.queries.expressions import PerDialect, join_from_left
from persistence.sql.tables.runs import runs
from persistence.sql.tables.words import INDEX_NAME, run_words, unindexed_runs
from persistence.sql.words.asking import POSTGRES, SQLITE


class _Matches(FunctionElement[Any]):
    """The rows of `run_words` that have the entries asked for: as Postgres is asked, and as SQLite is."""

    name = "matches"
    inherit_cache = True


# What no run has: an empty text is an error to FTS5.
_NOTHING: Final = """'"\ue100\ue100"'"""


# The parameters come by place: one that is not in the text must not be processed.
@compiles(_Matches, "postgresql")
def _matches_in_postgresql(element: _Matches, compiler: SQLCompiler, **options: object) -> str:
    asked = compiler.process(next(iter(element.clauses)), **options)
    return f"(SELECT incarnation, run_id FROM {run_words.name} WHERE words @@ CAST({asked} AS tsquery))"  # noqa: S608 - a constant


@compiles(_Matches, "sqlite")
def _matches_in_sqlite(element: _Matches, compiler: SQLCompiler, **options: object) -> str:
    asked = compiler.process(list(element.clauses)[1], **options)
    # The index has its rows by number, so that the newest are read first, and no more than are wanted.
    return (
        f"(SELECT {INDEX_NAME}.rowid AS incarnation, w.run_id FROM {INDEX_NAME} CROSS JOIN {run_words.name} AS w"  # noqa: S608 - constants
        f" ON w.incarnation = {INDEX_NAME}.rowid WHERE {INDEX_NAME} MATCH {asked})"
    )


def named_by_index(place: int | str, name: str, is_asked: ColumnElement[bool] | None = None) -> FromClause:
    """Return the runs, as `incarnation` and `run_id`, that the index names for the entries bound at a place.

    Where a condition is given that no row takes part in, and it is false, they may be none: SQLite, which would find
    them all the same, is asked for nothing.
    """
    in_postgres, in_sqlite = (bindparam(f"{part}{place}", type_=Text()) for part in (POSTGRES, SQLITE))
    asked = in_sqlite if is_asked is None else case((is_asked, in_sqlite), else_=literal(_NOTHING))
    rows = _Matches(in_postgres, asked)
    return rows.table_valued(column("incarnation", BigInteger()), column("run_id", Text()), name=name)


def join_runs(named: FromClause) -> FromClause:
    """Join runs named by id and incarnation with the rows of those that still are."""
    is_same = (runs.c.id == named.c.run_id) & (runs.c.incarnation == named.c.incarnation)
    return join_from_left(named, runs, is_same)


def kept_words() -> ColumnElement[str]:
    """Return the entries of a row of `runs` in the index, joined by blanks; empty for a run that is read besides."""
    text = PerDialect(
        postgresql=func.array_to_string(func.tsvector_to_array(run_words.c.words), literal("' '")),
        sqlite=run_words.c.words,
    )
    is_read = exists(1).where(unindexed_runs.c.incarnation == runs.c.incarnation).correlate(runs)
    mine = (run_words.c.incarnation == runs.c.incarnation) & (run_words.c.run_id == runs.c.id)
    return case((is_read, literal("''")), else_=select(text).where(mine).correlate(runs).scalar_subquery())
