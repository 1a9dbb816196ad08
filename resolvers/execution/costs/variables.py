"""The sizes of lists in variables, before an entry of any is looked at.

Only what the schema declares as a list counts: a value of the scalar JSON is bounded in bytes.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

from graphql import (
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLType,
    OperationDefinitionNode,
    get_named_type,
    type_from_ast,
)

from runindex.domain.errors import LimitExceededError

# Twice as many as any field takes, which is then told what is too much.
LONGEST: Final = 20_000
LONGEST_OF_OBJECTS: Final = 2_000
# In all variables together.
MOST_ENTRIES: Final = 100_000
MOST_OBJECTS: Final = 20_000
VariableTypes: TypeAlias = Mapping[str, GraphQLType | None]


def types_of(operation: OperationDefinitionNode | None, schema: GraphQLSchema) -> VariableTypes:
    """Return the types of an operation's variables, by their names."""
    definitions = operation.variable_definitions or () if operation is not None else ()
    return {each.variable.name.value: type_from_ast(schema, each.type) for each in definitions}


def check_sizes(types: VariableTypes, variables: Mapping[str, Any]) -> None:
    """Raise LimitExceededError for lists in variables that are too long, one by one or together."""
    waiting = [(value, types.get(name)) for name, value in variables.items() if isinstance(value, list | dict)]
    entries = objects = 0
    while waiting:
        value, kind = waiting.pop()
        if isinstance(kind, GraphQLNonNull):
            kind = kind.of_type
        if isinstance(value, list) and isinstance(kind, GraphQLList):
            is_of_objects = isinstance(get_named_type(kind), GraphQLInputObjectType)
            _check(len(value), LONGEST_OF_OBJECTS if is_of_objects else LONGEST)
            entries += len(value)
            _check(entries, MOST_ENTRIES)
            if is_of_objects or _is_list(kind.of_type):
                waiting += [(entry, kind.of_type) for entry in value]
        elif isinstance(value, dict) and isinstance(kind, GraphQLInputObjectType):
            objects += 1
            _check(objects, MOST_OBJECTS)
            waiting += [(value[name], below) for name, below in _parts(kind) if name in value]


@lru_cache(maxsize=1024)
def _parts(kind: GraphQLInputObjectType) -> tuple[tuple[str, Any], ...]:
    """Return the fields of an input in which lists may stand, and their types."""
    return tuple(
        (name, field.type)
        for name, field in kind.fields.items()
        if _is_list(field.type) or isinstance(get_named_type(field.type), GraphQLInputObjectType)
    )


def _is_list(kind: object) -> bool:
    return isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList)


def _check(number: int, most: int) -> None:
    if number > most:
        raise LimitExceededError(f"the variables have {number} entries in lists, more than {most}", most, number)
