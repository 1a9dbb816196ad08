"""GraphQL operations, the key by which equal ones share a stream, and their results as clients get them."""

from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias, cast

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
from strawberry.types import ExecutionResult

from resolvers.execution.context import Context
from resolvers.execution.document_cache import DocumentCache
from resolvers.execution.position import StreamPosition
from runindex.domain import json_text

Results: TypeAlias = AsyncGenerator[ExecutionResult, None]


class StreamedResult(NamedTuple):
    """A result on its way to one client, and its cursor, if its stream resumes from one."""

    result: ExecutionResult
    cursor: str = ""


StreamedResults: TypeAlias = AsyncGenerator[StreamedResult, None]

# Each item of these streams has a position in a history; of the others only the newest state matters.
LOSSLESS: Final = frozenset({"runChanges", "resultRecorded", "runEvents"})
CONFLATED: Final = frozenset({"run", "runCounts", "runProgress"})


@dataclass(frozen=True, slots=True)
class ShareKey:
    """The key of a shared stream: operations with equal ones get the same items, wherever they start.

    `variables` are JSON, without the one that is the cursor to start from.
    """

    query: str
    operation_name: str | None
    field: str
    variables: str
    actor: str | None


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of a client, with all that is needed to execute it.

    `last_event_id` is the cursor from which the client's transport resumes, in place of the argument `after`.
    """

    schema: BaseSchema
    documents: DocumentCache
    context: Context
    query: str
    operation_name: str | None
    variables: dict[str, Any] | None
    last_event_id: str | None = None

    async def open(self, position: StreamPosition) -> Results:
        """Execute it; a stream begins at the position, and keeps it up to date."""
        results = await self.schema.stream(
            self.query,
            variable_values=self.variables,
            context_value=self.context.at(position),
            operation_name=self.operation_name,
        )
        return cast("Results", results)

    @property
    def is_conflated(self) -> bool:
        """Tell whether it is a stream of which only the newest state matters."""
        operation = self.documents.operation(self.query, self.operation_name)
        followed = None if operation is None else _followed(operation)
        return followed is not None and followed.name.value in CONFLATED

    @property
    def share_key(self) -> ShareKey | None:
        """Return the key of the stream to share, None for an operation that cannot share one."""
        document = self.documents.find(self.query)
        operation = None if document is None else get_operation_ast(document, self.operation_name)
        followed = None if operation is None else _followed(operation)
        if document is None or followed is None:
            return None
        variables = _shared_variables(document, followed, self.variables or {})
        return ShareKey(self.query, self.operation_name, followed.name.value, variables, self.context.actor)


def payload_of(result: ExecutionResult) -> dict[str, object]:
    """Return a result as clients get it."""
    payload: dict[str, object] = {"data": result.data}
    if result.errors:
        payload["errors"] = [error.formatted for error in result.errors]
    return payload


def is_refusal(result: ExecutionResult) -> bool:
    """Tell whether a result ends its operation: it has no data, and errors of no field."""
    return result.data is None and bool(result.errors) and all(error.path is None for error in result.errors or ())


def code_of(refusal: ExecutionResult) -> str:
    """Return the code of a refusal's first error."""
    return str(next((error.extensions or {}).get("code") for error in refusal.errors or ()))


def _followed(operation: OperationDefinitionNode) -> FieldNode | None:
    """Return the field of a subscription that can be shared, None of any other operation."""
    if operation.operation is not OperationType.SUBSCRIPTION or len(operation.selection_set.selections) > 1:
        return None
    (only,) = operation.selection_set.selections
    is_shared = isinstance(only, FieldNode) and only.name.value in LOSSLESS | CONFLATED and not only.directives
    return cast("FieldNode", only) if is_shared else None


def _shared_variables(document: DocumentNode, followed: FieldNode, variables: Mapping[str, object]) -> str:
    start = _start(followed)
    if start is not None and _uses(document, start) > 1:
        start = None
    return json_text.dumps({name: value for name, value in variables.items() if name != start})


def _start(followed: FieldNode) -> str | None:
    """Return the name of the variable that is the cursor to start from."""
    for argument in followed.arguments or ():
        if argument.name.value == "after" and isinstance(argument.value, VariableNode):
            return argument.value.name.value
    return None


def _uses(document: DocumentNode, variable: str) -> int:
    """Count the uses of a variable, without its definition."""
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
