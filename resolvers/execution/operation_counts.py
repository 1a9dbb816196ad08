"""Counts of root fields by their outcomes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    get_operation_ast,
)
from graphql import OperationType as GraphQLOperation
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext

from resolvers.execution.errors import explained

OK: Final = "OK"


@dataclass(slots=True)
class OperationCounts:
    """Counts by root field and outcome: OK, or the code of a problem or an error. Both are names of the schema."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, name: str, outcome: str = OK) -> None:
        """Count a root field once."""
        self.counts[name, outcome] += 1


class CountedOperations(SchemaExtension):
    """Counts the root fields of queries and subscriptions; a mutation's outcome is known where it is executed."""

    def on_operation(self) -> Iterator[None]:
        """Count when the operation ends, also by an exception."""
        failure: Exception | None = None
        try:
            yield
        except Exception as error:
            failure = error
            raise
        finally:
            self._count(failure)

    def _count(self, failure: Exception | None) -> None:
        executed = self.execution_context
        document, position = executed.graphql_document, executed.context.position
        operation = None if document is None else get_operation_ast(document, executed.operation_name)
        if document is None or operation is None or _is_invalid(executed):
            return
        if position.is_shared or position.lossless.has_ended:  # counted for each subscriber, where it is delivered
            return
        match operation.operation:
            case GraphQLOperation.MUTATION:
                return
            case GraphQLOperation.QUERY if executed.result is None and failure is None:
                return  # the caller left before the answer
        errors = getattr(executed.result, "errors", None) or ()
        if failure is not None:
            errors = (GraphQLError("", original_error=failure),)
        for key, name in root_fields(document, operation).items():
            executed.context.operations.add(name, _outcome(key, errors))


def _is_invalid(executed: ExecutionContext) -> bool:
    """Tell whether a document was refused: the names in it need not be fields of the schema."""
    return any(error.original_error is None for error in executed.pre_execution_errors or ())


def _outcome(key: str, errors: Sequence[GraphQLError]) -> str:
    """Return the outcome of the root field under a key of the answer."""
    for error in errors:
        if not error.path or error.path[0] == key:
            # Errors of streams have their code by now, others get it later.
            code = (error.extensions or {}).get("code")
            return str(code) if code else explained(error)[1]
    return OK


def root_fields(document: DocumentNode, operation: OperationDefinitionNode) -> dict[str, str]:
    """Return the names of an operation's root fields by the keys of the answer."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    found: dict[str, str] = {}
    pending: list[ExecutableDefinitionNode | InlineFragmentNode | None] = [operation]
    while pending:
        node = pending.pop()
        for selection in node.selection_set.selections if node is not None else ():
            match selection:
                case FieldNode(alias=alias, name=name):
                    found[(alias or name).value] = name.value
                case InlineFragmentNode():
                    pending.append(selection)
                case FragmentSpreadNode(name=name):  # a second spread would add nothing
                    pending.append(fragments.pop(name.value, None))
    return found
