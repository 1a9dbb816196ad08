"""Expressions that SQLite and Postgres word differently; all else in a query has one text for both."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Self

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Select,
    Table,
    Text,
    any_,
    case,
    cast,
    collate,
    exists,
    false,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, JSONPATH
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import Join, Lateral, TableValuedAlias
from sqlalchemy.sql.visitors import InternalTraversal

from persistence.sql.queries.shape import Comparison
from runindex.domain.json_text import loads
from runindex.domain.runs import search, sort_keys
from runindex.domain.runs.filters import MetadataFilter, MetadataOperator, metadata_check

_ZERO: Final[ColumnElement[int]] = literal_column("0")


class PerDialect(ColumnElement[Any]):
    """An expression that each dialect words in its own way."""

    __visit_name__ = "per_dialect"
    _traverse_internals: Any = (
        ("postgresql", InternalTraversal.dp_clauseelement),
        ("sqlite", InternalTraversal.dp_clauseelement),
    )

    def __init__(self, *, postgresql: ColumnElement[Any], sqlite: ColumnElement[Any]) -> None:
        self.postgresql = postgresql
        self.sqlite = sqlite
        self.type = postgresql.type

    def self_group(self, against: object = None) -> Self:
        """Return itself: the text is in parentheses already."""
        del against
        return self


@compiles(PerDialect, "postgresql")
def _in_postgresql(element: PerDialect, compiler: SQLCompiler, **options: object) -> str:
    return f"({compiler.process(element.postgresql, **options)})"


@compiles(PerDialect, "sqlite")
def _in_sqlite(element: PerDialect, compiler: SQLCompiler, **options: object) -> str:
    return f"({compiler.process(element.sqlite, **options)})"


class _Each(FunctionElement[str]):
    """The texts of a JSON array, as rows."""

    name = "each"
    inherit_cache = True


@compiles(_Each, "postgresql")
def _each_in_postgresql(element: _Each, compiler: SQLCompiler, **options: object) -> str:
    return f"jsonb_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS JSONB))"


@compiles(_Each, "sqlite")
def _each_in_sqlite(element: _Each, compiler: SQLCompiler, **options: object) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


def each(array: ColumnElement[str], name: str | None = None) -> TableValuedAlias:
    """Return the texts of a JSON array as rows with one column `value`."""
    return _Each(array).table_valued("value", name=name)


def one_of(column: ColumnElement[Any], array: ColumnElement[str]) -> ColumnElement[bool]:
    """Tell whether the column is one of the texts of a JSON array."""
    return PerDialect(postgresql=column == any_(_text_array(array)), sqlite=column.in_(select(each(array).c.value)))


def contains_text(text: ColumnElement[Any], part: ColumnElement[str]) -> ColumnElement[bool]:
    """Tell whether a text contains another, character for character."""
    return PerDialect(postgresql=func.strpos(text, part) > _ZERO, sqlite=func.instr(text, part) > _ZERO)


def is_like(text: ColumnElement[Any], pattern: ColumnElement[str]) -> ColumnElement[bool]:
    """Tell whether a text has a match of a needle's pattern (`domain.search`)."""
    return PerDialect(postgresql=text.bool_op("~")(pattern), sqlite=func.runindex_is_like(text, pattern) > _ZERO)


def starts_with(text: ColumnElement[Any], prefix: ColumnElement[str]) -> ColumnElement[bool]:
    """Tell whether a text starts with another, character for character."""
    return PerDialect(
        postgresql=func.starts_with(text, prefix), sqlite=func.substr(text, 1, func.length(prefix)) == prefix
    )


def array_has(array: ColumnElement[Any], text: ColumnElement[str]) -> ColumnElement[bool]:
    """Tell whether a JSON array has the text as an element."""
    return PerDialect(
        postgresql=cast(array, JSONB).has_key(text), sqlite=text.in_(select(each(array).c.value).correlate())
    )


