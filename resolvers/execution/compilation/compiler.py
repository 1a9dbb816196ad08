"""The compiler: from the selection of an operation to the functions that answer it.

Each function has the frame `c`, and `s`, the object whose fields it answers, or `r`, that object's row.
"""

from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, cast

from graphql import (
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
    get_named_type,
    is_leaf_type,
)
from graphql.pyutils import gather_with_cancel
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from resolvers.execution.compilation import runtime
from resolvers.execution.compilation.calls import call_of
from resolvers.execution.compilation.columns import (
    Cells,
    ColumnCells,
    NamedCells,
    answered_by_row,
    column_value,
    spliced_texts,
)
from resolvers.execution.compilation.expressions import Expression, checked, counted
from resolvers.execution.compilation.leaves import leaf
from resolvers.execution.compilation.mutations import remembered
from resolvers.execution.compilation.refusal import MismatchError, NotCompiledError, Reason
from resolvers.execution.compilation.shapes import Collector, SelectedField
from resolvers.execution.compilation.source import Source
from runindex.ports.allowance import size_of
from schema.typesystem.connections import Connection
from schema.typesystem.fields import Declaration, DeclaredField

Fields: TypeAlias = list[SelectedField]
Abstract: TypeAlias = GraphQLAbstractType
# Quotes, colon and comma around a key and its value; comma and quotes of a list's entry.
AROUND_KEY: Final = 8
AROUND_VALUE: Final = 3


