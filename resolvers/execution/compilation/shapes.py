"""What an operation selects of an object type at one position of its response, as the specification collects it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    is_abstract_type,
    value_from_ast_untyped,
)

from resolvers.execution.compilation.refusal import NotCompiledError, Reason


@dataclass(frozen=True, slots=True)
class SelectedField:
    """A key of the response, the field that answers it, and all places in the document that select it."""

    key: str
    name: str
    definition: GraphQLField | None
    nodes: tuple[FieldNode, ...]

    @property
    def sets(self) -> tuple[SelectionSetNode, ...]:
        """Return what is selected below, of all places."""
        return tuple(node.selection_set for node in self.nodes if node.selection_set is not None)


@dataclass(frozen=True, slots=True)
class Collector:
    """Collects fields; `conditions` are the values of the variables that `@include` and `@skip` name."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    conditions: Mapping[str, Any]

    def collect(self, kind: GraphQLObjectType, sets: Iterable[SelectionSetNode]) -> list[SelectedField]:
        """Return the selected fields of a type, in the order of the response."""
        found: dict[str, list[FieldNode]] = {}
        visited: set[str] = set()
        for selection_set in sets:
            for node in self._flat(kind, selection_set, visited):
                found.setdefault((node.alias or node.name).value, []).append(node)
        return [
            SelectedField(key, nodes[0].name.value, kind.fields.get(nodes[0].name.value), tuple(nodes))
            for key, nodes in found.items()
        ]

    def _flat(self, kind: GraphQLObjectType, sets: SelectionSetNode, visited: set[str]) -> Iterator[FieldNode]:
        for node in sets.selections:
            if not self._is_included(node):
                continue
            match node:
                case FieldNode():
                    yield node
                case InlineFragmentNode():
                    if self._applies(node, kind):
                        yield from self._flat(kind, node.selection_set, visited)
                case FragmentSpreadNode():
                    name = node.name.value
                    if name not in visited:
                        visited.add(name)
                        fragment = self.fragments[name]
                        if self._applies(fragment, kind):
                            yield from self._flat(kind, fragment.selection_set, visited)

    def _applies(self, fragment: FragmentDefinitionNode | InlineFragmentNode, kind: GraphQLObjectType) -> bool:
        if fragment.type_condition is None:
            return True
        condition = self.schema.type_map[fragment.type_condition.name.value]
        return condition is kind or (is_abstract_type(condition) and self.schema.is_sub_type(condition, kind))

    def _is_included(self, node: SelectionNode) -> bool:
        return all(self._holds(directive) for directive in node.directives or ())

    def _holds(self, directive: DirectiveNode) -> bool:
        name = directive.name.value
        if name not in {"skip", "include"}:
            raise NotCompiledError(Reason.DIRECTIVE)
        (argument,) = directive.arguments or ()
        return bool(value_from_ast_untyped(argument.value, dict(self.conditions))) is (name == "include")