def array_has_all(array: ColumnElement[Any], wanted: ColumnElement[str]) -> ColumnElement[bool]:
    """Tell whether a JSON array has all texts of another."""
    want = each(wanted)
    missing = exists().select_from(want).where(want.c.value.not_in(select(each(array).c.value)))
    return PerDialect(postgresql=cast(array, JSONB).has_all(_text_array(wanted)), sqlite=~missing)


def array_has_any(array: ColumnElement[Any], wanted: ColumnElement[str]) -> ColumnElement[bool]:
    """Tell whether a JSON array has at least one text of another."""
    have = each(array)
    return PerDialect(
        postgresql=cast(array, JSONB).has_any(_text_array(wanted)),
        sqlite=exists().select_from(have).where(have.c.value.in_(select(each(wanted).c.value))),
    )


def array_has_prefix(array: ColumnElement[Any], prefix: ColumnElement[str]) -> ColumnElement[bool]:
    """Tell whether a JSON array has a text that starts with another."""
    have = each(array)
    return exists().select_from(have).where(starts_with(have.c.value, prefix))


def member(value: ColumnElement[Any], name: str) -> ColumnElement[str]:
    """Return a member of a JSON object as text; the name is a plain word."""
    key: ColumnElement[str] = literal_column(f"'{name}'")
    return PerDialect(
        postgresql=cast(value, JSONB).op("->>", return_type=Text())(key),
        sqlite=value.op("->>", return_type=Text())(key),
    )


class MetadataValues(NamedTuple):
    """The parameters of a metadata condition: path and value for Postgres, `whole` with both for SQLite.

    `trace` is a text that matching metadata contains: it spares decoding most metadata.
    """

    path: ColumnElement[str]
    value: ColumnElement[str]
    whole: ColumnElement[str]
    trace: ColumnElement[str]


def metadata_meets(metadata: ColumnElement[Any], comparison: Comparison, values: MetadataValues) -> ColumnElement[bool]:
    """Tell whether metadata meets a condition, as `runindex.domain.runs.filters.metadata_check` does."""
    has_trace = contains_text(metadata, values.trace)
    matches = func.runindex_metadata_matches(metadata, values.whole) > _ZERO
    return PerDialect(
        postgresql=has_trace & _jsonb_meets(metadata, comparison, values),
        sqlite=case((has_trace, matches), else_=false()),
    )


def _jsonb_meets(metadata: ColumnElement[Any], comparison: Comparison, values: MetadataValues) -> ColumnElement[bool]:
    # Subqueries without a table run once, not for each row.
    path = select(cast(values.path, JSONPATH)).scalar_subquery()
    wanted = cast(values.value, JSONB)
    found = func.jsonb_path_query_first(cast(metadata, JSONB), path, literal_column("'{}'::jsonb"), true(), type_=JSONB)
    match comparison.op:
        case MetadataOperator.EXISTS:
            return found.is_not(None)
        case MetadataOperator.IN:
            items = select(func.jsonb_array_elements(wanted)).scalar_subquery()
            return found == any_(func.array(items, type_=ARRAY(JSONB)))
        case MetadataOperator.EQ | MetadataOperator.NE:
            return _compared(comparison.op, found, wanted)
    if comparison.is_text:
        ordered = _compared(comparison.op, collate(_text_in(found), "C"), _text_in(wanted))
    else:
        ordered = _compared(comparison.op, found, wanted)
    return (func.jsonb_typeof(found) == func.jsonb_typeof(wanted)) & ordered


def _compared(op: MetadataOperator, found: ColumnElement[Any], wanted: ColumnElement[Any]) -> ColumnElement[bool]:
    return found.bool_op(_SQL_OPERATORS[op])(select(wanted).scalar_subquery())


_SQL_OPERATORS: Final = MappingProxyType(
    {
        MetadataOperator.EQ: "=",
        MetadataOperator.NE: "<>",
        MetadataOperator.LT: "<",
        MetadataOperator.LTE: "<=",
        MetadataOperator.GT: ">",
        MetadataOperator.GTE: ">=",
    }
)


def _text_in(scalar: ColumnElement[Any]) -> ColumnElement[str]:
    return Grouping(scalar.op("#>>", return_type=Text())(literal_column("'{}'", ARRAY(Text))))


