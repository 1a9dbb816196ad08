"""The executable schema, and its SDL."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from typing import Any, Final

import strawberry
from graphql import Executor, GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from resolvers.execution.compilation.execution import CompiledOperations
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


class QueryTimeout(SchemaExtension):
    """Ends a query after its time; the writer bounds a mutation, since it alone knows what was written."""

    async def on_execute(self) -> AsyncIterator[None]:
        """Bound the execution of a query."""
        context = self.execution_context
        if context.operation_type is not OperationType.QUERY:
            yield
            return
        async with asyncio.timeout(context.context.timings.operation):
            yield


class EventExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes each event of a subscription by itself.

    In graphql-core 3.3.2 the executors of all events share one cache, where each adds entries that no other finds: it
    grew as long as the subscription lasted.
    """

    def build_per_event_executor(self, payload: Any) -> Executor[Any]:  # noqa: ANN401 - what was yielded
        """Return an executor with a cache of its own."""
        executor = super().build_per_event_executor(payload)
        executor._relevant_sub_fields = {}  # noqa: SLF001 - it has no other way in
        return executor


DOCUMENTS: Final = DocumentCache()
MEASURES: Final[TextCache[DocumentMeasures]] = TextCache()
DESCRIPTION: Final = (
    "An index of runs: it records them, guards their lifecycle, answers queries about them and streams their changes. "
    "It executes nothing. A mutation answers its payload, or the problem in its way; `errors` is for the rest."
)


def _once(resolve: Any) -> Any:
    """Return the resolver of a mutation, which is not carried out again when a compiled operation goes on here."""

    async def resolve_once(source: Any, info: Any, **arguments: Any) -> Any:
        answered = info.context.answered.get(info.path.key)
        return await resolve(source, info, **arguments) if answered is None else answered.result()

    return resolve_once


class RunIndexSchema(strawberry.Schema):
    """A schema whose results hold only errors that a caller may see."""

    def __init__(self, *args: Any, description: str, **kwargs: Any) -> None:  # noqa: ANN401 - passed on unchanged
        """Build the schema; Strawberry knows no description of it."""
        super().__init__(*args, **kwargs)
        self._schema.description = description
        for field in (self._schema.mutation_type.fields.values() if self._schema.mutation_type else ()):
            field.resolve = _once(field.resolve)
        self.compiled = CompiledOperations(self._schema, DOCUMENTS, MEASURES)

    def as_str(self) -> str:
        """Return the schema's text, with its own description before all others."""
        roots = (self._schema.query_type, self._schema.mutation_type, self._schema.subscription_type)
        operations = "".join(f"  {kind}: {root}\n" for kind, root in zip(_OPERATIONS, roots, strict=True))
        return f'"""\n{self._schema.description}\n"""\nschema {{\n{operations}}}\n\n{super().as_str()}'

    async def execute(self, query: str | None, *args: Any, **kwargs: Any) -> ExecutionResult:  # noqa: ANN401 - passed on
        """Execute a query or a mutation."""
        context: Context = kwargs["context_value"]
        result = await self._compiled(query or "", **kwargs) or await super().execute(query, *args, **kwargs)
        result.errors = shown(result.errors, wrote=context.submitted > 0)
        return result

    async def _compiled(
        self,
        text: str,
        context_value: Context,
        variable_values: dict[str, Any] | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult | None:
        if operation_extensions:
            return None
        variables = variable_values or {}
        plan = self.compiled.plan(text, operation_name, variables, context_value)
        if plan is None or (allowed_operation_types is not None and plan.kind not in allowed_operation_types):
            return None
        return await self.compiled.execute(plan, variables, context_value)

    async def stream(self, *args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:  # noqa: ANN401 - as above
        """Execute any operation and yield its results."""
        return self._shown(await super().stream(*args, **kwargs), kwargs["context_value"])

    async def _shown(self, results: AsyncGenerator[Any, None], context: Context) -> AsyncGenerator[Any, None]:
        try:
            async for result in results:
                result.errors = shown(result.errors, wrote=context.submitted > 0)
                yield result
        finally:
            await results.aclose()

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Log nothing: `shown` logs unforeseen errors."""


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
            QueryTimeout,
            CountedOperations,
        ],
        config=StrawberryConfig(scalar_map=SCALARS),
        execution_context_class=EventExecutor,
    )


schema: Final = make_schema(DOCUMENTS)


def print_schema() -> str:
    """Return the schema's SDL, with a newline at its end."""
    return schema.as_str().rstrip() + "\n"
