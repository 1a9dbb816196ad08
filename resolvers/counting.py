"""How often each root field was asked for, and what came of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from graphql import DocumentNode, FieldNode, GraphQLError, get_operation_ast
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
    """Return the names of an operation's root fields, those in fragments aside."""
    operation = get_operation_ast(document, operation_name)
    selections = operation.selection_set.selections if operation is not None else ()
    return [field.name.value for field in selections if isinstance(field, FieldNode)]
