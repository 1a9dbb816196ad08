"""The bound on lists in variables, met before any entry is looked at."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphql import (
    DocumentNode,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    type_from_ast,
)

from runindex.domain.errors import LimitExceededError

# Twice what any list takes: what is a little too long is refused by the name of its field.
LONGEST: Final = 2_000
LONGEST_OF_VALUES: Final = 20_000
# Those that a filter is made of, in all: it has at most 300 parts, and says so itself up to here.
PARTS: Final = 1_000
_FILTER: Final = "Filter"


def check_inputs(document: DocumentNode, variables: Mapping[str, Any], schema: GraphQLSchema) -> None:
    """Raise LimitExceededError for variables with more input objects than anything takes."""
    parts = 0
    for kind, value in _given(document, variables, schema):
        for found in _objects(kind, value):
            parts += found.name.endswith(_FILTER)
            if parts > PARTS:
                raise LimitExceededError(f"a filter in the variables has more than {PARTS} parts", PARTS)


def _given(
    document: DocumentNode, variables: Mapping[str, Any], schema: GraphQLSchema
) -> Iterator[tuple[GraphQLInputType, Any]]:
    """Yield the type and the value of each variable that holds more than one value."""
    for operation in document.definitions:
        if not isinstance(operation, OperationDefinitionNode):
            continue
        for definition in operation.variable_definitions or ():
            kind: Any = type_from_ast(schema, definition.type)
            value = variables.get(definition.variable.name.value)
            if isinstance(value, dict | list) and kind is not None:
                yield kind, value


def _objects(kind: GraphQLInputType, value: object) -> Iterator[GraphQLInputObjectType]:
    """Yield the type of each input object in a value; raise LimitExceededError at a list that is too long."""
    waiting: list[tuple[GraphQLInputType, object]] = [(kind, value)]
    while waiting:
        kind, value = waiting.pop()
        if isinstance(kind, GraphQLNonNull):
            kind = kind.of_type
        if isinstance(kind, GraphQLList) and isinstance(value, list):
            has_objects = isinstance(get_named_type(kind), GraphQLInputObjectType)
            most = LONGEST if has_objects else LONGEST_OF_VALUES
            if len(value) > most:
                message = f"a list in the variables has {len(value)} entries, more than {most}"
                raise LimitExceededError(message, most, len(value))
            if has_objects:
                waiting.extend((kind.of_type, each) for each in value)
        elif isinstance(kind, GraphQLInputObjectType) and isinstance(value, dict):
            yield kind
            fields = kind.fields
            waiting.extend(
                (fields[name].type, each)
                for name, each in value.items()
                if isinstance(each, dict | list) and name in fields
            )
