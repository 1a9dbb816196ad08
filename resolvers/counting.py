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
        """Count once it is over, or ended before it began."""
        yield
        executed = self.execution_context
        document = executed.graphql_document
        if document is None or executed.pre_execution_errors or executed.operation_type is OperationType.MUTATION:
            return
        goes_on = executed.context.place.goes_on
        outcome = _outcome(getattr(executed.result, "errors", None))
        for name in () if goes_on else root_fields(document, executed.operation_name):
            executed.context.operations.add(name, outcome)


def _outcome(errors: Sequence[GraphQLError] | None) -> str:
    return explained(errors[0])[1] if errors else OK


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
