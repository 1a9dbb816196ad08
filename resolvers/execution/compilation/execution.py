"""The carrying out of plans, and what makes graphql-core do it in their place."""

import asyncio
import logging
import os
from collections.abc import Mapping
from typing import Any, Final

from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse, validate
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from resolvers.execution.compilation.plans import Compilation, Plan, Plans
from resolvers.execution.compilation.runtime import Frame
from resolvers.execution.context import Context
from resolvers.execution.costs.extension import check_cost, check_document
from resolvers.execution.costs.measure import DocumentMeasures, measured
from resolvers.execution.document_cache import DocumentCache, TextCache
from resolvers.execution.errors import ErrorCode
from runindex.domain.errors import LimitExceededError

log: Final = logging.getLogger(__name__)
MODE = Compilation(os.environ.get("RUNINDEX_COMPILATION", "on"))


class CompiledOperations:
    """Carries out operations that are compiled."""

    def __init__(
        self, schema: GraphQLSchema, documents: DocumentCache, measures: TextCache[DocumentMeasures]
    ) -> None:
        """Compile documents that are in the caches."""
        self.plans = Plans(schema)
        self._schema = schema
        self._documents = documents
        self._measures = measures

    def plan(self, text: str, name: str | None, variables: Mapping[str, Any], context: Context) -> Plan | None:
        """Return the plan of an operation that is within the limits; None for one that graphql-core executes."""
        if MODE is Compilation.OFF:
            return None
        document, measures = self._documents.find(text), self._measures.find(text)
        if document is None or measures is None:
            if MODE is not Compilation.FORCED:
                return None
            document, measures = self._prepare(text)
            if document is None or measures is None:
                return None
        try:
            plan = self.plans.find(text, name, variables, document, measures)
            if plan is None:
                if MODE is Compilation.FORCED:
                    log.warning("not compiled: %s %s", self.plans.refused, text)
                return None
            check_document(measures, context.limits)
            check_cost(plan.measure.cost.of(variables), context.limits)
        except LimitExceededError:
            return None
        return plan

    async def execute(self, plan: Plan, variables: Mapping[str, Any], context: Context) -> ExecutionResult | None:
        """Carry out a plan; return None when something is wrong, which graphql-core says."""
        try:
            frame = Frame(context, plan.read_variables(variables))
        except Exception:  # noqa: BLE001 - of any coercer
            return None
        try:
            if plan.kind is OperationType.MUTATION:
                data = await plan.answer(frame, None)
            else:
                async with asyncio.timeout(context.timings.operation):
                    data = await plan.answer(frame, None)
                for name in plan.fields:
                    context.operations.add(name)
        except TimeoutError as error:
            for name in plan.fields:
                context.operations.add(name, ErrorCode.TIMEOUT)
            return ExecutionResult(data=None, errors=[GraphQLError("", original_error=error)])
        except Exception:  # noqa: BLE001 - graphql-core meets it again, and has its place in the document
            return None
        return ExecutionResult(data=data, errors=None)

    def _prepare(self, text: str) -> tuple[DocumentNode | None, DocumentMeasures | None]:
        try:
            document = parse(text, max_tokens=2000)
            measures = measured(document, self._schema)
        except (GraphQLError, RecursionError):
            return None, None
        if validate(self._schema, document):
            return None, None
        self._documents.add(text, document)
        self._measures.add(text, measures)
        return document, measures
