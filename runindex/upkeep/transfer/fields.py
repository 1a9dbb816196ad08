"""The fields of what is moved: how each is written in JSON, and what it must be to be read back."""

import json
import math
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from types import NoneType
from typing import Any, Final, get_args, get_type_hints

from runindex.domain import jsontext
from runindex.domain.changes import RunChangeKind
from runindex.domain.lifecycle import RunStatus
from runindex.domain.retention import RetentionKind
from runindex.domain.runs import TargetType
from runindex.queries import Row

_LARGEST: Final = 2**63 - 1
_SMALL: Final = frozenset({"version", "retention_value", "total_items"})
_LARGEST_SMALL: Final = 2**31 - 1
# Texts that hold JSON. They are moved as the texts that they are: not a digit may change.
_JSON: Final = frozenset(
    {
        *("tags", "metadata", "former_tags", "former_metadata", "input", "output", "expected_output", "scores"),
        *("value", "payload", "content", "spec", "data", "detail", "contributing_input_ids"),
    }
)
# What a record's own line need not say: whose it is.
OWNER: Final = frozenset({"owner", "run_id"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name, its type, and whether it may be null."""

    name: str
    kind: type
    nullable: bool = False

    def written(self, value: Any) -> Any:  # noqa: ANN401 - as stored
        """Return a stored value as JSON has it."""
        if value is None:
            return None
        if self.kind is bytes:
            return b64encode(value).decode()
        return float(value) if self.kind is float else value

    def read(self, value: Any) -> Any:  # noqa: ANN401 - as JSON has it
        """Return a value as it is stored; raise ValueError or TypeError for what cannot be."""
        if value is None:
            if not self.nullable:
                raise ValueError
            return None
        if self.kind is int:
            return self._whole(value)
        if self.kind is float:
            return _number(value)
        if not isinstance(value, str):
            raise TypeError
        if self.kind is bytes:
            return b64decode(value, validate=True)
        return self.kind(value) if issubclass(self.kind, StrEnum) else self._text(value)

    def _whole(self, value: object) -> int:
        largest = _LARGEST_SMALL if self.name in _SMALL else _LARGEST
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > largest:
            raise ValueError
        return value

    def _text(self, value: str) -> str:
        if not jsontext.is_plain_text(value):
            raise ValueError
        if self.name in _JSON:
            json.loads(value)
            if "\\u" in value:
                jsontext.depth_of(jsontext.loads(value))
        return value


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError
    return float(value)


def fields_of(kind: type, without: frozenset[str] = frozenset()) -> tuple[Field, ...]:
    """Return the fields of a flat dataclass."""
    hints = get_type_hints(kind)
    return tuple(_field(field.name, hints[field.name]) for field in fields(kind) if field.name not in without)


def _field(name: str, hint: Any) -> Field:  # noqa: ANN401 - a type expression
    kinds = get_args(hint) or (hint,)
    return Field(name, next(kind for kind in kinds if kind is not NoneType), NoneType in kinds)


def written(shape: tuple[Field, ...], row: Row) -> dict[str, Any]:
    """Return a row as JSON has it."""
    return {field.name: field.written(row[field.name]) for field in shape}


def read(shape: tuple[Field, ...], line: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that a line holds; raise ValueError or TypeError unless they are right."""
    if line.keys() != {field.name for field in shape}:
        raise ValueError
    return {field.name: field.read(line[field.name]) for field in shape}


RUN: Final = (
    Field("id", str),
    Field("incarnation", int),
    Field("version", int),
    Field("status", RunStatus),
    Field("name", str, nullable=True),
    Field("tags", str),
    Field("metadata", str, nullable=True),
    Field("error", str, nullable=True),
    Field("created_at", int),
    Field("updated_at", int),
    Field("started_at", int, nullable=True),
    Field("finished_at", int, nullable=True),
    Field("outcome", RunStatus, nullable=True),
    Field("retention_kind", RetentionKind),
    Field("retention_value", int, nullable=True),
    Field("parent_id", str, nullable=True),
    Field("plan_id", str, nullable=True),
    Field("dataset_id", str, nullable=True),
    Field("dataset_version", int, nullable=True),
    Field("target_type", TargetType, nullable=True),
    Field("target_id", str, nullable=True),
    Field("total_items", int, nullable=True),
)
CHANGE: Final = (
    Field("seq", int),
    Field("kind", RunChangeKind),
    *RUN,
    Field("former_status", RunStatus, nullable=True),
    Field("former_name", str, nullable=True),
    Field("former_tags", str, nullable=True),
    Field("former_metadata", str, nullable=True),
    Field("former_updated_at", int, nullable=True),
    Field("reason", str, nullable=True),
    Field("actor", str, nullable=True),
)
