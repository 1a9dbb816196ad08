"""Leaves of the answer: scalars and members of enums."""

from typing import Final

from graphql import GraphQLEnumType, GraphQLScalarType
from orjson import Fragment

from resolvers.execution.compilation import runtime
from resolvers.execution.compilation.expressions import SAME, Expression
from resolvers.execution.compilation.refusal import NotCompiledError, Reason
from resolvers.execution.compilation.source import Source
from runindex.domain.instants import format_instant

# Bytes of an id, and of an instant.
_ID: Final = 64
_INSTANT: Final = 27
# Behind the largest Int.
MOST: Final = 2**31


def leaf(kind: GraphQLScalarType | GraphQLEnumType, source: Source) -> Expression:
    """Return how a leaf that is not null is answered."""
    if isinstance(kind, GraphQLEnumType):
        names = {value.value: name for name, value in kind.values.items()}
        return Expression(f"{source.name(names)}[{{}}]", size=max(map(len, names.values())))
    held = source.fresh("v")
    match kind.name:
        case "Boolean":
            return SAME
        case "Int":
            check = source.name(runtime.check_int)
            is_usual = f"({held} := {{}}).__class__ is int and -{MOST} <= {held} < {MOST}"
            value = Expression(f"({held} if {is_usual} else {check}({held}))")
        case "Float":
            value = Expression(f"{source.name(runtime.check_float)}({{}})")
        case "ID":
            value = Expression("{}", size=_ID)
        case "String":
            value = Expression("c.text({})")
        case "JSON":
            value = Expression(f"{source.name(Fragment)}(c.text({{}}))")
        case "Base64":
            value = Expression(f"c.text({source.name(kind.coerce_output_value)}({{}}))")
        case "DateTime":
            value = Expression(f"{source.name(format_instant)}({{}})", size=_INSTANT)
        case _:
            raise NotCompiledError(Reason.SCALAR)
    return value