def _text_array(array: ColumnElement[str]) -> ColumnElement[Any]:
    return func.array(select(each(array).c.value).scalar_subquery(), type_=ARRAY(Text))


class _LeftFirstJoin(Join):
    """A join that SQLite, which keeps no statistics, must begin on the left."""

    __visit_name__ = "join"
    inherit_cache = True


@compiles(_LeftFirstJoin, "sqlite")
def _left_first_in_sqlite(
    element: _LeftFirstJoin, compiler: SQLCompiler, *, asfrom: bool = False, **options: object
) -> str:
    del asfrom
    left, right = (compiler.process(side, asfrom=True, **options) for side in (element.left, element.right))
    condition = compiler.process(element.onclause, **options)  # type: ignore[arg-type]  # it has one
    return f"{left} CROSS JOIN {right} ON {condition}"


def join_from_left(left: FromClause, right: FromClause, condition: ColumnElement[bool]) -> FromClause:
    """Join two tables so that SQLite begins with the left one; Postgres decides by its statistics."""
    return _LeftFirstJoin(left, right, condition)


class _ForEach(Lateral):
    """A LATERAL subquery on one table; SQLite, which has none, joins the table itself."""

    __visit_name__ = "lateral"
    inherit_cache = True
    table: Table


@compiles(_ForEach, "sqlite")
def _for_each_in_sqlite(element: _ForEach, _: SQLCompiler, **__: object) -> str:
    return f"{element.table.name} AS {element.name}"


def top_of_each(left: FromClause, ranked: Select[Any], key: Column[Any]) -> tuple[FromClause, FromClause]:
    """Join each row of `left` with the rows of `ranked`, which has an order, a limit and `left` correlated.

    Return the join and its right side. SQLite, without LATERAL, finds rows by the keys that a correlated subquery
    selects; `key` is unique in the table of `ranked`.
    """
    right = _for_each(ranked, key.table, "ranked")
    keys = ranked.with_only_columns(key)
    return left.join(right, PerDialect(postgresql=true(), sqlite=right.c[key.name].in_(keys))), right


def looked_up(
    left: FromClause, columns: Sequence[Column[Any]], condition: Callable[[FromClause], ColumnElement[bool]], name: str
) -> tuple[Join, FromClause]:
    """Join each row of `left` with the rows of a table that meet a condition, each time through an index.

    Return the join and its right side. In the step of a recursion Postgres would read the whole table once for each
    level; the offset keeps it from that.
    """
    table = columns[0].table
    rows = select(*columns).where(condition(table)).correlate(left).offset(_ZERO)
    right = _for_each(rows, table, name)
    return left.join(right, PerDialect(postgresql=true(), sqlite=condition(right))), right


def found_from_left(
    left: FromClause, columns: Sequence[Column[Any]], condition: Callable[[FromClause], ColumnElement[bool]], name: str
) -> tuple[FromClause, FromClause]:
    """Join as `looked_up` does, in the order of `left` on either: by no statistics, and by each plan that is kept."""
    joined, right = looked_up(left, columns, condition, name)
    return _LeftFirstJoin(left, right, joined.onclause), right


def _for_each(selection: Select[Any], table: Table, name: str) -> _ForEach:
    right = _ForEach._construct(selection.subquery(), name=name)  # noqa: SLF001 - `Lateral` has no other constructor
    right.table = table
    return right


class MetadataPath(NamedTuple):
    """The parameters of a path: as Postgres reads it; as SQLite does, null where it cannot; as a JSON array of keys."""

    postgresql: ColumnElement[str]
    sqlite: ColumnElement[str]
    keys: ColumnElement[str]


class _MetadataKey(FunctionElement[str]):
    """The sort key of a metadata value; its clauses are the metadata and the path's parameters."""

    name = "metadata_key"
    inherit_cache = True
    type = Text()


