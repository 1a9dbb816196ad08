"""The carrying out of plans, and what makes graphql-core do it in their place."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, Final

import orjson
from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from resolvers.execution.bounds.turns import SHARE, Share
from resolvers.execution.compilation.events import EventCounts, PlannedEvents
from resolvers.execution.compilation.plans import OperationPlan, Plans
from resolvers.execution.compilation.refusal import NotCompiledError, Reason
from resolvers.execution.compilation.runtime import Frame
from resolvers.execution.context import Context
from resolvers.execution.costs.extension import check_cost, check_document
from resolvers.execution.costs.measure import DocumentMeasures, measured
from resolvers.execution.costs.variables import check_sizes
from resolvers.execution.document_cache import DocumentCache, TextCache, mistakes
from resolvers.execution.errors import ErrorCode, shown
from runindex.domain.errors import LimitExceededError
from runindex.domain.tokens import TokenScope
from runindex.ports.allowance import ALLOWANCE, ReadAllowance
from runindex.settings.settings import Compilation

# What even the forced compilation leaves to graphql-core.
LEFT: Final = frozenset({Reason.INTROSPECTION, Reason.LENGTH, Reason.LITERAL})
ANY: Final = frozenset({OperationType.QUERY, OperationType.MUTATION})


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers: the text of `data`, None beside errors of the whole."""

    data: bytes | None
    errors: list[GraphQLError] | None = None

    @property
    def body(self) -> bytes:
        """Return the text of the response."""
        if self.data is not None:
            return b'{"data":' + self.data + b"}"
        return orjson.dumps({"data": None, "errors": [error.formatted for error in self.errors or ()]})

    @property
    def result(self) -> ExecutionResult:
        """Return it as Strawberry has results; `data` is a fragment."""
        data: Any = None if self.data is None else orjson.Fragment(self.data)
        return ExecutionResult(data, self.errors)


class CompiledOperations:
    """Answers operations by their plans.

    `answered` counts the operations that were, `refused` by reason those that the compiler does not take, and
    `left` those that a plan left to graphql-core: with an error to be answered, say. `events` counts those of streams.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        documents: DocumentCache,
        measures: TextCache[DocumentMeasures],
        mode: Compilation = Compilation.ON,
    ) -> None:
        """Compile documents that are in the caches."""
        self.plans = Plans(schema)
        self.mode = mode
        self.answered = 0
        self.left = 0
        self.events = EventCounts()
        self.refused: Counter[Reason] = Counter()
        self._schema = schema
        self._documents = documents
        self._measures = measures

    async def answer(
        self,
        text: str,
        name: str | None,
        variables: Mapping[str, Any] | None,
        context: Context,
        allowed: Collection[OperationType] = ANY,
    ) -> Answer | None:
        """Answer an operation; None is for those that are to be executed in the usual way, with the same context.

        Mutations that were carried out before a None are not carried out again there.
        """
        if self.mode is Compilation.OFF:
            return None
        given = variables or {}
        plan = self._plan(text, name, given, context, allowed)
        if plan is None:
            return None
        answer = await self._carried_out(plan, given, context)
        if answer is None:
            self.left += 1
        else:
            self.answered += 1
        return answer

    def event_plan(
        self, text: str, name: str | None, variables: Mapping[str, Any] | None, context: Context
    ) -> PlannedEvents | None:
        """Return what answers the events of a stream that is open; None when each is executed in the usual way."""
        if self.mode is Compilation.OFF:
            return None
        given = variables or {}
        try:
            plan = self.plans.find(text, name, given) or self._made(text, name, given, context)
            return None if plan is None else PlannedEvents(plan, plan.read_variables(given), context, self.events)
        except NotCompiledError as refusal:
            self._refuse(refusal)
        except Exception:  # noqa: BLE001 - of a variable that plans do not read
            self.events.left += 1
        return None

    def _refuse(self, refusal: NotCompiledError) -> None:
        self.refused[refusal.reason] += 1
        if self.mode is Compilation.FORCED and refusal.reason not in LEFT:
            raise refusal

    def _plan(
        self,
        text: str,
        name: str | None,
        variables: Mapping[str, Any],
        context: Context,
        allowed: Collection[OperationType],
    ) -> OperationPlan | None:
        """Return the plan of an operation that its caller may carry out within the limits."""
        try:
            plan = self.plans.find(text, name, variables) or self._made(text, name, variables, context)
            if plan is None or plan.kind not in allowed:
                return None
            if plan.is_mutation and not context.scope.allows(TokenScope.WRITE):
                return None
            plan.check(context.limits)
            cost = plan.measure.cost.of(variables)
            check_cost(cost, context.limits)
            if any(value.__class__ in {list, dict} for value in variables.values()):
                check_sizes(plan.document, name, variables, self._schema)
            context.spend(cost)
        except NotCompiledError as refusal:
            self._refuse(refusal)
            return None
        except LimitExceededError:
            return None
        return plan

    def _made(
        self, text: str, name: str | None, variables: Mapping[str, Any], context: Context
    ) -> OperationPlan | None:
        document, measures = self._documents.find(text), self._measures.find(text)
        if (document is None or measures is None) and self.mode is Compilation.FORCED:
            document, measures = self._prepared(text, context)
        if document is None or measures is None:
            return None
        return self.plans.make(text, name, variables, document, measures)

    def _prepared(self, text: str, context: Context) -> tuple[DocumentNode | None, DocumentMeasures | None]:
        """Return a document that was not seen yet, and its measures, if it is valid and within the limits."""
        try:
            document = parse(text, max_tokens=context.limits.tokens)
            measures = measured(document, self._schema)
            check_document(measures, context.limits)
            if mistakes(self._schema, document):
                return None, None
        except (GraphQLError, RecursionError):
            return None, None
        self._documents.add(text, document)
        self._measures.add(text, measures)
        return document, measures

    async def _carried_out(self, plan: OperationPlan, variables: Mapping[str, Any], context: Context) -> Answer | None:
        """Return the answer, None when something is wrong, which graphql-core says."""
        limits = context.limits
        ALLOWANCE.set(ReadAllowance(limits.answer_bytes))
        share = Share() if plan.shares else None
        SHARE.set(share)
        timeout = None
        try:
            frame = Frame(context, plan.read_variables(variables), limits.answer_fields, limits.answer_bytes, share)
            if plan.is_mutation:
                data = await plan.answer(frame, None)
            else:
                async with asyncio.timeout(context.timings.operation) as timeout:
                    data = await plan.answer(frame, None)
                    _check_time(timeout)
            text = orjson.dumps(data)
        except TimeoutError as error:
            if timeout is None or not (timeout.expired() or _is_over(timeout)):
                return None
            plan.count(context, ErrorCode.TIMEOUT)
            return Answer(None, shown([GraphQLError("", original_error=error)]))
        except Exception:  # noqa: BLE001 - graphql-core meets it again, and has its place in the document
            return None
        if len(text) > limits.answer_bytes:
            return None
        plan.count(context)
        return Answer(text)


def _check_time(timeout: asyncio.Timeout) -> None:
    """Raise TimeoutError for an answer that took too long, and waited for nothing."""
    if _is_over(timeout):
        raise TimeoutError


def _is_over(timeout: asyncio.Timeout) -> bool:
    return asyncio.get_running_loop().time() > (timeout.when() or inf)
