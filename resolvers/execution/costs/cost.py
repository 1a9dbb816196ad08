"""The cost of an operation: how many objects it could return, as a formula of its variables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from graphql import (
    FieldNode,
    GraphQLField,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    value_from_ast_untyped,
)

from runindex.commands import MAX_BULK
from schema.typesystem.connections import DEFAULT_PAGE

# A list whose size no argument says, such as the scores of a result, is taken to have so many entries.
USUAL_LENGTH: Final = 10
# No count goes beyond it, so that numbers stay small.
MOST: Final = 10**12
_SIZES: Final = ("first", "last", "limit")
_LISTS: Final = ("ids", "runIds", "input")
Variables: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    """The length of a list: what an argument says, in which variables may stand, else `usual`."""

    usual: int
    argument: ValueNode | None = None

    def of(self, variables: Variables) -> int:
        """Return the length, given the variables as they were sent."""
        if self.argument is None:
            return self.usual
        length = _length(value_from_ast_untyped(self.argument, dict(variables)))
        # What is longer is refused where the list is made.
        return self.usual if length is None else min(max(length, 0), MAX_BULK)


@dataclass(frozen=True, slots=True, eq=False)
class Cost:
    """A number of objects, and further costs, each as many times as a list is long."""

    objects: int = 0
    parts: tuple[tuple[Size, "Cost"], ...] = ()

    def of(self, variables: Variables) -> int:
        """Return the cost, given the variables as they were sent."""
        return self._of(variables, {})

    def _of(self, variables: Variables, known: dict[int, int]) -> int:
        """Return the cost; a fragment's, which is part of several, is computed once."""
        if not self.parts:
            return self.objects
        cost = known.get(id(self))
        if cost is None:
            parts = sum(size.of(variables) * part._of(variables, known) for size, part in self.parts)  # noqa: SLF001
            known[id(self)] = cost = min(self.objects + parts, MOST)
        return cost


FREE: Final = Cost()


def total(costs: Iterable[Cost]) -> Cost:
    """Return the sum of costs."""
    counted = [cost for cost in costs if cost is not FREE]
    if len(counted) < 2:  # noqa: PLR2004 - what is one needs no sum
        return counted[0] if counted else FREE
    # A fragment's cost stays one thing, to be computed once.
    return Cost(
        min(sum(cost.objects for cost in counted if not cost.parts), MOST),
        tuple((Size(1), cost) for cost in counted if cost.parts),
    )


def times(size: Size, cost: Cost) -> Cost:
    """Return a cost as many times as a list is long."""
    if cost is FREE:
        return FREE
    if size.argument is None and not cost.parts:
        return Cost(min(size.usual * cost.objects, MOST))
    return Cost(0, ((size, cost),))


def work_of(type_name: str, field_name: str) -> Cost:
    """Return what a field costs beside the objects that it returns."""
    return _WORK.get((type_name, field_name), FREE)


# Fields that look at many runs, whatever they return of them.
_WORK: Final[Mapping[tuple[str, str], Cost]] = {
    ("Query", "runGroups"): Cost(1000),
    ("Query", "metadataPaths"): Cost(1000),
    ("Query", "metadataValues"): Cost(1000),
}


def size_of(field: FieldNode, definition: GraphQLField) -> Size | None:
    """Return the size of a field's list as its arguments say, None for a field without such arguments."""
    given = {argument.name.value: argument.value for argument in field.arguments or ()}
    for name in (*_SIZES, *_LISTS):
        if name in given:
            return _size(given[name], _usual(definition, name))
    for name in _SIZES:
        if name in definition.args:
            return Size(_usual(definition, name))
    return None


def _usual(definition: GraphQLField, name: str) -> int:
    default = definition.args[name].default_value if name in definition.args else Undefined
    return default if isinstance(default, int) else (MAX_BULK if name in _LISTS else DEFAULT_PAGE)


def _size(argument: ValueNode, usual: int) -> Size:
    return Size(usual, argument) if has_variables(argument) else Size(Size(usual, argument).of({}))


def has_variables(value: ValueNode) -> bool:
    """Tell whether a literal has a variable in it."""
    match value:
        case VariableNode():
            return True
        case ListValueNode(values=values):
            return any(map(has_variables, values))
        case ObjectValueNode(fields=fields):
            return any(has_variables(field.value) for field in fields)
    return False


def _length(value: object) -> int | None:
    """Return what a value says of a list's length: a number, a list's own, or that of the longest list in an input.

    An input that chooses by a filter may choose as many as any.
    """
    match value:
        case bool():
            return None
        case int():
            return value
        case list():
            return len(value)
        case dict() if isinstance(value.get("filter"), dict):
            return MAX_BULK
        case dict():
            lengths = (_length(each) for name, each in value.items() if name in _SIZES or isinstance(each, list | dict))
            return max(filter(None, lengths), default=1)
        case _:
            return None
