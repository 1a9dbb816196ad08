"""The tables of records: results, run data, plans, jobs, runtimes.

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
from runindex.domain.records.record import Record
from runindex.domain.records.results import Item, Result, ResultScore
from runindex.domain.records.run_data import Cell, Document, Value, ValueVersion
from runindex.domain.records.runtimes import Receipt, ReceiptHead, Runtime, RuntimeInput
from runindex.domain.records.totals import Tombstone, Totals
from runindex.domain.records.views import DefaultView, View
from runindex.ports.queries import Row

R = TypeVar("R", bound=Record)

# What a release that does not know a column leaves in it.
_ADDED: Final = {"late": text("0"), "annotation_version": text("0")}


def _table(name: str, kind: type[Record], *indexes: Index) -> Table:
    hints = get_type_hints(kind)
    columns = [_column(field.name, hints[field.name], kind.KEY) for field in fields(kind)]  # type: ignore[arg-type]  # records are dataclasses
    return Table(name, METADATA, *columns, *indexes)


def _column(name: str, hint: Any, key: tuple[str, ...]) -> Column[Any]:  # noqa: ANN401 - a type expression
    kinds = get_args(hint) or (hint,)
    kind = next(kind for kind in kinds if kind is not NoneType)
    return Column(
        name,
        _sql_type(kind),
        primary_key=name in key,
        nullable=NoneType in kinds,
        autoincrement=False,
        server_default=_ADDED.get(name),
    )


def _sql_type(kind: type) -> TypeEngine[Any]:
    if issubclass(kind, str):
        return TextC
    if issubclass(kind, bytes):
        return LargeBinary()
    return Double() if issubclass(kind, float) else BigInteger()


totals: Final = _table("totals", Totals)
results: Final = _table(
    "results",
    Result,
    Index(None, "id"),
    Index(None, "owner", "generation", "started_at", "created_at", "id"),
    Index(None, "owner", "seq"),
)
items: Final = _table("items", Item)
result_scores: Final = _table("result_scores", ResultScore)
run_values: Final = _table("run_values", Value)
value_versions: Final = _table("value_versions", ValueVersion)
events: Final = _table("events", Event, Index(None, "owner", "stream", "sequence"))
cells: Final = _table("cells", Cell)
documents: Final = _table("documents", Document)
plans: Final = _table("plans", Plan, Index(None, "created_at", "id"))
jobs: Final = _table(
    "jobs",
    Job,
    Index("ix_jobs_rank", "queue", "status", text("priority DESC"), "run_at", "created_at", "id"),
    Index(None, "queue", "status", "lease_expires_at", "id"),
    Index(None, "queue", "created_at", "id"),
    Index(None, "status", "created_at", "id"),
    Index(None, "run_id"),
    Index(None, "created_at", "id"),
)
runtimes: Final = _table("runtimes", Runtime)
runtime_inputs: Final = _table("runtime_inputs", RuntimeInput)
receipts: Final = _table(
    "receipts",
    Receipt,
    Index(None, "owner", "runtime_id", "sequence"),
    Index(None, "owner", "created_at", "sequence", "runtime_id"),
    Index(None, "runtime_id", "created_at", "owner", "sequence"),
)
tombstones: Final = _table("remains", Tombstone)
receipt_heads: Final = _table("receipt_heads", ReceiptHead, Index(None, "owner", "runtime_id"))

views: Final = _table("views", View, Index(None, "name", "id"))
default_views: Final = _table("default_views", DefaultView)

TABLES: Final[Mapping[type[Record], Table]] = {
    Totals: totals,
    Result: results,
    Item: items,
    ResultScore: result_scores,
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
    View: views,
    DefaultView: default_views,
    Tombstone: tombstones,
}


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
