"""Documents that were parsed and found valid, remembered by their text."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, get_operation_ast, parse
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

MOST_DOCUMENTS: Final = 512
LONGEST_TEXT: Final = 16 * 1024
UNNAMED: Final = "Must provide operation name if query contains multiple operations."


class DocumentCache:
    """The documents used last, bounded in number and in length; a verdict never depends on the caller."""

    def __init__(self, most: int = MOST_DOCUMENTS, longest: int = LONGEST_TEXT) -> None:
        """Remember at most `most` documents of at most `longest` characters."""
        self._most = most
        self._longest = longest
        self._documents: OrderedDict[str, DocumentNode] = OrderedDict()

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._documents)

    def find(self, text: str) -> DocumentNode | None:
        """Return a valid document, None when it is not remembered."""
        document = self._documents.get(text)
        if document is not None:
            self._documents.move_to_end(text)
        return document

    def operation(self, text: str, name: str | None) -> OperationDefinitionNode | None:
        """Return the operation that a document asks for, valid or not; None if it cannot be told."""
        try:
            return get_operation_ast(self.find(text) or parse(text), name)
        except (GraphQLError, RecursionError):
            return None

    def operation_type(self, text: str, name: str | None) -> OperationType | None:
        """Return of which type the operation is that a document asks for, None if it cannot be told."""
        operation = self.operation(text, name)
        return None if operation is None else OperationType(operation.operation.value)

    def add(self, text: str, document: DocumentNode) -> None:
        """Remember a document that was found valid."""
        if len(text) <= self._longest:
            self._documents[text] = document
            if len(self._documents) > self._most:
                self._documents.popitem(last=False)


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
        """Skip the validation of a document from the cache; remember one that turns out valid."""
        context = self.execution_context
        if self._found:
            context.pre_execution_errors = []
        yield
        if not self._found and not context.pre_execution_errors and context.query and context.graphql_document:
            self._cache.add(context.query, context.graphql_document)


class NamedOperation(SchemaExtension):
    """Refuses a document of several operations when none of them is named; Strawberry would execute the first."""

    def on_validate(self) -> Iterator[None]:
        """Count the operations."""
        context = self.execution_context
        document = context.graphql_document
        if context._provided_operation_name is None and document is not None:  # noqa: SLF001 - told in no other way
            operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
            if len(operations) > 1:
                context.pre_execution_errors = [GraphQLError(UNNAMED)]
        yield
