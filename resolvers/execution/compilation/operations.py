"""The carrying out of plans, and what makes graphql-core do it in their place."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import orjson
from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from resolvers.execution.bounds.deadline import Deadline
from resolvers.execution.bounds.turns import SHARE, Share
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
LEFT: Final = frozenset({Reason.INTROSPECTION, Reason.LENGTH, Reason.LITERAL, Reason.SHAPES, Reason.COST})
encode: Final = orjson.dumps
# Objects of an answer that takes less than a millisecond of the server's time, once the storage has given them.
FEW: Final = 128
BEFORE_DATA: Final = b'{"data":'
AROUND_DATA: Final = len(BEFORE_DATA) + 1
ANY: Final = frozenset({OperationType.QUERY, OperationType.MUTATION})


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers: the text of the response, and the errors of one that has no data."""

    body: bytes
    errors: list[GraphQLError] | None = None

    @classmethod
    def failed(cls, errors: list[GraphQLError]) -> Self:
        """Return the answer of an operation that failed as a whole."""
        return cls(orjson.dumps({"data": None, "errors": [error.formatted for error in errors]}), errors)

    @property
    def data(self) -> bytes | None:
        """Return the text of `data`, None for an operation that failed."""
        return None if self.errors else self.body[len(BEFORE_DATA) : -1]

    @property
    def result(self) -> ExecutionResult:
        """Return it as Strawberry has results; `data` is a fragment."""
        data: Any = None if self.data is None else orjson.Fragment(self.data)
        return ExecutionResult(data, self.errors)


@dataclass(slots=True)
class EventCounts:
    """How many events plans `answered`, and how many they `left` to graphql-core."""

    answered: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class PlannedEvents:
    """Answers the events of one stream; `variables` are those of its operation, as resolvers need them."""

    plan: OperationPlan
    variables: Mapping[str, Any]
    context: Context
    counts: EventCounts

    async def answer(self, event: Any, share: Share) -> bytes | None:  # noqa: ANN401 - what the resolver yielded
        """Return the text of `data`; None for an event with which something is wrong, which graphql-core says."""
        limits = self.context.limits
        frame = Frame(
            self.context,
            self.variables,
            limits.answer_fields,
            limits.answer_bytes,
            share if self.plan.shares else None,
        )
        try:
            text = encode(await self.plan.answer(frame, event))
        except Exception:  # noqa: BLE001 - graphql-core meets it again, and has its place in the document
            text = None
        if text is None or len(text) > limits.answer_bytes:
            self.counts.left += 1
            return None
        self.counts.answered += 1
        return text


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
            check_sizes(plan.types, variables)
            context.spend(cost)
            if cost <= FEW and not plan.is_mutation:
                context.make_room()
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
        deadline = None
        try:
            frame = Frame(context, plan.read_variables(variables), limits.answer_fields, limits.answer_bytes, share)
            if plan.is_mutation:
                data = await plan.answer(frame, None)
            else:
                deadline = Deadline(context.seconds_left)
                with deadline:
                    data = await plan.answer(frame, None)
            text = encode({"data": data})
        except TimeoutError as error:
            if deadline is None or not deadline.is_over:
                return None
            plan.count(context, ErrorCode.TIMEOUT)
            return Answer.failed(shown([GraphQLError("", original_error=error)]) or [])
        except Exception:  # noqa: BLE001 - graphql-core meets it again, and has its place in the document
            return None
        if len(text) - AROUND_DATA > limits.answer_bytes:
            return None
        plan.count(context)
        return Answer(text)
