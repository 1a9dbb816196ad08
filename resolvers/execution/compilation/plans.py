"""Plans: compiled operations, and where they are kept."""

from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
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
from resolvers.execution.compilation.refusal import MismatchError, NotCompiledError
from resolvers.execution.compilation.runtime import Frame
from resolvers.execution.compilation.shapes import Collector
from resolvers.execution.costs.measure import DocumentMeasures, Measure
from resolvers.execution.document_cache import LONGEST_TEXT
from resolvers.execution.operation_counts import root_fields

MOST_PLANS: Final = 512
Answer: TypeAlias = Callable[[Frame, None], Awaitable[dict[str, Any]]]


class Compilation(StrEnum):
    """Whether operations are compiled: when they are seen again, never, or at once."""

    ON = "on"
    OFF = "off"
    FORCED = "forced"


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of an operation; `default` is Undefined for one without."""

    name: str
    read: Read
    default: Any
    is_required: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled operation."""

    kind: OperationType
    answer: Answer
    variables: tuple[Variable, ...]
    measure: Measure
    fields: tuple[str, ...]
    text: str

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


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of an operation: the variables that its directives name, and its plans by their values."""

    conditions: tuple[str, ...]
    plans: dict[tuple[Any, ...], "Plan | NotCompiledError"] = field(default_factory=dict)


class Plans:
    """The plans of the operations used most recently."""

    def __init__(self, schema: GraphQLSchema, most: int = MOST_PLANS) -> None:
        """Compile for a schema, and keep at most so many operations."""
        self._schema = schema
        self._most = most
        self._known: OrderedDict[tuple[str, str | None], _Known] = OrderedDict()
        self.refused: Counter[str] = Counter()

    def find(
        self, text: str, name: str | None, variables: Mapping[str, Any], document: DocumentNode, measures: DocumentMeasures
    ) -> Plan | None:
        """Return the plan of an operation of a valid document, None for one that is not compiled."""
        key = text, name
        known = self._known.get(key)
        if known is None:
            operation = get_operation_ast(document, name)
            if operation is None or len(text) > LONGEST_TEXT:
                return None
            known = self._known[key] = _Known(tuple(_conditions(document)))
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        values = tuple([variables.get(each) for each in known.conditions])
        plan = known.plans.get(values)
        if plan is None:
            plan = self._compile(text, name, document, measures, dict(zip(known.conditions, values, strict=True)))
            if len(known.plans) < 64:
                known.plans[values] = plan
        if isinstance(plan, NotCompiledError):
            self.refused[str(plan)] += 1
            return None
        return plan

    def _compile(
        self,
        text: str,
        name: str | None,
        document: DocumentNode,
        measures: DocumentMeasures,
        conditions: Mapping[str, Any],
    ) -> Plan | NotCompiledError:
        operation = get_operation_ast(document, name)
        assert operation is not None
        kind = OperationType(operation.operation.value)
        if kind is OperationType.SUBSCRIPTION:
            return NotCompiledError("subscription")
        fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
        try:
            variables = tuple(_variables(self._schema, operation))
            for variable in variables:
                if variable.name in conditions and conditions[variable.name] is None:
                    conditions = {**conditions, variable.name: variable.default}
            if any(not isinstance(value, bool) for value in conditions.values()):
                return NotCompiledError("condition")
            compiler = Compiler(self._schema, Collector(self._schema, fragments, conditions))
            answer = compiler.source.make(compiler.operation(operation))
        except NotCompiledError as refusal:
            return refusal
        measure = measures.operations[operation.name.value if operation.name else None]
        names = tuple(root_fields(document, operation).values())
        return Plan(kind, answer, variables, measure, names, compiler.source.text)


def _variables(schema: GraphQLSchema, operation: OperationDefinitionNode) -> Iterator[Variable]:
    for definition in operation.variable_definitions or ():
        kind = type_from_ast(schema, definition.type)
        assert is_input_type(kind)
        default = Undefined
        if definition.default_value is not None:
            default = converted(coerce_input_literal(definition.default_value, kind), kind)
        yield Variable(definition.variable.name.value, reader(kind), default, is_non_null_type(kind))


def _conditions(document: DocumentNode) -> list[str]:
    """Return the names of the variables that directives name."""
    found: dict[str, None] = {}

    class Conditions(Visitor):
        def enter_directive(self, node: Any, *_: Any) -> None:
            for argument in node.arguments or ():
                if isinstance(argument.value, VariableNode):
                    found[argument.value.name.value] = None

    visit(document, Conditions())
    return list(found)
