"""Leaves of the answer: scalars and members of enums."""

from typing import Final

from graphql import GraphQLEnumType, GraphQLScalarType
from orjson import Fragment

from resolvers.execution.compilation import runtime
from resolvers.execution.compilation.source import Source
from resolvers.execution.compilation.values import SAME, Value
from runindex.domain.instants import whole_second

# Bytes of an id, and of an instant.
_ID: Final = 64
_INSTANT: Final = 27
# Behind the largest Int.
MOST: Final = 2**31


def leaf(kind: GraphQLScalarType | GraphQLEnumType, source: Source) -> Value:
    """Return how a leaf that is not null is answered."""
    if isinstance(kind, GraphQLEnumType):
        names = {value.value: name for name, value in kind.values.items()}
        return Value(f"{source.name(names)}[{{}}]", size=max(map(len, names.values())))
    match kind.name:
        case "Boolean":
            return SAME
        case "Int":
            held, check = source.fresh("v"), source.name(runtime.check_int)
            return Value(f"({held} if ({held} := {{}}).__class__ is int and -{MOST} <= {held} < {MOST} else {check}({held}))")
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
        case "DateTime":
            held, second = source.fresh("v"), source.name(whole_second)
            text = f"{second}(({held} := {{}}) // 1000000)}}.{{{held} % 1000000:06d}}Z"
            return Value(f'f"{{{text}"', size=_INSTANT)
    return Value(f"{source.name(kind.coerce_output_value)}({{}})", size=_INSTANT)
