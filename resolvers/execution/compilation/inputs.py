"""Arguments of compiled operations: from JSON, and from literals, to what resolvers are given.

Only values that fit their types are read; for others MismatchError is raised, and graphql-core says what is wrong.
"""

import dataclasses
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias, cast

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    ListValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    is_required_input_field,
)
from graphql.pyutils import Undefined
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_literal
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition

from resolvers.execution.compilation.refusal import MismatchError, NotCompiledError, Reason
from resolvers.execution.costs.cost import has_variables

Value: TypeAlias = Any  # decoded JSON, or what resolvers are given
Read: TypeAlias = Callable[[Value], Value]
Variables: TypeAlias = Mapping[str, Value]
# From an operation's variables, those that were left out missing, to an argument's value; Undefined for none.
Supply: TypeAlias = Callable[[Variables], Value]


@cache
def reader(kind: GraphQLInputType) -> Read:
    """Return the function that reads decoded JSON as a value of a type."""
    match kind:
        case GraphQLNonNull(of_type=inner):
            return _required(reader(inner))
        case GraphQLList(of_type=inner):
            return _list_reader(reader(inner))
        case GraphQLEnumType():
            return _enum_reader({name: kind.coerce_input_value(name) for name in kind.values})
        case GraphQLScalarType():
            return _scalar_reader(kind)
        case GraphQLInputObjectType():
            return _ObjectReader(kind)
    raise NotCompiledError(Reason.INPUT)


def _required(read: Read) -> Read:
    def read_required(value: Value) -> Value:
        if value is None:
            raise MismatchError
        return read(value)

    return read_required


def _list_reader(read: Read) -> Read:
    def read_list(value: Value) -> Value:
        if value is None:
            return None
        return [read(item) for item in value] if isinstance(value, list) else [read(value)]

    return read_list


def _enum_reader(values: Mapping[str, Value]) -> Read:
    def read_enum(value: Value) -> Value:
        if value is None:
            return None
        if not isinstance(value, str) or value not in values:
            raise MismatchError
        return values[value]

    return read_enum


def _scalar_reader(kind: GraphQLScalarType) -> Read:
    coerce = kind.coerce_input_value

    def read_scalar(value: Value) -> Value:
        return None if value is None else coerce(value)

    return read_scalar


class _ObjectReader:
    """Reads an input object; its fields are looked up when the first is read, for types name each other."""

    def __init__(self, kind: GraphQLInputObjectType) -> None:
        definition = kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
        if definition.from_input is not None:
            raise NotCompiledError(Reason.INPUT)
        self._kind = kind
        self._definition: StrawberryObjectDefinition = definition
        self._fields: dict[str, tuple[str, Read]] | None = None
        self._required: frozenset[str] = frozenset()

    def __call__(self, value: Value) -> Value:
        if value is None:
            return None
        if not isinstance(value, dict):
            raise MismatchError
        return self.make({name: self.field(name)[1](item) for name, item in value.items()})

    def field(self, name: str) -> tuple[str, Read]:
        """Return the Python name of a field, and its reader."""
        if self._fields is None:
            self._prepare()
        found = (self._fields or {}).get(name)
        if found is None:
            raise MismatchError
        return found

    def make(self, given: Mapping[str, Value]) -> Value:
        """Return the object, given its fields that were not left out."""
        if self._fields is None:
            self._prepare()
        if not self._required <= given.keys():
            raise MismatchError
        if self._definition.is_one_of and (len(given) != 1 or None in given.values()):
            raise MismatchError
        values = self._defaults | {self.field(name)[0]: value for name, value in given.items()}
        return self._definition.origin(**values)

    def _prepare(self) -> None:
        python_names = {_graphql_name(self._kind, field): field for field in self._definition.fields}
        self._fields = {
            name: (python_names[name].python_name, reader(field.type)) for name, field in self._kind.fields.items()
        }
        self._required = frozenset(name for name, field in self._kind.fields.items() if is_required_input_field(field))
        self._defaults: dict[str, Value] = {
            field.python_name: None
            for field in self._definition.fields
            if field.default_value is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        }
        for name, field in self._kind.fields.items():
            default = coerce_default_value(field)
            if default is not Undefined:
                self._defaults[python_names[name].python_name] = converted(default, field.type)


def _graphql_name(kind: GraphQLInputObjectType, field: Value) -> str:
    for name, each in kind.fields.items():
        if each.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF) is field:
            return str(name)
    raise NotCompiledError(Reason.INPUT)


def converted(value: Value, kind: GraphQLInputType) -> Value:
    """Return what graphql-core coerced, a default or a literal, as resolvers are given it."""
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if value is None:
        return None
    match kind:
        case GraphQLList(of_type=inner):
            return [converted(item, inner) for item in value]
        case GraphQLInputObjectType():
            read = reader(kind)
            return cast("_ObjectReader", read).make(
                {name: converted(item, kind.fields[name].type) for name, item in value.items()}
            )
    return value


def supply(definition: GraphQLArgument | GraphQLInputField, node: ValueNode | None) -> Supply:
    """Return the function that gives an argument's value; None stands for an argument that is left out."""
    default = coerce_default_value(definition)
    fallback = Undefined if default is Undefined else converted(default, definition.type)
    if node is None:
        return lambda _: fallback
    given = _supply(definition.type, node)
    if not isinstance(node, VariableNode):
        return given

    def of_variable(variables: Variables) -> Value:
        value = given(variables)
        return fallback if value is Undefined else value

    return of_variable


def _supply(kind: GraphQLInputType, node: ValueNode) -> Supply:
    if not has_variables(node):
        value = _literal(kind, node)
        return lambda _: value
    is_required = isinstance(kind, GraphQLNonNull)
    bare = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    match node:
        case VariableNode():
            return _of_variable(node.name.value, is_required=is_required)
        case ListValueNode() if isinstance(bare, GraphQLList):
            items = [_supply(bare.of_type, item) for item in node.values]
            return lambda variables: [_present(item(variables)) for item in items]
        case ObjectValueNode() if isinstance(bare, GraphQLInputObjectType):
            return _of_object(bare, node)
        case _ if isinstance(bare, GraphQLList):
            only = _supply(bare.of_type, node)
            return lambda variables: [_present(only(variables))]
    raise NotCompiledError(Reason.LITERAL)  # a variable inside a JSON value


def _literal(kind: GraphQLInputType, node: ValueNode) -> Value:
    try:
        literal = coerce_input_literal(node, kind)
    except Exception as error:  # of any coercer
        raise NotCompiledError(Reason.LITERAL) from error
    if literal is Undefined:
        raise NotCompiledError(Reason.LITERAL)
    return converted(literal, kind)


def _of_variable(name: str, *, is_required: bool) -> Supply:
    def give(variables: Variables) -> Value:
        value = variables.get(name, Undefined)
        if value is None and is_required:
            raise MismatchError
        return value

    return give


def _of_object(kind: GraphQLInputObjectType, node: ObjectValueNode) -> Supply:
    read = cast("_ObjectReader", reader(kind))
    parts = [(field.name.value, _supply(kind.fields[field.name.value].type, field.value)) for field in node.fields]

    def give(variables: Variables) -> Value:
        values = {name: part(variables) for name, part in parts}
        return read.make({name: value for name, value in values.items() if value is not Undefined})

    return give


def _present(value: Value) -> Value:
    """Return an entry of a list, null for a variable that was left out."""
    return None if value is Undefined else value
