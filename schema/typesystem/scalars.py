"""The scalars: instants, JSON, bytes, and numbers in double precision.

Inside, a `DateTime` is an integer of microseconds since the Unix epoch. A `JSON` on its way out is JSON text, spliced
into the response as it is; on its way in it is a decoded value in which numbers keep their spelling.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, NewType

import orjson
from graphql import (
    ConstValueNode,
    FloatValueNode,
    GraphQLError,
    GraphQLFloat,
    GraphQLInt,
    GraphQLNamedType,
    GraphQLScalarType,
    IntValueNode,
    ListValueNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    value_from_ast_untyped,
)
from graphql.utilities.value_to_literal import default_scalar_value_to_literal
from strawberry.types.scalar import ScalarDefinition

from runindex.domain.instants import format_instant, parse_instant
from runindex.domain.json_text import JsonError, JsonValue, exact_integer, exact_number

DateTime = NewType("DateTime", int)
Json = NewType("Json", object)
Base64 = NewType("Base64", bytes)


def read_instant(value: object) -> int:
    """Read an RFC 3339 time; raise GraphQLError for anything else."""
    if not isinstance(value, str):
        raise GraphQLError("DateTime is written as a string, such as 2026-11-21T09:30:00.000000Z.")
    try:
        return parse_instant(value)
    except ValueError as error:
        raise GraphQLError(f"DateTime cannot be read: {error}.") from None


def _read_instant_literal(node: ValueNode) -> int:
    return read_instant(node.value if isinstance(node, StringValueNode) else None)


def splice_json(text: str) -> orjson.Fragment:
    """Return JSON text as a fragment that orjson writes unchanged."""
    return orjson.Fragment(text)


def _read_json(value: JsonValue) -> JsonValue:
    return value


def read_json_literal(node: ValueNode) -> JsonValue:
    """Read a literal without variables, numbers by their exact text; raise GraphQLError for one out of range."""
    match node:
        case ObjectValueNode(fields=fields):
            return {field.name.value: read_json_literal(field.value) for field in fields}
        case ListValueNode(values=values):
            return [read_json_literal(item) for item in values]
        case IntValueNode() | FloatValueNode():
            return _read_number(node.value, exact_integer if isinstance(node, IntValueNode) else exact_number)
    return value_from_ast_untyped(node)


def _read_number(text: str, read: Callable[[str], JsonValue]) -> JsonValue:
    try:
        return read(text)
    except (JsonError, ValueError):
        raise GraphQLError("JSON number out of range.") from None


def json_literal(value: JsonValue) -> ConstValueNode:
    """Return the literal of a decoded value: it replaces a variable inside a JSON literal."""
    match value:
        case dict():
            fields = (ObjectFieldNode(name=NameNode(value=key), value=json_literal(value[key])) for key in value)
            return ObjectValueNode(fields=tuple(fields))  # type: ignore[return-value]  # made of constants alone
        case list() | tuple():
            return ListValueNode(values=tuple(map(json_literal, value)))  # type: ignore[return-value]
        case Decimal():
            return FloatValueNode(value=str(value))
    return default_scalar_value_to_literal(value) if value is not None else NullValueNode()


def read_base64(value: object) -> bytes:
    """Read standard base64 with its padding; raise GraphQLError for anything else."""
    if not isinstance(value, str):
        raise GraphQLError("Base64 is written as a string.")
    try:
        return b64decode(value, validate=True)
    except ValueError:
        raise GraphQLError("Base64 cannot be read: not standard base64 with its padding.") from None


def _read_base64_literal(node: ValueNode) -> bytes:
    return read_base64(node.value if isinstance(node, StringValueNode) else None)


def _write_base64(value: bytes) -> str:
    return b64encode(value).decode()


def read_float(value: object) -> float:
    """Read a finite number, also one with more digits than a float holds; raise GraphQLError for anything else."""
    return GraphQLFloat.coerce_input_value(float(value) if isinstance(value, Decimal) else value)  # type: ignore[no-any-return]


def read_int(value: object) -> int:
    """Read a whole number of 32 bits, however it is spelled; raise GraphQLError for anything else."""
    if isinstance(value, Decimal) and float(value) == value:
        value = float(value)
    return GraphQLInt.coerce_input_value(value)  # type: ignore[no-any-return]


class _OwnNumber(GraphQLScalarType):
    reserved_types: Mapping[str, GraphQLNamedType] = {}


def _definition(scalar: GraphQLScalarType) -> ScalarDefinition:
    return ScalarDefinition(
        name=scalar.name,
        description=scalar.description,
        specified_by_url=scalar.specified_by_url,
        serialize=scalar.coerce_output_value,
        parse_value=scalar.coerce_input_value,
        parse_literal=None,
        implementation=scalar,
    )


# The coercers of graphql-core 3.3 rather than `strawberry.scalar`: only they get a variable inside a JSON literal as
# the caller wrote it, not as another scalar has decoded it.
DATE_TIME: Final = GraphQLScalarType(
    "DateTime",
    description="An instant in RFC 3339: answered in UTC with six fractional digits, accepted with any offset.",
    specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339",
    coerce_output_value=format_instant,
    coerce_input_value=read_instant,
    coerce_input_literal=_read_instant_literal,
)
JSON: Final = GraphQLScalarType(
    "JSON",
    description="Any JSON value; `JSON!` is any but null. Objects keep their key order.",
    specified_by_url="https://ecma-international.org/publications-and-standards/standards/ecma-404/",
    coerce_output_value=splice_json,
    coerce_input_value=_read_json,
    coerce_input_literal=read_json_literal,
    value_to_literal=json_literal,
)
BASE64: Final = GraphQLScalarType(
    "Base64",
    description="Bytes, as standard base64.",
    specified_by_url="https://datatracker.ietf.org/doc/html/rfc4648",
    coerce_output_value=_write_base64,
    coerce_input_value=read_base64,
    coerce_input_literal=_read_base64_literal,
)
# graphql-core's own refuses a Decimal, which -0 and 1e2 are as well.
INT: Final = _OwnNumber(
    "Int",
    description=GraphQLInt.description,
    coerce_output_value=GraphQLInt.coerce_output_value,
    coerce_input_value=read_int,
    coerce_input_literal=GraphQLInt.parse_literal,
    value_to_literal=GraphQLInt.value_to_literal,
)
# graphql-core's own refuses a Decimal and lets a literal 1e999 be infinite.
FLOAT: Final = _OwnNumber(
    "Float",
    description="A number in double precision (IEEE 754), never infinite.",
    coerce_output_value=GraphQLFloat.coerce_output_value,
    coerce_input_value=read_float,
    coerce_input_literal=GraphQLFloat.parse_literal,
    value_to_literal=GraphQLFloat.value_to_literal,
)

# For `StrawberryConfig(scalar_map=...)`.
SCALARS: Final[dict[object, ScalarDefinition]] = {
    DateTime: _definition(DATE_TIME),
    Json: _definition(JSON),
    Base64: _definition(BASE64),
    int: _definition(INT),
    float: _definition(FLOAT),
}
