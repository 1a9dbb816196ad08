"""The cache of parsed and validated GraphQL documents, by their text."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Final, Generic, TypeVar

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
from strawberry.types import ExecutionContext
from strawberry.types.graphql import OperationType

T = TypeVar("T")

MOST_DOCUMENTS: Final = 512
LONGEST_TEXT: Final = 16 * 1024
MOST_MISTAKES: Final = 10
UNNAMED: Final = "Must provide operation name if query contains multiple operations."


class TextCache(Generic[T]):
    """What is known of the texts used most recently, bounded in number and length."""

    def __init__(self, most: int = MOST_DOCUMENTS, longest: int = LONGEST_TEXT) -> None:
        """Keep at most `most` texts of at most `longest` characters."""
        self._most = most
        self._longest = longest
        self._known: OrderedDict[str, T] = OrderedDict()

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self._known)

    def find(self, text: str) -> T | None:
        """Return what is known of a text, None when it is not in the cache."""
        known = self._known.get(text)
        if known is not None:
            self._known.move_to_end(text)
        return known

    def add(self, text: str, known: T) -> None:
        """Keep what is known of a text."""
        if len(text) <= self._longest:
            self._known[text] = known
            if len(self._known) > self._most:
                self._known.popitem(last=False)


class DocumentCache(TextCache[DocumentNode]):
    """The valid documents used most recently. Validity does not depend on the caller."""

    def operation(self, text: str, name: str | None) -> OperationDefinitionNode | None:
        """Return the operation that a request names, in a valid document or not; None if there is none to be found."""
        try:
            return get_operation_ast(self.find(text) or parse(text), name)
        except (GraphQLError, RecursionError):
            return None

    def operation_type(self, text: str, name: str | None) -> OperationType | None:
        """Return the type of that operation; None for no operation."""
        operation = self.operation(text, name)
        return None if operation is None else OperationType(operation.operation.value)


class CachedDocuments(SchemaExtension):
    """Parses and validates a document once."""

    def __init__(self, cache: DocumentCache) -> None:
        """Use a cache that outlives the operation."""
        super().__init__()
        self._cache = cache
        self._found = False

    def on_parse(self) -> Iterator[None]:
        """Take the document from the cache if it is there."""
        context = self.execution_context
        document = self._cache.find(context.query or "")
        if document is not None:
            context.graphql_document = document
            self._found = True
        yield

    def on_validate(self) -> Iterator[None]:
        """Skip the validation of a document from the cache; keep a document that turns out valid."""
        context = self.execution_context
        if context.pre_execution_errors is None and context.graphql_document is not None:
            context.pre_execution_errors = [] if self._found else _mistakes(context, context.graphql_document)
        yield
        if not self._found and not context.pre_execution_errors and context.query and context.graphql_document:
            self._cache.add(context.query, context.graphql_document)


def _mistakes(context: ExecutionContext, document: DocumentNode) -> list[GraphQLError]:
    return mistakes(context.schema._schema, document, context.validation_rules)  # noqa: SLF001 - graphql-core's


def mistakes(
    schema: GraphQLSchema, document: DocumentNode, rules: Sequence[type[ASTValidationRule]] = tuple(specified_rules)
) -> list[GraphQLError]:
    """Validate as Strawberry does, but find fewer mistakes: to suggest other names takes long."""
    own = (*rules, MaybeNullValidationRule, OneOfInputValidationRule)
    return validate(schema, document, own, max_errors=MOST_MISTAKES)


class NamedOperation(SchemaExtension):
    """Refuses a document of several operations when none of them is named; Strawberry would execute the first."""

    def on_validate(self) -> Iterator[None]:
        """Refuse several operations without a name."""
        context = self.execution_context
        document = context.graphql_document
        if context._provided_operation_name is None and document is not None:  # noqa: SLF001 - known nowhere else
            operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
            if len(operations) > 1:
                context.pre_execution_errors = [GraphQLError(UNNAMED)]
        yield
