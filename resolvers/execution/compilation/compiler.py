"""The compiler: from the selection of an operation to the functions that answer it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    FragmentDefinitionNode,
    GraphQLAbstractType,
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    is_abstract_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from resolvers.execution.compilation import runtime
from resolvers.execution.compilation.inputs import supply
from resolvers.execution.compilation.refusal import NotCompiledError
from resolvers.execution.compilation.shapes import Collector, SelectedField
from resolvers.execution.compilation.source import Source
from runindex.domain.json_text import loads
from schema.typesystem.connections import Connection
from schema.typesystem.fields import Column, Computed, DeclaredField
from schema.typesystem.scalars import DATE_TIME, JSON
from schema.typesystem.selection import Position, Selection

_TEXTS: Final = frozenset({"String", "ID"})


@dataclass(frozen=True, slots=True)
class Value:
    """How a value becomes a part of the response: an expression of `{}`, which stands for it and is read once.

    `is_async` expressions are awaited; `is_same` ones leave it as it is.
    """

    expression: str
    is_async: bool = False

    def of(self, value: str) -> str:
        """Return the expression of a value."""
        return self.expression.replace("{}", value)

    @property
    def is_same(self) -> bool:
        return self.expression == "{}"


SAME: Final = Value("{}")


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles one operation."""

    schema: GraphQLSchema
    collector: Collector
    source: Source = field(default_factory=Source)

    def operation(self, node: OperationDefinitionNode) -> str:
        """Write the function that answers an operation, of a context and variables, and return its name."""
        root = self.schema.get_root_type(node.operation)
        fields = self.collector.collect(root, [node.selection_set])
        is_serial = node.operation is OperationType.MUTATION
        return self._async_object(root, fields, is_serial=is_serial)

    # Objects: functions of a frame `c` (context and variables) and of the object `s`, or of its row `r`.

    def _object(self, kind: GraphQLObjectType, fields: list[SelectedField]) -> Value:
        if all(self._is_pure(each) for each in fields):
            pure = self._pure_object(kind, fields)
            return pure
        return Value(f"{self._async_object(kind, fields)}(c, {{}})", is_async=True)

    def _pure_object(self, kind: GraphQLObjectType, fields: list[SelectedField]) -> Value:
        if all(_reads_row(each) for each in fields):
            return Value(f"{self._row_function(kind, fields)}({{}}.row)")
        items = ", ".join(f"{each.key!r}: {self._read(kind, each, 's').expression}" for each in fields)
        return Value(f"{self.source.function('o', 's', [f'return {{{items}}}'], is_async=False)}({{}})")

    def _row_function(self, kind: GraphQLObjectType, fields: list[SelectedField]) -> str:
        items = ", ".join(f"{each.key!r}: {self._read_row(kind, each)}" for each in fields)
        return self.source.function("r", "r", [f"return {{{items}}}"], is_async=False)

    def _async_object(
        self, kind: GraphQLObjectType, fields: list[SelectedField], *, is_serial: bool = False
    ) -> str:
        parts = [(each.key, self._read(kind, each, "s")) for each in fields]
        items = ", ".join(f"{key!r}: {'None' if value.is_async else value.expression}" for key, value in parts)
        waiting = [(key, value.expression) for key, value in parts if value.is_async]
        body = [f"o = {{{items}}}"]
        if len(waiting) == 1 or is_serial:
            body += [f"o[{key!r}] = await {expression}" for key, expression in waiting]
        elif waiting:
            targets = ", ".join(f"o[{key!r}]" for key, _ in waiting)
            calls = ", ".join(expression for _, expression in waiting)
            body.append(f"{targets} = await {self.source.name(runtime.gathered)}(({calls}))")
        return self.source.function("a", "c, s", [*body, "return o"], is_async=True)

    # Fields.

    def _is_pure(self, each: SelectedField) -> bool:
        """Tell whether a field is answered without waiting and without arguments."""
        if each.definition is None:
            return each.name == "__typename"
        declared = _declared(each.definition)
        if declared.base_resolver is not None:
            return False
        return self._is_pure_type(each.definition.type, each)

    def _is_pure_type(self, kind: GraphQLOutputType, each: SelectedField) -> bool:
        while isinstance(kind, GraphQLNonNull | GraphQLList):
            kind = kind.of_type
        if isinstance(kind, GraphQLScalarType | GraphQLEnumType):
            return True
        kinds = self.schema.get_possible_types(kind) if is_abstract_type(kind) else (kind,)
        return all(self._is_pure(below) for one in kinds for below in self.collector.collect(one, each.sets))

    def _read(self, kind: GraphQLObjectType, each: SelectedField, source: str) -> Value:
        """Return the expression that answers a field of the object `source`."""
        if each.definition is None:
            return Value(self._typename(kind, each))
        declared = _declared(each.definition)
        if declared.base_resolver is not None:
            return Value(self._resolved(kind, declared, each), is_async=True)
        if isinstance(declared, DeclaredField) and isinstance(declared.declaration, Column | Computed):
            value = self._completed(each.definition.type, each)
            return Value(self._declared_value(declared.declaration, value, each.definition, f"{source}.row"), value.is_async)
        if isinstance(declared, DeclaredField) and declared.read is not None:
            rows = self._rows(kind, declared, each)
            if rows is not None:
                return Value(f"[{rows}(r) for r in {source}.page.rows]")
            value = self._completed(each.definition.type, each)
            return Value(value.of(f"{self.source.name(declared.read)}({source})"), value.is_async)
        value = self._completed(each.definition.type, each)
        return Value(value.of(f"{source}.{declared.python_name}"), value.is_async)

    def _read_row(self, kind: GraphQLObjectType, each: SelectedField) -> str:
        if each.definition is None:
            return self._typename(kind, each)
        declaration = _declared(each.definition).declaration  # type: ignore[attr-defined]
        return self._declared_value(declaration, self._completed(each.definition.type, each), each.definition, "r")

    def _typename(self, kind: GraphQLObjectType, each: SelectedField) -> str:
        if each.name != "__typename":
            raise NotCompiledError("introspection")
        return repr(kind.name)

    def _declared_value(
        self, declaration: Column | Computed, value: Value, definition: GraphQLField, row: str
    ) -> str:
        if isinstance(declaration, Computed):
            arguments = ", ".join(f"{row}[{name!r}]" for name in declaration.needs)
            return value.of(f"{self.source.name(declaration.compute)}({arguments})")
        cell = f"{row}[{declaration.name!r}]"
        if declaration.decode is None:
            return value.of(cell)
        if declaration.decode is loads and _is_texts(definition.type):
            return f"{self.source.name(runtime.Fragment)}({cell})"  # JSON text already
        decode = self.source.name(declaration.decode)
        held = self.source.fresh("v")
        return value.of(f"(None if ({held} := {cell}) is None else {decode}({held}))")

    def _rows(self, kind: GraphQLObjectType, declared: DeclaredField, each: SelectedField) -> str | None:
        """Return the function by which a connection's nodes are answered from rows, without an object for each."""
        origin = kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].origin
        if declared.python_name != "nodes" or not issubclass(origin, Connection):
            return None
        if origin.make_node is not Connection.make_node:
            return None
        node = _bare(each.definition.type)  # type: ignore[union-attr]
        fields = self.collector.collect(node, each.sets)  # type: ignore[arg-type]
        if not all(map(_reads_row, fields)) or not all(map(self._is_pure, fields)):
            return None
        return self._row_function(node, fields)  # type: ignore[arg-type]

    def _resolved(self, kind: GraphQLObjectType, declared: StrawberryField, each: SelectedField) -> str:
        """Write the function that asks a resolver and completes what it returns; return its call."""
        resolver, definition = declared.base_resolver, each.definition
        assert resolver is not None
        assert definition is not None
        position = Position(each.name, Selection(self.schema, self.collector.fragments, self.collector.conditions, each.sets))
        nodes = {argument.name.value: argument.value for argument in each.nodes[0].arguments or ()}
        arguments = []
        body = []
        for argument in declared.arguments:
            name = _graphql_name(definition, argument)
            give = supply(definition.args[name], nodes.get(name))
            held = self.source.fresh("g")
            arguments.append((argument.python_name, held))
            body.append(f"{held} = {self.source.name(give)}(c.variables)")
        call = ["s"] if resolver.self_parameter else []
        if resolver.info_parameter:
            call.append(f"{resolver.info_parameter.name}={self.source.name(runtime.PlanInfo)}(c.context, {self.source.name(position)})")
        if arguments:
            absent = self.source.name(runtime.given)
            named = ", ".join(f"{python_name!r}: {held}" for python_name, held in arguments)
            call.append(f"**{absent}({{{named}}})")
        asked = f"{self.source.name(resolver.wrapped_func)}({', '.join(call)})"
        if kind is self.schema.mutation_type:
            asked = f"await c.remember({each.key!r}, {asked})"
        elif resolver.is_async:
            asked = f"await {asked}"
        body.append(f"v = {asked}")
        value = self._completed(definition.type, each)
        body.append(f"return {'await ' if value.is_async else ''}{value.of('v')}")
        return f"{self.source.function('f', 'c, s', body, is_async=True)}(c, s)"

    # Values.

    def _completed(self, kind: GraphQLOutputType, each: SelectedField) -> Value:
        if isinstance(kind, GraphQLNonNull):
            return self._present(kind.of_type, each)
        value = self._present(kind, each)
        if value.is_same:
            return value
        name = self.source.fresh("v")
        wait = "await " if value.is_async else ""
        if value.is_async:
            function = self.source.function(
                "n", "c, v", ["if v is None:", "    return None", f"return {wait}{value.of('v')}"], is_async=True
            )
            return Value(f"{function}(c, {{}})", is_async=True)
        return Value(f"(None if ({name} := {{}}) is None else {value.of(name)})")

    def _present(self, kind: GraphQLOutputType, each: SelectedField) -> Value:
        """Return how a value that is not null is answered."""
        match kind:
            case GraphQLList(of_type=inner):
                return self._list(inner, each)
            case GraphQLScalarType():
                return self._scalar(kind)
            case GraphQLEnumType():
                names = {value.value: name for name, value in kind.values.items()}
                return Value(f"{self.source.name(names)}[{{}}]")
            case GraphQLObjectType():
                return self._object(kind, self.collector.collect(kind, each.sets))
        return self._abstract(kind, each)

    def _list(self, inner: GraphQLOutputType, each: SelectedField) -> Value:
        item = self._completed(inner, each)
        if item.is_same:
            return item
        if item.is_async:
            body = [f"return await {self.source.name(runtime.gathered)}([{item.of('i')} for i in v])"]
            return Value(f"{self.source.function('l', 'c, v', body, is_async=True)}(c, {{}})", is_async=True)
        function = self.source.function("l", "v", [f"return [{item.of('i')} for i in v]"], is_async=False)
        return Value(f"{function}({{}})")

    def _scalar(self, kind: GraphQLScalarType) -> Value:
        if kind.name in _TEXTS or kind.name in {"Boolean", "Int", "Float"}:
            return Value(f"{self.source.name(runtime.CHECKS[kind.name])}({{}})") if kind.name in {"Int", "Float"} else SAME
        if kind is JSON or kind.name == "JSON":
            return Value(f"{self.source.name(runtime.Fragment)}({{}})")
        return Value(f"{self.source.name(kind.coerce_output_value)}({{}})")

    def _abstract(self, kind: GraphQLAbstractType, each: SelectedField) -> Value:
        """Return how a value of a union or an interface is answered: by its class."""
        members: dict[type, Any] = {}
        body = ["k = v.__class__"]
        is_async = False
        for possible in self.schema.get_possible_types(kind):
            value = self._object(possible, self.collector.collect(possible, each.sets))
            origin = possible.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].origin
            members[origin] = value
            is_async = is_async or value.is_async
        for origin, value in members.items():
            body += [
                f"if k is {self.source.name(origin)}:",
                f"    return {'await ' if value.is_async else ''}{value.of('v')}",
            ]
        body.append(f"raise {self.source.name(runtime.MismatchError)}")
        return Value(f"{self.source.function('u', 'c, v', body, is_async=is_async)}(c, {{}})", is_async)


def _declared(definition: GraphQLField) -> StrawberryField:
    declared = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(declared, StrawberryField):
        raise NotCompiledError("introspection")
    return declared


def _graphql_name(definition: GraphQLField, argument: Any) -> str:
    for name, each in definition.args.items():
        if each.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF) is argument:
            return name
    raise NotCompiledError("argument")


def _reads_row(each: SelectedField) -> bool:
    if each.definition is None:
        return each.name == "__typename"
    declared = _declared(each.definition)
    return isinstance(declared, DeclaredField) and isinstance(declared.declaration, Column | Computed)


def _bare(kind: GraphQLOutputType) -> GraphQLOutputType:
    while isinstance(kind, GraphQLNonNull | GraphQLList):
        kind = kind.of_type
    return kind


def _is_texts(kind: GraphQLOutputType) -> bool:
    return str(kind) == "[String!]!"
