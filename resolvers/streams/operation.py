"""What a client asks, and what of it others may ask too."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from graphql import (
    DocumentNode,
    FieldNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    get_operation_ast,
)
from strawberry.schema import BaseSchema

from resolvers.execution.context import Context
from resolvers.execution.document_cache import DocumentCache
from resolvers.execution.position import StreamPosition
from resolvers.streams.payloads import Results
from runindex.domain import json_text

# Every item of these has a place in a history; of the others only the newest state matters.
LOSSLESS: Final = frozenset({"runChanges", "resultRecorded", "runEvents"})
NEWEST: Final = frozenset({"run", "runCounts"})


@dataclass(frozen=True, slots=True)
class ShareKey:
    """What subscribers have in common, apart from where they start: equal ones get the same items.

    `variables` are JSON, without the one that only says where to start.
    """

    query: str
    operation_name: str | None
    field: str
    variables: str
    actor: str | None


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation, and all that is needed to execute it."""

    schema: BaseSchema
    documents: DocumentCache
    context: Context
    query: str
    operation_name: str | None
    variables: dict[str, Any] | None

    async def open(self, place: StreamPosition) -> Results:
        """Execute it; a stream goes on from a place."""
        results = await self.schema.stream(
            self.query,
            variable_values=self.variables,
            context_value=self.context.at(place),
            operation_name=self.operation_name,
        )
        return cast("Results", results)

    @property
    def wants_newest(self) -> bool:
        """Tell whether it is one stream of which only the newest state matters."""
        operation = self.documents.operation(self.query, self.operation_name)
        followed = None if operation is None else _followed(operation)
        return followed is not None and followed.name.value in NEWEST

    @property
    def common(self) -> ShareKey | None:
        """Return what it has in common with others, None unless it is one stream that can be shared."""
        document = self.documents.find(self.query)
        operation = None if document is None else get_operation_ast(document, self.operation_name)
        followed = None if operation is None else _followed(operation)
        if document is None or followed is None:
            return None
        variables = _variables_in_common(document, followed, self.variables or {})
        return ShareKey(self.query, self.operation_name, followed.name.value, variables, self.context.actor)


def _followed(operation: OperationDefinitionNode) -> FieldNode | None:
    """Return the field of a subscription that others may share, None of any other operation."""
    if operation.operation is not OperationType.SUBSCRIPTION or len(operation.selection_set.selections) > 1:
        return None
    (only,) = operation.selection_set.selections
    is_shared = isinstance(only, FieldNode) and only.name.value in LOSSLESS | NEWEST and not only.directives
    return cast("FieldNode", only) if is_shared else None


def _variables_in_common(document: DocumentNode, followed: FieldNode, variables: Mapping[str, object]) -> str:
    start = _start(followed)
    if start is not None and _uses(document, start) > 1:
        start = None
    return json_text.dumps({name: value for name, value in variables.items() if name != start})


def _start(followed: FieldNode) -> str | None:
    """Return the name of the variable that says where to start."""
    for argument in followed.arguments or ():
        if argument.name.value == "after" and isinstance(argument.value, VariableNode):
            return argument.value.name.value
    return None


def _uses(document: DocumentNode, variable: str) -> int:
    """Count where a variable is used, its definition aside."""
    return sum(_is_use(node, variable) for node in _nodes(document)) - 1


def _is_use(node: Node, variable: str) -> bool:
    return isinstance(node, VariableNode) and node.name.value == variable


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for key in node.keys:
        value = getattr(node, key, None)
        for child in value if isinstance(value, list | tuple) else (value,):
            if isinstance(child, Node):
                yield from _nodes(child)
