"""The tables of records: results, scoped data, plans, jobs, runtimes.

A record is a flat dataclass, and its table has a column for each of its fields, in the same order.
"""

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from types import NoneType
from typing import Any, Final, TypeVar, get_args, get_type_hints

from sqlalchemy import BigInteger, Column, Double, Index, LargeBinary, Table, text
from sqlalchemy.types import TypeEngine

from persistence.sql.tables.runs import METADATA, TextC
from runindex.domain.records.events import Event
from runindex.domain.records.jobs import Job
from runindex.domain.records.plans import Plan
from runindex.domain.records.results import Item, Result
from runindex.domain.records.run_data import Cell, Document, Value, ValueVersion
from runindex.domain.records.runtimes import Receipt, ReceiptHead, Runtime, RuntimeInput
from runindex.domain.records.totals import Tombstone, Totals
from runindex.ports.queries import Row

R = TypeVar("R")


def _table(name: str, kind: type, key: tuple[str, ...], *indexes: Index) -> Table:
    hints = get_type_hints(kind)
    columns = [_column(field.name, hints[field.name], key) for field in fields(kind)]
    return Table(name, METADATA, *columns, *indexes)


def _column(name: str, hint: Any, key: tuple[str, ...]) -> Column[Any]:  # noqa: ANN401 - a type expression
    kinds = get_args(hint) or (hint,)
    kind = next(kind for kind in kinds if kind is not NoneType)
    return Column(name, _sql_type(kind), primary_key=name in key, nullable=NoneType in kinds, autoincrement=False)


def _sql_type(kind: type) -> TypeEngine[Any]:
    if issubclass(kind, str):
        return TextC
    if issubclass(kind, bytes):
        return LargeBinary()
    return Double() if issubclass(kind, float) else BigInteger()


totals: Final = _table("totals", Totals, ("owner",))
results: Final = _table(
    "results",
    Result,
    ("owner", "generation", "item_id", "retry_count"),
    Index(None, "id"),
    Index(None, "owner", "generation", "started_at", "created_at", "id"),
    Index(None, "owner", "seq"),
)
items: Final = _table("items", Item, ("owner", "generation", "item_id"))
run_values: Final = _table("run_values", Value, ("owner", "key_name"))
value_versions: Final = _table("value_versions", ValueVersion, ("owner", "key_name", "version"))
events: Final = _table("events", Event, ("owner", "sequence"), Index(None, "owner", "stream", "sequence"))
cells: Final = _table("cells", Cell, ("owner", "name"))
documents: Final = _table("documents", Document, ("owner", "key_name"))
plans: Final = _table("plans", Plan, ("id",), Index(None, "created_at", "id"))
jobs: Final = _table(
    "jobs",
    Job,
    ("id",),
    Index("ix_jobs_rank", "queue", "status", text("priority DESC"), "run_at", "created_at", "id"),
    Index(None, "queue", "status", "lease_expires_at", "id"),
    Index(None, "queue", "created_at", "id"),
    Index(None, "status", "created_at", "id"),
    Index(None, "run_id"),
    Index(None, "created_at", "id"),
)
runtimes: Final = _table("runtimes", Runtime, ("runtime_id",))
runtime_inputs: Final = _table("runtime_inputs", RuntimeInput, ("runtime_id", "input_id"))
receipts: Final = _table(
    "receipts",
    Receipt,
    ("runtime_id", "owner", "sequence"),
    Index(None, "owner", "runtime_id", "sequence"),
    Index(None, "owner", "created_at", "sequence", "runtime_id"),
    Index(None, "runtime_id", "created_at", "owner", "sequence"),
)
remains: Final = _table("remains", Tombstone, ("owner", "generation"))
receipt_heads: Final = _table("receipt_heads", ReceiptHead, ("runtime_id", "owner"), Index(None, "owner", "runtime_id"))

TABLES: Final[Mapping[type, Table]] = {
    Totals: totals,
    Result: results,
    Item: items,
    Value: run_values,
    ValueVersion: value_versions,
    Event: events,
    Cell: cells,
    Document: documents,
    Plan: plans,
    Job: jobs,
    Runtime: runtimes,
    RuntimeInput: runtime_inputs,
    Receipt: receipts,
    ReceiptHead: receipt_heads,
    Tombstone: remains,
}
# Kinds whose rows belong to one run, by its incarnation, and go with it.
OWNED: Final = tuple(kind for kind, table in TABLES.items() if "owner" in table.columns and kind is not Tombstone)


def record_of(kind: type[R], row: Row) -> R:
    """Return the record that a row with all columns holds."""
    values = (row[name] if enum is None or row[name] is None else enum(row[name]) for name, enum in _FIELDS[kind])
    return kind(*values)


def _fields(kind: type) -> list[tuple[str, type[StrEnum] | None]]:
    hints = get_type_hints(kind)
    return [(field.name, _enum_in(hints[field.name])) for field in fields(kind)]


def _enum_in(hint: Any) -> type[StrEnum] | None:  # noqa: ANN401 - a type expression
    found = (kind for kind in get_args(hint) or (hint,) if isinstance(kind, type) and issubclass(kind, StrEnum))
    return next(found, None)


_FIELDS: Final = {kind: _fields(kind) for kind in TABLES}