@dataclass(slots=True)
class Compiler:
    """Compiles one operation; `calls` counts the resolvers that it calls."""

    schema: GraphQLSchema
    collector: Collector
    source: Source = field(default_factory=Source)
    calls: int = 0

    def operation(self, node: OperationDefinitionNode) -> str:
        """Write the function that answers an operation, and return its name."""
        root = self.schema.get_root_type(node.operation)
        if root is None:
            raise NotCompiledError(Reason.ARGUMENT)  # in no valid document
        fields = self.collector.collect(root, [node.selection_set])
        if node.operation is OperationType.SUBSCRIPTION:
            return self._event(fields)
        return self._async_object(root, fields, is_serial=node.operation is OperationType.MUTATION)

    def _event(self, fields: Fields) -> str:
        """Write the function that answers an event of a subscription, which is `s`."""
        (followed,) = fields  # in a valid document
        if followed.definition is None:
            raise NotCompiledError(Reason.INTROSPECTION)
        value = self._completed(followed.definition.type, followed)
        cost = _cost([(followed.key, value)])
        body = [f"c.spend(1, {cost.fields}, {cost.size})", f"return {{{followed.key!r}: {value.of('s')}}}"]
        return self.source.function("e", "c, s", body, is_async=True)

    def _object(self, kind: GraphQLObjectType, fields: Fields) -> Expression:
        if not all(self._is_pure(each) for each in fields):
            return Expression(f"{self._async_object(kind, fields)}(c, {{}})", is_async=True)
        if any(each.definition for each in fields) and all(answered_by_row(each) for each in fields):
            items, cost = self._row_items(kind, fields, NamedCells("r"))
            body = [*counted(cost.texts), f"return {items}"]
            name = self.source.function("r", "c, r", body, is_async=False)
            return Expression(f"{name}(c, {{}}.row)", fields=cost.fields, size=cost.size)
        parts = [(each.key, self._read(kind, each)) for each in fields]
        cost = _cost(parts)
        name = self.source.function("o", "c, s", [*counted(cost.texts), f"return {_items(parts)}"], is_async=False)
        return Expression(f"{name}(c, {{}})", fields=cost.fields, size=cost.size)

    def _row_items(self, kind: GraphQLObjectType, fields: Fields, cells: Cells) -> tuple[str, Expression]:
        parts = [(each.key, self._read_row(kind, each, cells)) for each in fields]
        return _items(parts), _cost(parts)

    def _async_object(self, kind: GraphQLObjectType, fields: Fields, *, is_serial: bool = False) -> str:
        parts = [(each.key, self._read(kind, each)) for each in fields]
        cost = _cost(parts)
        waiting = [(key, value.expression) for key, value in parts if value.is_async]
        body = [f"c.spend(1, {cost.fields}, {cost.size})", *counted(cost.texts), f"o = {_items(parts)}"]
        if len(waiting) == 1 or is_serial:
            body += [f"o[{key!r}] = await {expression}" for key, expression in waiting]
        elif waiting:
            targets = ", ".join(f"o[{key!r}]" for key, _ in waiting)
            calls = ", ".join(expression for _, expression in waiting)
            body.append(f"{targets} = await {self.source.name(gather_with_cancel)}({calls})")
        return self.source.function("a", "c, s", [*body, "return o"], is_async=True)

    def _is_pure(self, each: SelectedField) -> bool:
        """Tell whether a field is answered without a resolver, and all below it."""
        if each.definition is None:
            return True
        if declared_of(each.definition).base_resolver is not None:
            return False
        kind = get_named_type(each.definition.type)
        if is_leaf_type(kind):
            return True
        kinds = (
            [kind] if isinstance(kind, GraphQLObjectType) else self.schema.get_possible_types(cast("Abstract", kind))
        )
        return all(self._is_pure(below) for one in kinds for below in self.collector.collect(one, each.sets))

    def _read(self, kind: GraphQLObjectType, each: SelectedField) -> Expression:
        """Return how a field of the object `s` is answered."""
        if each.definition is None:
            return _typename(kind, each)
        declared = declared_of(each.definition)
        if declared.base_resolver is not None:
            return Expression(f"{self._resolved(kind, declared, each)}(c, s)", is_async=True)
        rows = self._rows(kind, declared, each)
        if rows is not None:
            return rows
        if isinstance(declared, DeclaredField) and declared.declaration is not None:
            return self._column(declared.declaration, each, each.definition, NamedCells("s.row"))
        value = self._completed(each.definition.type, each)
        if isinstance(declared, DeclaredField) and declared.read is not None:
            read = f"{self.source.name(declared.read)}(s)"
        else:
            read = f"s.{declared.python_name}"
        return value.on(read)

    def _read_row(self, kind: GraphQLObjectType, each: SelectedField, cells: Cells) -> Expression:
        if each.definition is None:
            return _typename(kind, each)
        declared = declared_of(each.definition)
        if not isinstance(declared, DeclaredField) or declared.declaration is None:
            raise NotCompiledError(Reason.ARGUMENT)
        return self._column(declared.declaration, each, each.definition, cells)

    def _column(
        self, declaration: Declaration, each: SelectedField, definition: GraphQLField, cells: Cells
    ) -> Expression:
        """Return how a declared field is answered of a row."""
        spliced = spliced_texts(definition, self.source, cells)
        if spliced is not None:
            return spliced
        return column_value(declaration, self._completed(definition.type, each), definition, self.source, cells)

    def _rows(self, kind: GraphQLObjectType, declared: StrawberryField, each: SelectedField) -> Expression | None:
        """Return how a connection's nodes are answered from rows, without an object for each."""
        origin = origin_of(kind)
        if declared.python_name != "nodes" or not issubclass(origin, Connection):
            return None
        if origin.make_node is not Connection.make_node or each.definition is None:
            return None
        node = get_named_type(each.definition.type)
        if not isinstance(node, GraphQLObjectType):
            return None
        fields = self.collector.collect(node, each.sets)
        if not all(answered_by_row(one) and self._is_pure(one) for one in fields):
            return None
        cells = ColumnCells(self.source)
        items, cost = self._row_items(node, fields, cells)
        body = [f"c.spend(len(v), {cost.fields}, {cost.size + AROUND_VALUE})"]
        if not cells.cells:
            body.append(f"return [{items} for _ in v]")
        else:
            names, columns = tuple(cells.cells), ", ".join(cells.columns)
            body.append(f"[{columns}] = {self.source.name(runtime.columns)}(v, {names!r})")
            if cost.texts:
                body += checked("(" + " + ".join(map(cells.length, cost.texts)) + ")")
            body.append(f"return [{items} for [{', '.join(cells.cells.values())}] in zip({columns})]")
        return Expression(f"{self.source.function('p', 'c, v', body, is_async=False)}(c, s.page.rows)")

    def _resolved(self, kind: GraphQLObjectType, declared: StrawberryField, each: SelectedField) -> str:
        """Write the function that asks a resolver and completes what it returns."""
        definition, resolver = each.definition, declared.base_resolver
        if definition is None or resolver is None:
            raise NotCompiledError(Reason.ARGUMENT)
        self.calls += 1
        body, asked = call_of(self.schema, self.collector, self.source, declared, each)
        if kind is self.schema.mutation_type:
            asked = f"await {self.source.name(remembered)}(c.context, {each.key!r}, {asked})"
        elif resolver.is_async:
            asked = f"await {asked}"
        value = self._completed(definition.type, each)
        body += [
            f"v = {asked}",
            "if c.share is not None and c.share.is_over():",
            "    await c.share.pause()",
            *([f"c.spend(1, {value.fields}, {value.size})"] if value.size else []),
            f"return {value.of('v')}",
        ]
        return self.source.function("f", "c, s", body, is_async=True)

    def _completed(self, kind: GraphQLOutputType, each: SelectedField) -> Expression:
        if isinstance(kind, GraphQLNonNull):
            return self._present(kind.of_type, each)
        value = self._present(kind, each)
        if value.is_same:
            return value
        if value.is_async:
            body = ["if v is None:", "    return None", f"return {value.of('v')}"]
            return Expression(f"{self.source.function('n', 'c, v', body, is_async=True)}(c, {{}})", is_async=True)
        name = self.source.fresh("v")
        expression = f"(None if ({name} := {{}}) is None else {value.of(name)})"
        return Expression(expression, fields=value.fields, size=value.size)

    def _present(self, kind: GraphQLOutputType, each: SelectedField) -> Expression:
        """Return how a value that is not null is answered."""
        match kind:
            case GraphQLList(of_type=inner):
                return self._list(inner, each)
            case GraphQLScalarType() | GraphQLEnumType():
                return leaf(kind, self.source)
            case GraphQLObjectType():
                return self._object(kind, self.collector.collect(kind, each.sets))
        return self._abstract(kind, each)  # type: ignore[arg-type]

    def _list(self, inner: GraphQLOutputType, each: SelectedField) -> Expression:
        item = self._completed(inner, each)
        body = [f"c.spend(len(v), {item.fields}, {item.size + AROUND_VALUE})"]
        if item.is_async:
            body.append(f"return await {self.source.name(gather_with_cancel)}(*[{item.later('i')} for i in v])")
        else:
            body.append(f"return [{item.of('i')} for i in v]")
        name = self.source.function("l", "c, v", body, is_async=item.is_async)
        return Expression(f"{name}(c, {{}})", item.is_async)

    def _abstract(self, kind: GraphQLAbstractType, each: SelectedField) -> Expression:
        """Return how a value of a union or an interface is answered: by its class."""
        members = [
            (origin_of(possible), self._object(possible, self.collector.collect(possible, each.sets)))
            for possible in self.schema.get_possible_types(kind)
        ]
        is_async = any(value.is_async for _, value in members)
        body = ["k = v.__class__"]
        for origin, value in members:
            body += [f"if k is {self.source.name(origin)}:", f"    return {value.of('v')}"]
        body.append(f"raise {self.source.name(MismatchError)}")
        return Expression(
            f"{self.source.function('u', 'c, v', body, is_async=is_async)}(c, {{}})",
            is_async,
            max(value.fields for _, value in members),
            max(value.size for _, value in members),
        )


def declared_of(definition: GraphQLField) -> StrawberryField:
    """Return what Strawberry knows of a field."""
    declared = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(declared, StrawberryField):
        raise NotCompiledError(Reason.INTROSPECTION)
    return declared


def origin_of(kind: GraphQLObjectType) -> Any:  # noqa: ANN401 - a class
    """Return the class whose objects a type has."""
    return kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].origin


def _typename(kind: GraphQLObjectType, each: SelectedField) -> Expression:
    if each.name != "__typename":
        raise NotCompiledError(Reason.INTROSPECTION)
    return Expression(repr(kind.name), size=len(kind.name))


def _items(parts: list[tuple[str, Expression]]) -> str:
    return "{" + ", ".join(f"{key!r}: {'None' if value.is_async else value.expression}" for key, value in parts) + "}"


def _cost(parts: list[tuple[str, Expression]]) -> Expression:
    """Return what an object adds to the fields and the bytes of an answer, without what is counted elsewhere."""
    return Expression(
        "",
        fields=len(parts) + sum(value.fields for _, value in parts),
        size=sum(size_of(key) + AROUND_KEY + value.size for key, value in parts),
        texts=tuple(text for _, value in parts for text in value.texts),
    )