# As `runindex.domain.runs.sort_keys` makes it. The offset lets the path be followed once.
_KEY_IN_POSTGRESQL: Final = """
(SELECT CASE jsonb_typeof(found.value)
    WHEN 'boolean' THEN CASE WHEN found.value = 'true'::jsonb THEN '01' ELSE '00' END
    WHEN 'string' THEN '3' || left(found.value #>> '{{}}', {longest})
    WHEN 'number' THEN (
        SELECT CASE
            WHEN abs(n) >= 1e200 OR scale(n) > 200 THEN NULL
            WHEN n < 0 THEN '1' || lpad((999 - length(trunc(-n)::text))::text, 3, '0')
                || translate((-n)::text, '0123456789', '9876543210') || '~'
            ELSE '2' || lpad(length(trunc(n)::text)::text, 3, '0') || n::text
        END FROM (SELECT trim_scale((found.value #>> '{{}}')::numeric) AS n OFFSET 0) AS number
    )
END FROM (
    SELECT jsonb_path_query_first(CAST({metadata} AS JSONB), CAST({path} AS JSONPATH), '{{}}', true) AS value OFFSET 0
) AS found) COLLATE "C"
"""


# The same; only what SQLite cannot follow or compare is decoded by our own functions, which take ten times as long.
_KEY_IN_SQLITE: Final = """
CASE WHEN {path} IS NULL THEN runindex_metadata_key({metadata}, {keys})
ELSE CASE json_type({metadata}, {path})
    WHEN 'true' THEN '01'
    WHEN 'false' THEN '00'
    WHEN 'text' THEN '3' || substr(json_extract({metadata}, {path}), 1, {longest})
    WHEN 'integer' THEN runindex_number_key({metadata} -> {path})
    WHEN 'real' THEN runindex_number_key({metadata} -> {path})
END END
"""


@compiles(_MetadataKey, "postgresql")
def _key_in_postgresql(element: _MetadataKey, compiler: SQLCompiler, **options: object) -> str:
    # A parameter that is not in the text must not be processed.
    metadata, path = (compiler.process(clause, **options) for clause in list(element.clauses)[:2])
    return f"({_KEY_IN_POSTGRESQL.format(metadata=metadata, path=path, longest=sort_keys.MAX_TEXT)})"


@compiles(_MetadataKey, "sqlite")
def _key_in_sqlite(element: _MetadataKey, compiler: SQLCompiler, **options: object) -> str:
    metadata, _, path, keys = element.clauses
    # Each parameter is processed as often, and in the order, as it is in the text.
    rendered = {"metadata": metadata, "path": path, "keys": keys}
    parts = re.split(r"\{(metadata|path|keys)\}", _KEY_IN_SQLITE.replace("{longest}", str(sort_keys.MAX_TEXT)))
    texts = [compiler.process(rendered[part], **options) if part in rendered else part for part in parts]
    return f"({''.join(texts)})"


def metadata_key(metadata: ColumnElement[Any], path: MetadataPath) -> ColumnElement[str]:
    """Return the sort key of the value at a path."""
    return _MetadataKey(metadata, *path)


class SqliteFunction(NamedTuple):
    """A deterministic function that connections to SQLite must have."""

    arguments: int
    function: Callable[..., Any]


@lru_cache(maxsize=256)
def _check(text: str) -> Callable[[str | None], bool]:
    condition = loads(text)
    path, op = tuple(condition["path"]), MetadataOperator(condition["op"])
    return metadata_check(MetadataFilter(path, op, condition["value"]))


def _metadata_matches(metadata: str | None, condition: str) -> bool:
    return _check(condition)(metadata)


_keys_in: Final = lru_cache(maxsize=256)(lambda text: tuple(loads(text)))


def _metadata_key(metadata: str | None, keys: str) -> str | None:
    return sort_keys.metadata_key(metadata, _keys_in(keys))


def _number_key(number: str | None) -> str | None:
    return None if number is None else sort_keys.number_key(number)


SQLITE_FUNCTIONS: Final[Mapping[str, SqliteFunction]] = MappingProxyType(
    {
        "runindex_metadata_matches": SqliteFunction(2, _metadata_matches),
        "runindex_is_like": SqliteFunction(2, search.is_like),
        "runindex_metadata_key": SqliteFunction(2, _metadata_key),
        "runindex_number_key": SqliteFunction(1, _number_key),
    }
)
