"""The selection of an operation: which fields, and which columns of a row they need.

Each fragment is visited once for each position in the response, however often it is spread, so the cost is linear in
the document. Strawberry's `info.selected_fields` converts the whole syntax tree and revisits fragments for each spread.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self

import strawberry
from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    is_abstract_type,
)

from runindex.ports.queries import Columns
from schema.typesystem.fields import declaration_of

# Read whatever is selected: a node without its id can be neither named nor cached.
ALWAYS: Final[Mapping[str, Columns]] = dict.fromkeys(("Run", "RunResult", "Plan", "Job", "View"), frozenset({"id"}))


@dataclass(frozen=True)
class Selection:
    """The selection at one position of a response, from all parts of the document that contribute to it."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    sets: tuple[SelectionSetNode, ...]

    @classmethod
    def of(cls, info: GraphQLResolveInfo[Any]) -> Self:
        """Return what is selected below the field that is being resolved."""
        # Strawberry's executor passes the coerced variables themselves, that of graphql-core wraps them.
        variables: Any = getattr(info.variable_values, "coerced", info.variable_values)
        return cls(info.schema, info.fragments, variables, _sets_of(info.field_nodes))

    @cached_property
    def fields(self) -> Mapping[str, Sequence[FieldNode]]:
        """Return the selected fields by name, of every type that the position may hold."""
        return self._collect(None)

    def __contains__(self, name: str) -> bool:
        """Tell whether a field of that name is selected, under any alias."""
        return name in self.fields

    def at(self, *path: str) -> Self:
        """Return the selection at a path of field names below; empty when they are not selected."""
        selection = self
        for name in path:
            selection = selection._with(_sets_of(selection.fields.get(name, ())))
        return selection

    def __or__(self, other: "Selection") -> Self:
        """Return both selections as one: rows that appear at two positions are read once."""
        return self._with(self.sets + other.sets)

    def columns(self, type_name: str = "Run") -> Columns:
        """Return the columns that the selected fields of that type need, for a node always with `id`."""
        known = self._known.get(type_name)
        if known is None:
            known = self._known[type_name] = self._columns(type_name)
        return known

    @cached_property
    def _known(self) -> dict[str, Any]:
        return {}

    def page(self, type_name: str) -> "PageSelection":
        """Return what a connection needs, with nodes of that type."""
        known = self._known.get(f"page {type_name}")
        if known is None:
            known = self._known[f"page {type_name}"] = self._page(type_name)
        return known

    def _page(self, type_name: str) -> "PageSelection":
        page_info = self.at("pageInfo")
        return PageSelection(
            columns=(self.at("nodes") | self.at("edges", "node")).columns(type_name),
            rows="nodes" in self or "edges" in self,
            total=any(not node.arguments for node in self.fields.get("totalCount", ())),
            page_info="pageInfo" in self,
            has_next="hasNextPage" in page_info,
            has_previous="hasPreviousPage" in page_info,
        )

    def _columns(self, type_name: str) -> Columns:
        owner = self.schema.type_map.get(type_name)
        fields = owner.fields if isinstance(owner, GraphQLObjectType) else {}
        declared = (declaration_of(fields[name]) for name in self._collect(type_name) if name in fields)
        return ALWAYS.get(type_name, frozenset()).union(*(field.needs for field in declared if field is not None))

    def _with(self, sets: tuple[SelectionSetNode, ...]) -> Self:
        return type(self)(self.schema, self.fragments, self.variables, sets)

    def _collect(self, type_name: str | None) -> dict[str, list[FieldNode]]:
        found: dict[str, list[FieldNode]] = {}
        for node in self._flat(type_name):
            found.setdefault(node.name.value, []).append(node)
        return found

    def _flat(self, type_name: str | None) -> Iterator[FieldNode]:
        visited: set[str] = set()
        pending = list(self.sets)
        while pending:
            for node in pending.pop().selections:
                if node.directives and not self._is_included(node):
                    continue
                if isinstance(node, FieldNode):
                    yield node
                elif isinstance(node, FragmentSpreadNode):
                    fragment = self.fragments[node.name.value]
                    if node.name.value not in visited and self._applies(fragment, type_name):
                        visited.add(node.name.value)
                        pending.append(fragment.selection_set)
                elif isinstance(node, InlineFragmentNode) and self._applies(node, type_name):
                    pending.append(node.selection_set)

    def _applies(self, fragment: FragmentDefinitionNode | InlineFragmentNode, type_name: str | None) -> bool:
        if type_name is None or fragment.type_condition is None:
            return True
        condition = fragment.type_condition.name.value
        if condition == type_name:
            return True
        abstract = self.schema.type_map[condition]
        return is_abstract_type(abstract) and any(
            possible.name == type_name for possible in self.schema.get_possible_types(abstract)
        )

    def _is_included(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            name = directive.name.value
            if name in {"skip", "include"} and self._holds(directive) is (name == "skip"):
                return False
        return True

    def _holds(self, directive: DirectiveNode) -> bool:
        condition = directive.arguments[0].value if directive.arguments else None
        if isinstance(condition, VariableNode):
            return bool(self.variables.get(condition.name.value))
        return isinstance(condition, BooleanValueNode) and condition.value


@dataclass(frozen=True)
class Position:
    """A field at one place of an operation that is compiled: its name, and what is selected below it."""

    field_name: str
    selection: Selection


@dataclass(frozen=True, slots=True)
class PageSelection:
    """What the selection of a connection needs of the storage; `total` is its length, counted without a bound."""

    columns: Columns
    rows: bool
    total: bool
    page_info: bool
    has_next: bool = False
    has_previous: bool = False


def _sets_of(nodes: Sequence[FieldNode]) -> tuple[SelectionSetNode, ...]:
    return tuple(node.selection_set for node in nodes if node.selection_set is not None)


def selection_of(info: strawberry.Info[Any, Any]) -> Selection:
    """Return what is selected below the field that is being resolved."""
    raw: Any = info._raw_info  # noqa: SLF001 - Strawberry offers it in no other way
    return raw.selection if isinstance(raw, Position) else Selection.of(raw)


def run_columns(info: strawberry.Info[Any, Any], *path: str) -> Columns:
    """Return the columns of the runs at `path` below the field being resolved."""
    return selection_of(info).at(*path).columns()


def page_selection(info: strawberry.Info[Any, Any], type_name: str = "Run") -> PageSelection:
    """Return what the connection being resolved needs; `type_name` is its nodes' type."""
    return selection_of(info).page(type_name)
