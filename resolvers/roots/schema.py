"""The executable schema, and its SDL."""

from collections.abc import AsyncGenerator
from functools import partial
from typing import Any, Final

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, ExecutionResult

from resolvers.execution.bounds.executor import BoundedExecutor
from resolvers.execution.bounds.extension import BoundedExecution
from resolvers.execution.compilation.mutations import answered_once
from resolvers.execution.compilation.operations import CompiledOperations
from resolvers.execution.context import Context
from resolvers.execution.costs.extension import LimitedDocuments
from resolvers.execution.costs.measure import DocumentMeasures
from resolvers.execution.document_cache import CachedDocuments, DocumentCache, NamedOperation, TextCache
from resolvers.execution.errors import shown
from resolvers.execution.operation_counts import CountedOperations
from resolvers.roots.mutation import Mutation
from resolvers.roots.query import Query
from resolvers.roots.subscription import Subscription
from schema.runs.changes import STREAM_ITEMS
from schema.typesystem.scalars import SCALARS

DOCUMENTS: Final = DocumentCache()
MEASURES: Final[TextCache[DocumentMeasures]] = TextCache()
DESCRIPTION: Final = (
    "An index of runs: it records them, guards their lifecycle, answers queries about them and streams their changes. "
    "It executes nothing. A mutation answers its payload, or the problem in its way; `errors` is for the rest."
)


class RunIndexSchema(strawberry.Schema):
    """A schema whose results hold only errors that a caller may see."""

    def __init__(self, *args: Any, description: str, **kwargs: Any) -> None:  # noqa: ANN401 - passed on unchanged
        """Build the schema; Strawberry knows no description of it."""
        super().__init__(*args, **kwargs)
        self._schema.description = description
        mutation = self._schema.mutation_type
        for field in mutation.fields.values() if mutation is not None else ():
            field.resolve = answered_once(field.resolve)
        self.compiled = CompiledOperations(self._schema, DOCUMENTS, MEASURES)

    def as_str(self) -> str:
        """Return the schema's text, with its own description before all others."""
        roots = (self._schema.query_type, self._schema.mutation_type, self._schema.subscription_type)
        operations = "".join(f"  {kind}: {root}\n" for kind, root in zip(_OPERATIONS, roots, strict=True))
        return f'"""\n{self._schema.description}\n"""\nschema {{\n{operations}}}\n\n{super().as_str()}'

    async def execute(self, *args: Any, **kwargs: Any) -> ExecutionResult:  # noqa: ANN401 - passed on unchanged
        """Execute a query or a mutation."""
        result = await super().execute(*args, **kwargs)
        context: Context = kwargs["context_value"]
        result.errors = _errors_of(result, context)
        return result

    async def stream(self, *args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:  # noqa: ANN401 - as above
        """Execute any operation and yield its results; `data` of a compiled one's is a fragment."""
        query, name, variables = args[0], kwargs.get("operation_name"), kwargs.get("variable_values")
        context: Context = kwargs["context_value"]
        answer = await self.compiled.answer(query, name, variables, context)
        if answer is not None:
            return _once(answer.result)
        context.find_event_plan = partial(self.compiled.event_plan, query, name, variables, context)
        return self._shown(await super().stream(*args, **kwargs), context)

    async def _shown(self, results: AsyncGenerator[Any, None], context: Context) -> AsyncGenerator[Any, None]:
        try:
            async for result in results:
                result.errors = _errors_of(result, context)
                yield result
        finally:
            await results.aclose()

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing: `shown` logs unforeseen errors."""


async def _once(result: ExecutionResult) -> AsyncGenerator[Any, None]:
    yield result


def _errors_of(result: Any, context: Context) -> list[GraphQLError] | None:  # noqa: ANN401 - of several classes
    """Return a result's errors as the caller sees them."""
    return shown(result.errors, wrote=context.submitted > 0, lost=context.writes > 0 and result.data is None)


_OPERATIONS: Final = ("query", "mutation", "subscription")


def make_schema(documents: DocumentCache) -> RunIndexSchema:
    """Make the schema, which keeps valid documents in a cache."""
    return RunIndexSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        description=DESCRIPTION,
        types=STREAM_ITEMS,
        extensions=[
            lambda: LimitedDocuments(MEASURES),
            lambda: CachedDocuments(documents),
            NamedOperation,
            BoundedExecution,
            CountedOperations,
        ],
        config=StrawberryConfig(scalar_map=SCALARS),
        execution_context_class=BoundedExecutor,
    )


schema: Final = make_schema(DOCUMENTS)


def print_schema() -> str:
    """Return the schema's SDL, with a newline at its end."""
    return schema.as_str().rstrip() + "\n"
