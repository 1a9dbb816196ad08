"""How often each root field was asked for, and what came of it."""

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
    get_operation_ast,
)
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

from resolvers.errors import explained

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
        """Count once it is over, whoever ended it."""
        try:
            yield
        finally:
            self._count()

    def _count(self) -> None:
        executed = self.execution_context
        document, place = executed.graphql_document, executed.context.place
        if document is None or executed.operation_type is OperationType.MUTATION or _is_unfit(executed):
            return
        if place.is_shared or place.has_ended:  # nobody's own, or one that goes on among others
            return
        if executed.result is None and executed.operation_type is not OperationType.SUBSCRIPTION:
            return  # nobody waited for the answer
        outcome = _outcome(getattr(executed.result, "errors", None))
        for name in root_fields(document, executed.operation_name):
            executed.context.operations.add(name, outcome)


def _is_unfit(executed: ExecutionContext) -> bool:
    """Tell whether a document was refused: whatever it names is not known to be a field."""
    return any(error.original_error is None for error in executed.pre_execution_errors or ())


def _outcome(errors: Sequence[GraphQLError] | None) -> str:
    if not errors:
        return OK
    told = (errors[0].extensions or {}).get("code")
    return str(told) if told else explained(errors[0])[1]


def root_fields(document: DocumentNode, operation_name: str | None) -> list[str]:
    """Return the names of an operation's root fields, one for each key of the answer."""
    operation = get_operation_ast(document, operation_name)
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    found: dict[str, str] = {}
    waiting: list[ExecutableDefinitionNode | InlineFragmentNode | None] = [operation]
    while waiting:
        node = waiting.pop()
        for selection in node.selection_set.selections if node is not None else ():
            match selection:
                case FieldNode(alias=alias, name=name):
                    found[(alias or name).value] = name.value
                case InlineFragmentNode():
                    waiting.append(selection)
                case FragmentSpreadNode(name=name):  # a second spread would add nothing
                    waiting.append(fragments.pop(name.value, None))
    return list(found.values())
