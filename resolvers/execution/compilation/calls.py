"""The calls of resolvers, with their arguments."""

from typing import Any

from graphql import GraphQLField, GraphQLSchema, Undefined
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from resolvers.execution.compilation import runtime
from resolvers.execution.compilation.inputs import supply
from resolvers.execution.compilation.refusal import NotCompiledError, Reason
from resolvers.execution.compilation.shapes import Collector, SelectedField
from resolvers.execution.compilation.source import Source
from resolvers.execution.costs.cost import has_variables
from schema.typesystem.selection import Position, Selection


def call_of(
    schema: GraphQLSchema, collector: Collector, source: Source, declared: StrawberryField, each: SelectedField
) -> tuple[list[str], str]:
    """Return the lines that supply the arguments of a field's resolver, and the call of it."""
    resolver, definition = declared.base_resolver, each.definition
    if resolver is None or definition is None:
        raise NotCompiledError(Reason.ARGUMENT)
    parts = ["s"] if resolver.self_parameter else []
    if resolver.info_parameter:
        selection = Selection(schema, collector.fragments, collector.conditions, each.sets)
        position = source.name(Position(each.name, selection))
        parts.append(f"{resolver.info_parameter.name}={source.name(runtime.PlanInfo)}(c.context, {position})")
    nodes = {argument.name.value: argument.value for argument in each.nodes[0].arguments or ()}
    lines, named, may_lack = [], [], False
    for argument in declared.arguments:
        name = _name_of(definition, argument)
        node = nodes.get(name)
        give = supply(definition.args[name], node)
        if node is not None and has_variables(node):
            held, may_lack = source.fresh("g"), True
            lines.append(f"{held} = {source.name(give)}(c.variables)")
        elif (value := give({})) is not Undefined:
            held = source.name(value)
        else:
            continue
        named.append((argument.python_name, held))
    if may_lack:
        items = ", ".join(f"{name!r}: {held}" for name, held in named)
        parts.append(f"**{source.name(runtime.given)}({{{items}}})")
    else:
        parts += [f"{name}={held}" for name, held in named]
    return lines, f"{source.name(resolver.wrapped_func)}({', '.join(parts)})"


def _name_of(definition: GraphQLField, argument: Any) -> str:  # noqa: ANN401 - Strawberry's
    for name, each in definition.args.items():
        if each.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF) is argument:
            return name
    raise NotCompiledError(Reason.ARGUMENT)
