"""Plans: compiled operations, and where they are kept."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    VariableNode,
    get_operation_ast,
    is_input_type,
    is_non_null_type,
    type_from_ast,
    visit,
)
from graphql.language import Visitor
from graphql.utilities.coerce_input_value import coerce_input_literal
from strawberry.types.graphql import OperationType

from resolvers.execution.compilation.compiler import Compiler
from resolvers.execution.compilation.inputs import Read, converted, reader
from resolvers.execution.compilation.refusal import MismatchError, NotCompiledError, Reason
from resolvers.execution.compilation.runtime import Frame
from resolvers.execution.compilation.shapes import Collector
from resolvers.execution.context import Context
from resolvers.execution.costs.extension import check_document
from resolvers.execution.costs.measure import DocumentMeasures, Measure
from resolvers.execution.costs.variables import VariableTypes, types_of
from resolvers.execution.document_cache import LONGEST_TEXT
from resolvers.execution.operation_counts import OK, root_fields
from runindex.settings.limits import Limits

MOST_OPERATIONS: Final = 512
# Of one operation, by what its directives say.
MOST_SHAPES: Final = 16
# To make one takes longer than to interpret the operation once.
MOST_MADE: Final = 4 * MOST_SHAPES
# Given None, or an event of a subscription.
Answer: TypeAlias = Callable[[Frame, Any], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of an operation; `default` is Undefined for one without."""

    name: str
    read: Read
    default: Any
    is_required: bool


@dataclass(slots=True)
class OperationPlan:
    """A compiled operation; `shares` tells whether it asks the storage for more than one thing."""

    kind: OperationType
    answer: Answer
    variables: tuple[Variable, ...]
    types: VariableTypes
    measures: DocumentMeasures
    measure: Measure
    fields: tuple[str, ...]
    shares: bool
    text: str
    _within: Limits | None = None

    @property
    def is_mutation(self) -> bool:
        """Tell whether it writes."""
        return self.kind is OperationType.MUTATION

    def check(self, limits: Limits) -> None:
        """Raise LimitExceededError for a document beyond a limit that does not depend on variables."""
        if self._within is not limits:
            check_document(self.measures, limits)
            self._within = limits

    def read_variables(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the variables as resolvers need them, without those left out; raise for one that does not fit."""
        values = {}
        for variable in self.variables:
            value = given.get(variable.name, Undefined)
            if value is not Undefined:
                values[variable.name] = variable.read(value)
            elif variable.default is not Undefined:
                values[variable.name] = variable.default
            elif variable.is_required:
                raise MismatchError
        return values

    def count(self, context: Context, outcome: str = OK) -> None:
        """Count a query's root fields; a mutation's outcome is counted where it is executed."""
        if not self.is_mutation:
            for name in self.fields:
                context.operations.add(name, outcome)


@dataclass(slots=True)
class _KnownOperation:
    """What is known of an operation: the variables that its directives name, and its plans by their values.

    `made` counts the plans that were ever made.
    """

    conditions: tuple[str, ...]
    made: int = 0
    plans: dict[tuple[Any, ...], OperationPlan | Reason] = field(default_factory=dict)


class Plans:
    """The plans of the operations used most recently."""

    def __init__(self, schema: GraphQLSchema, most: int = MOST_OPERATIONS) -> None:
        """Compile for a schema, and keep the plans of at most so many operations."""
        self._schema = schema
        self._most = most
        self._known: OrderedDict[tuple[str, str | None], _KnownOperation] = OrderedDict()

    def __len__(self) -> int:
        """Return the number of operations."""
        return len(self._known)

    def find(self, text: str, name: str | None, variables: Mapping[str, Any]) -> OperationPlan | None:
        """Return the plan of an operation, None for one without; raise NotCompiledError for one that has none."""
        known = self._known.get((text, name))
        if known is None:
            return None
        self._known.move_to_end((text, name))
        plan = known.plans.get(_values(known, variables))
        if isinstance(plan, Reason):
            raise NotCompiledError(plan)
        return plan

    def make(
        self,
        text: str,
        name: str | None,
        variables: Mapping[str, Any],
        document: DocumentNode,
        measures: DocumentMeasures,
    ) -> OperationPlan | None:
        """Compile an operation of a valid document; None for a name that is none of its operations'.

        Raise NotCompiledError for what is not compiled.
        """
        operation = get_operation_ast(document, name)
        if operation is None:
            return None
        if len(text) > LONGEST_TEXT:
            raise NotCompiledError(Reason.LENGTH)
        known = self._known.get((text, name))
        if known is None:
            known = self._known[text, name] = _KnownOperation(tuple(_conditions(document)))
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        values = _values(known, variables)
        if known.made >= MOST_MADE:
            raise NotCompiledError(Reason.SHAPES)
        known.made += 1
        if len(known.plans) >= MOST_SHAPES:
            del known.plans[next(iter(known.plans))]
        try:
            plan = self._compile(operation, document, measures, dict(zip(known.conditions, values, strict=True)))
        except NotCompiledError as refusal:
            known.plans[values] = refusal.reason
            raise
        known.plans[values] = plan
        return plan

    def _compile(
        self,
        operation: OperationDefinitionNode,
        document: DocumentNode,
        measures: DocumentMeasures,
        conditions: Mapping[str, Any],
    ) -> OperationPlan:
        kind = OperationType(operation.operation.value)
        fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
        variables = tuple(_variables(self._schema, operation))
        defaults = {variable.name: variable.default for variable in variables}
        chosen = {name: defaults.get(name) if value is None else value for name, value in conditions.items()}
        if any(not isinstance(value, bool) for value in chosen.values()):
            raise NotCompiledError(Reason.CONDITION)
        compiler = Compiler(self._schema, Collector(self._schema, fragments, chosen))
        answer = compiler.source.make(compiler.operation(operation))
        return OperationPlan(
            kind,
            answer,
            variables,
            types_of(operation, self._schema),
            measures,
            measures.operations[operation.name.value if operation.name else None],
            tuple(root_fields(document, operation).values()),
            # What is followed was asked for already.
            shares=compiler.calls > (kind is not OperationType.SUBSCRIPTION),
            text=compiler.source.text,
        )


def _values(known: _KnownOperation, variables: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the values of the variables on which the shape of the answer depends; None for all that are no Boolean."""
    return tuple([value if isinstance(value := variables.get(each), bool) else None for each in known.conditions])


def _variables(schema: GraphQLSchema, operation: OperationDefinitionNode) -> Iterator[Variable]:
    for definition in operation.variable_definitions or ():
        kind = type_from_ast(schema, definition.type)
        if not is_input_type(kind):
            raise NotCompiledError(Reason.INPUT)  # in no valid document
        default = Undefined
        if definition.default_value is not None:
            default = converted(coerce_input_literal(definition.default_value, kind), kind)
        yield Variable(definition.variable.name.value, reader(kind), default, is_non_null_type(kind))


def _conditions(document: DocumentNode) -> list[str]:
    """Return the names of the variables that directives name."""
    found: dict[str, None] = {}

    class Conditions(Visitor):
        def enter_directive(self, node: Any, *_: Any) -> None:  # noqa: ANN401 - graphql-core's
            for argument in node.arguments or ():
                if isinstance(argument.value, VariableNode):
                    found[argument.value.name.value] = None

    visit(document, Conditions())
    return list(found)
