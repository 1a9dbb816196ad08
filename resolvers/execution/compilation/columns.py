"""Fields that columns answer: read off a row, as `schema.typesystem.fields` declares them."""

from graphql import GraphQLOutputType
from orjson import Fragment
from strawberry.schema.schema_converter import GraphQLCoreConverter

from resolvers.execution.compilation.refusal import NotCompiledError, Reason
from resolvers.execution.compilation.shapes import SelectedField
from resolvers.execution.compilation.source import Source
from resolvers.execution.compilation.values import Value
from runindex.domain.json_text import loads
from schema.typesystem.fields import Column, Computed, Declaration, DeclaredField


def answered_by_row(each: SelectedField) -> bool:
    """Tell whether a field is a column, or computed from columns."""
    if each.definition is None:
        return True
    declared = each.definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return isinstance(declared, DeclaredField) and isinstance(declared.declaration, Column | Computed)


def column_value(declaration: Declaration, value: Value, kind: GraphQLOutputType, source: Source, row: str) -> Value:
    """Return how a declared field is answered, `value` being how its type is."""
    match declaration:
        case Computed(compute=compute, needs=needs):
            arguments = ", ".join(f"{row}[{name!r}]" for name in needs)
            expression = value.later(f"{source.name(compute)}({arguments})")
        case Column(name=name, decode=None):
            expression = value.later(f"{row}[{name!r}]")
        case Column(name=name, decode=decode) if decode is loads and str(kind) == "[String!]!":
            # It is the answer's JSON already.
            return Value(f"{source.name(Fragment)}(c.text({row}[{name!r}]))")
        case Column(name=name, decode=decode):
            held = source.fresh("v")
            decoded = f"(None if ({held} := {row}[{name!r}]) is None else {source.name(decode)}({held}))"
            expression = value.later(decoded)
        case _:
            raise NotCompiledError(Reason.ARGUMENT)
    return Value(expression, value.is_async, value.fields, value.size)
