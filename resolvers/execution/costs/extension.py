"""The refusal of documents beyond the limits, before anything is validated or executed."""

from collections.abc import Iterator
from typing import Any, Final

from graphql import DocumentNode, GraphQLError, get_operation_ast
from strawberry.extensions import SchemaExtension

from resolvers.execution.costs.measure import DocumentMeasures, measured
from resolvers.execution.costs.variables import check_sizes, types_of
from resolvers.execution.document_cache import TextCache
from runindex.domain.errors import LimitExceededError
from runindex.settings.limits import Limits

_NAMES: Final = {
    "depth": "levels",
    "aliases": "aliases",
    "directives": "directives",
    "root_fields": "fields at its root",
    "selections": "selections, with fragments in each place where they are spread",
}


class LimitedDocuments(SchemaExtension):
    """Measures a document once it is parsed, and refuses one beyond the limits."""

    def __init__(self, cache: TextCache[DocumentMeasures]) -> None:
        """Keep measures in a cache that outlives the operation."""
        super().__init__()
        self._cache = cache
        self._cost = 0

    def on_parse(self) -> Iterator[None]:
        """Bound the tokens that are parsed, then measure."""
        context = self.execution_context
        limits: Limits = context.context.limits
        context.parse_options["max_tokens"] = limits.tokens
        yield
        if context.graphql_document is None:
            return
        try:
            measures = self._measures(context.query or "", context.graphql_document)
            check_document(measures, limits)
            self._cost = measures.cost_of(context.operation_name).of(context.variables or {})
            check_cost(self._cost, limits)
            if context.variables:
                schema = context.schema._schema  # noqa: SLF001 - graphql-core's
                operation = get_operation_ast(context.graphql_document, context.operation_name)
                check_sizes(types_of(operation, schema), context.variables)
            context.context.spend(self._cost)
        except LimitExceededError as error:
            context.pre_execution_errors = [GraphQLError(error.message, original_error=error)]

    def get_results(self) -> dict[str, Any]:
        """Return the cost, for those who ask for it."""
        asked = (self.execution_context.operation_extensions or {}).get("cost")
        return {"cost": {"objects": self._cost, "limit": self.execution_context.context.limits.cost}} if asked else {}

    def _measures(self, text: str, document: DocumentNode) -> DocumentMeasures:
        measures = self._cache.find(text)
        if measures is None:
            try:
                measures = measured(document, self.execution_context.schema._schema)  # noqa: SLF001 - graphql-core's
            except RecursionError:
                most = self.execution_context.context.limits.depth
                raise LimitExceededError("the document is nested too deeply", most) from None
            self._cache.add(text, measures)
        return measures


def check_document(measures: DocumentMeasures, limits: Limits) -> None:
    """Raise LimitExceededError for a document beyond a limit that does not depend on variables."""
    for measure in measures.operations.values():
        for name, words in _NAMES.items():
            most, number = getattr(limits, name), getattr(measure, name)
            if number > most:
                raise LimitExceededError(f"the document has {number} {words}, more than {most}", most, number)
    if measures.repetitions > limits.repetitions:
        raise LimitExceededError(
            "the document asks for the same names too often", limits.repetitions, measures.repetitions
        )


def check_cost(cost: int, limits: Limits) -> None:
    """Raise LimitExceededError for an operation that could return too much."""
    if cost > limits.cost:
        message = f"the operation could return {cost} objects, more than {limits.cost}: ask for smaller pages"
        raise LimitExceededError(message, limits.cost, cost)
