"""Leaves of the answer: scalars and members of enums."""

from typing import Final

from graphql import GraphQLEnumType, GraphQLScalarType
from orjson import Fragment

from resolvers.execution.compilation import runtime
from resolvers.execution.compilation.source import Source
from resolvers.execution.compilation.values import SAME, Value

# Bytes of an id, and of an instant.
_ID: Final = 64
_INSTANT: Final = 27


def leaf(kind: GraphQLScalarType | GraphQLEnumType, source: Source) -> Value:
    """Return how a leaf that is not null is answered."""
    if isinstance(kind, GraphQLEnumType):
        names = {value.value: name for name, value in kind.values.items()}
        return Value(f"{source.name(names)}[{{}}]", size=max(map(len, names.values())))
    match kind.name:
        case "Boolean":
            return SAME
        case "Int":
            return Value(f"{source.name(runtime.check_int)}({{}})")
        case "Float":
            return Value(f"{source.name(runtime.check_float)}({{}})")
        case "ID":
            return Value("{}", size=_ID)
        case "String":
            return Value("c.text({})")
        case "JSON":
            return Value(f"{source.name(Fragment)}(c.text({{}}))")
        case "Base64":
            return Value(f"c.text({source.name(kind.coerce_output_value)}({{}}))")
    return Value(f"{source.name(kind.coerce_output_value)}({{}})", size=_INSTANT)
