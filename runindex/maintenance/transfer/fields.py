"""Fields of exported things: how a field is encoded in JSON, and which values it may be decoded from."""

import math
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from types import NoneType
from typing import Any, Final, get_args, get_type_hints

from runindex.domain import json_text
from runindex.domain.lifecycle import RunStatus
from runindex.domain.records.events import Event
from runindex.domain.records.results import Result
from runindex.domain.runs.changes import Change, RunChangeKind
from runindex.domain.runs.retention import RetentionKind
from runindex.domain.runs.run import Run, TargetType
from runindex.maintenance.transfer.checks import Check, check, check_of
from runindex.ports.queries import Row

# Left out of a record's line: they follow from the run before it.
OWNER: Final = frozenset({"owner", "run_id"})

_ADDED: Final = {
    (Run, "trace_id"),
    (Change, "former_started_at"),
    (Event, "late"),
    *((Result, name) for name in ("trace_id", "late", "recorded_scores", "annotations", "labels")),
    *((Result, name) for name in ("annotation_version", "annotated_at")),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name, its type, whether it may be null, and the check of its values.

    `is_added`: earlier releases did not have it, and lines without it are as they wrote them.
    """

    name: str
    kind: type
    nullable: bool
    check: Check | None
    is_added: bool = False

    @property
    def default(self) -> int | None:
        """Return the value with which an added field is left out of a line."""
        return None if self.nullable else 0

    def encode(self, value: Any) -> Any:  # noqa: ANN401 - as stored
        """Return a stored value as a JSON value."""
        if value is None:
            return None
        if self.kind is bytes:
            return b64encode(value).decode()
        return float(value) if self.kind is float else value

    def decode(self, value: Any) -> Any:  # noqa: ANN401 - decoded JSON
        """Return a JSON value as it is stored; raise what checks raise for one that cannot be."""
        if value is None:
            check(self.nullable)
            return None
        stored = self._typed(value)
        if self.check is not None:
            self.check(stored)
        return stored

    def _typed(self, value: object) -> Any:  # noqa: ANN401 - as stored
        if self.kind is int:
            check(isinstance(value, int) and not isinstance(value, bool))
            return value
        if self.kind is float:
            return _number(value)
        if not isinstance(value, str):
            raise TypeError
        if self.kind is bytes:
            return b64decode(value, validate=True)
        check(json_text.is_plain_text(value))
        return self.kind(value) if issubclass(self.kind, StrEnum) else value


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError
    return float(value)


def fields_of(kind: type, without: frozenset[str] = frozenset()) -> tuple[Field, ...]:
    """Return the fields of a flat dataclass."""
    hints = get_type_hints(kind)
    return _shape(kind, {field.name: hints[field.name] for field in fields(kind) if field.name not in without})


def _shape(kind: type, hints: Mapping[str, Any]) -> tuple[Field, ...]:
    return tuple(_field(kind, name, hint) for name, hint in hints.items())


def _field(kind: type, name: str, hint: Any) -> Field:  # noqa: ANN401 - a type expression
    types = get_args(hint) or (hint,)
    field_type = next(each for each in types if each is not NoneType)
    return Field(name, field_type, NoneType in types, check_of(kind, name, field_type), (kind, name) in _ADDED)


def encode(shape: tuple[Field, ...], row: Row) -> dict[str, Any]:
    """Return a row as a JSON object."""
    return {
        field.name: field.encode(row[field.name])
        for field in shape
        if not (field.is_added and row[field.name] == field.default)
    }


def decode(shape: tuple[Field, ...], line: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row that a JSON object holds; raise what checks raise for one that cannot be."""
    check({field.name for field in shape if not field.is_added} <= line.keys() <= {field.name for field in shape})
    return {field.name: field.decode(line[field.name]) if field.name in line else field.default for field in shape}


RUN: Final = _shape(
    Run,
    {
        "id": str,
        "incarnation": int,
        "version": int,
        "status": RunStatus,
        "name": str | None,
        "tags": str,
        "metadata": str | None,
        "error": str | None,
        "created_at": int,
        "updated_at": int,
        "started_at": int | None,
        "finished_at": int | None,
        "outcome": RunStatus | None,
        "retention_kind": RetentionKind,
        "retention_value": int | None,
        "parent_id": str | None,
        "plan_id": str | None,
        "dataset_id": str | None,
        "dataset_version": int | None,
        "target_type": TargetType | None,
        "target_id": str | None,
        "total_items": int | None,
        "trace_id": str | None,
    },
)
CHANGE: Final = (
    *_shape(Change, {"seq": int, "kind": RunChangeKind}),
    *RUN,
    *_shape(
        Change,
        {
            "former_status": RunStatus | None,
            "former_name": str | None,
            "former_tags": str | None,
            "former_metadata": str | None,
            "former_updated_at": int | None,
            "reason": str | None,
            "actor": str | None,
            "former_started_at": int | None,
        },
    ),
)
