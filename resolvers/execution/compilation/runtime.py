"""What the functions of compiled operations call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypeAlias

from graphql import GraphQLFloat, GraphQLInt
from graphql.pyutils import Undefined
from strawberry.schema import BaseSchema

from resolvers.execution.bounds.turns import Share
from resolvers.execution.compilation.refusal import MismatchError
from resolvers.execution.context import Context
from runindex.ports.allowance import size_of
from schema.typesystem.selection import Position

Value: TypeAlias = Any  # of the storages' or the resolvers'
_LARGEST: Final = 2**31


@dataclass(slots=True)
class Frame:
    """What an operation is carried out with, and what its answer may still have; `variables` lack those left out."""

    context: Context
    variables: Mapping[str, Value]
    fields: int
    bytes: int
    share: Share | None

    def spend(self, number: int, fields: int, size: int) -> None:
        """Count values that have so many fields and bytes each."""
        self.fields -= number * fields
        self.bytes -= number * size
        if self.fields < 0 or self.bytes < 0:
            self.refuse()

    def text(self, text: str) -> str:
        """Return a text, and count its bytes."""
        self.bytes -= size_of(text)
        if self.bytes < 0:
            self.refuse()
        return text

    def refuse(self) -> NoReturn:
        """Leave an answer that is too large to graphql-core's judgement."""
        raise MismatchError


@dataclass(slots=True)
class PlanInfo:
    """What resolvers of compiled operations are told, in place of Strawberry's `Info`."""

    context: Context
    _raw_info: Position

    @property
    def field_name(self) -> str:
        """Return the name of the field."""
        return self._raw_info.field_name

    @property
    def schema(self) -> BaseSchema:
        """Return Strawberry's schema."""
        schema: BaseSchema = self._raw_info.selection.schema._strawberry_schema  # type: ignore[attr-defined]  # noqa: SLF001 - Strawberry finds it so
        return schema


def columns(rows: Sequence[Value], names: tuple[str, ...]) -> list[Sequence[Value]]:
    """Return the columns of those names, whatever the kind of the rows."""
    if not rows:
        return [()] * len(names)
    if isinstance(rows[0], Mapping):
        return [[row[name] for row in rows] for name in names]
    # Rows of the drivers' own kinds iterate over their values.
    places, values = list(rows[0].keys()), list(zip(*rows, strict=True))
    return [values[places.index(name)] for name in names]


def given(arguments: dict[str, Value]) -> dict[str, Value]:
    """Return the arguments that were not left out."""
    return {name: value for name, value in arguments.items() if value is not Undefined}


def check_int(value: Value) -> int:
    """Return a number of 32 bits; leave what is none to graphql-core's judgement."""
    if value.__class__ is int and -_LARGEST <= value < _LARGEST:
        return value
    return GraphQLInt.coerce_output_value(value)  # type: ignore[no-any-return]


def check_float(value: Value) -> float:
    """Return a finite number; leave the rest to graphql-core's judgement."""
    return GraphQLFloat.coerce_output_value(value)  # type: ignore[no-any-return]
