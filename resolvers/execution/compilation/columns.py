"""Fields that columns answer: read off a row, as `schema.typesystem.fields` declares them."""

from typing import TypeAlias

from graphql import GraphQLField, get_named_type, get_nullable_type, is_list_type, is_non_null_type
from orjson import Fragment
from strawberry.schema.schema_converter import GraphQLCoreConverter

from resolvers.execution.compilation.expressions import Expression
from resolvers.execution.compilation.refusal import NotCompiledError, Reason
from resolvers.execution.compilation.shapes import SelectedField
from resolvers.execution.compilation.source import Source
from runindex.domain.json_text import loads
from schema.typesystem.fields import Column, Computed, Declaration, DeclaredField, Reader


class NamedCells:
    """The cells of one row, which an expression names."""

    def __init__(self, row: str) -> None:
        """Read the cells of a row."""
        self._row = row

    def cell(self, name: str) -> str:
        """Return the expression of a cell."""
        return f"{self._row}[{name!r}]"


class ColumnCells:
    """The cells of many rows, which stand in one variable after the other: each column is read once, as a whole."""

    def __init__(self, source: Source) -> None:
        """Begin without a column."""
        self._source = source
        self.cells: dict[str, str] = {}

    def cell(self, name: str) -> str:
        """Return the variable of a cell."""
        if name not in self.cells:
            self.cells[name] = self._source.fresh(name)
        return self.cells[name]

    def length(self, text: str) -> str:
        """Return the expression of the length of all texts of a column, given the expression of one of its texts."""
        return next(
            f"sum(map(len, {column}))" if text == cell else f"sum(map(len, filter(None, {column})))"
            for cell, column in zip(self.cells.values(), self.columns, strict=True)
            if text in {cell, _or_empty(cell)}
        )

    @property
    def columns(self) -> list[str]:
        """Return the variables of the columns."""
        return [f"{cell}s" for cell in self.cells.values()]


Cells: TypeAlias = NamedCells | ColumnCells


def answered_by_row(each: SelectedField) -> bool:
    """Tell whether a field is a column, or computed from columns."""
    if each.definition is None:
        return True
    declared = each.definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return isinstance(declared, DeclaredField) and isinstance(declared.declaration, Column | Computed)


def spliced_texts(definition: GraphQLField, source: Source, cells: Cells) -> Expression | None:
    """Return how a list of texts is answered whose column is JSON already, None for any other field."""
    match definition.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].declaration:
        case Column(name=name, decode=decode) if decode is loads and str(definition.type) == "[String!]!":
            cell = cells.cell(name)
            return Expression(f"{source.name(Fragment)}({cell})", texts=(cell,))
    return None


def column_value(
    declaration: Declaration, value: Expression, definition: GraphQLField, source: Source, cells: Cells
) -> Expression:
    """Return how a declared field is answered, `value` being how its type is."""
    match declaration:
        case Computed(compute=compute, needs=needs):
            arguments = ", ".join(map(cells.cell, needs))
            return value.on(f"{source.name(compute)}({arguments})")
        case Column(name=name, decode=decode):
            return _cell(cells.cell(name), decode, value, definition, source)
    raise NotCompiledError(Reason.ARGUMENT)


def _cell(cell: str, decode: Reader | None, value: Expression, definition: GraphQLField, source: Source) -> Expression:
    kind = get_named_type(definition.type)
    if decode is None and kind.name in {"String", "JSON"} and not is_list_type(get_nullable_type(definition.type)):
        # Lengths of columns are counted for all rows at once.
        text = cell if kind.name == "String" else _spliced(cell, definition, source)
        return Expression(text, texts=(_or_empty(cell),))
    if decode is None:
        return value.on(cell)
    held = source.fresh("v")
    return value.on(f"(None if ({held} := {cell}) is None else {source.name(decode)}({held}))")


def _spliced(cell: str, definition: GraphQLField, source: Source) -> str:
    fragment = source.name(Fragment)
    if is_non_null_type(definition.type):
        return f"{fragment}({cell})"
    held = source.fresh("v")
    return f"(None if ({held} := {cell}) is None else {fragment}({held}))"


def _or_empty(cell: str) -> str:
    return f"({cell} or '')"
