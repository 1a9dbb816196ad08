"""The measures of a document, in time linear in its length: each fragment is visited once for each size of a page."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
)

from resolvers.execution.costs.cost import FREE, MOST, USUAL_LENGTH, Cost, Size, size_of, times, total, work_of

_META: Final = frozenset({"__schema", "__type"})
# They hold a list's entries, and are none themselves.
_PARTS_OF_LISTS: Final = ("Connection", "Edge", "PageInfo")


@dataclass(frozen=True, slots=True)
class Measure:
    """What an operation, or a part of one, has; fragments count wherever they are spread.

    `root_fields` are the fields of the topmost selection set, `depth` is how many levels of fields there are.
    """

    depth: int = 0
    aliases: int = 0
    directives: int = 0
    root_fields: int = 0
    selections: int = 0
    cost: Cost = FREE


NOTHING: Final = Measure()


@dataclass(frozen=True, slots=True)
class DocumentMeasures:
    """The measures of a document's operations, by name, and how often it asks for the same names."""

    operations: dict[str | None, Measure]
    repetitions: int

    def cost_of(self, operation_name: str | None) -> Cost:
        """Return the cost of the operation that is executed: the first one, if none is named."""
        named = self.operations.get(operation_name)
        return next(iter(self.operations.values()), NOTHING).cost if named is None else named.cost


def measured(document: DocumentNode, schema: GraphQLSchema) -> DocumentMeasures:
    """Measure a document, valid or not: what is not in the schema counts, but costs nothing."""
    visitor = _Visitor.of(document, schema)
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return DocumentMeasures(
        {node.name.value if node.name else None: visitor.operation(node) for node in operations},
        _repetitions(document),
    )


@dataclass(slots=True)
class _Visitor:
    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    known: dict[tuple[str, Size | None], Measure] = field(default_factory=dict)

    @classmethod
    def of(cls, document: DocumentNode, schema: GraphQLSchema) -> "_Visitor":
        fragments = (node for node in document.definitions if isinstance(node, FragmentDefinitionNode))
        return cls(schema, {node.name.value: node for node in fragments})

    def operation(self, node: OperationDefinitionNode) -> Measure:
        below = self._selections(node.selection_set, self.schema.get_root_type(node.operation), None)
        return _sum((below, Measure(directives=len(node.directives or ()))))

    def _selections(self, node: SelectionSetNode, parent: GraphQLNamedType | None, page: Size | None) -> Measure:
        """Measure a selection set; `page` is the size of lists in it that do not say their own."""
        return _sum(self._selection(selection, parent, page) for selection in node.selections)

    def _selection(self, node: object, parent: GraphQLNamedType | None, page: Size | None) -> Measure:
        match node:
            case FieldNode():
                return self._field(node, parent, page)
            case InlineFragmentNode():
                condition = node.type_condition
                within = parent if condition is None else self.schema.get_type(condition.name.value)
                below = self._selections(node.selection_set, within, page)
                return _sum((below, Measure(directives=len(node.directives or ()), selections=1)))
            case FragmentSpreadNode():
                below = self._fragment(node.name.value, page)
                return _sum((below, Measure(directives=len(node.directives or ()), selections=1)))
        raise TypeError(node)

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, page: Size | None) -> Measure:
        definition = self._definition(node, parent)
        own = None if definition is None else size_of(node, definition)
        is_list = definition is not None and _is_list(definition.type)
        named = None if definition is None else get_named_type(definition.type)
        below = NOTHING
        if node.selection_set is not None:
            below = self._selections(node.selection_set, named, None if is_list else own)
        if node.name.value in _META:
            below = Measure(0, below.aliases, below.directives, 0, below.selections)
        cost = FREE
        if named is not None and is_composite_type(named):
            counts = not named.name.startswith("__") and not named.name.endswith(_PARTS_OF_LISTS)
            cost = total((Cost(int(counts)) if counts else FREE, below.cost))
            if is_list:
                cost = times(own or page or Size(USUAL_LENGTH), cost)
        elif is_list and own is not None:
            # A list of plain values, of which an argument says how many.
            cost = times(own, Cost(1))
        if parent is not None:
            cost = total((cost, work_of(parent.name, node.name.value)))
        return Measure(
            below.depth + 1,
            below.aliases + (node.alias is not None),
            below.directives + len(node.directives or ()),
            1,
            min(below.selections + 1, MOST),
            cost,
        )

    def _fragment(self, name: str, page: Size | None) -> Measure:
        """Measure a fragment; in a circle, which is no valid document, the second visit has nothing."""
        found = self.known.get((name, page))
        if found is None:
            node = self.fragments.get(name)
            self.known[name, page] = NOTHING
            if node is None:
                return NOTHING
            within = self.schema.get_type(node.type_condition.name.value)
            found = self._selections(node.selection_set, within, page)
            self.known[name, page] = found = _sum((found, Measure(directives=len(node.directives or ()))))
        return found

    def _definition(self, node: FieldNode, parent: GraphQLNamedType | None) -> GraphQLField | None:
        if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            definition: GraphQLField | None = parent.fields.get(node.name.value)
            return definition
        return None


def _is_list(type_: GraphQLOutputType) -> bool:
    return isinstance(type_.of_type if isinstance(type_, GraphQLNonNull) else type_, GraphQLList)


def _sum(parts: Iterable[Measure]) -> Measure:
    """Return the measure of parts that stand beside each other."""
    measures = list(parts)
    return Measure(
        max((each.depth for each in measures), default=0),
        min(sum(each.aliases for each in measures), MOST),
        min(sum(each.directives for each in measures), MOST),
        min(sum(each.root_fields for each in measures), MOST),
        min(sum(each.selections for each in measures), MOST),
        total(each.cost for each in measures),
    )


def _repetitions(document: DocumentNode) -> int:
    """Count the pairs of fields of one name: validation may have to compare each."""
    names: Counter[str] = Counter()
    for definition in document.definitions:
        names.update(_names(getattr(definition, "selection_set", None)))
    return sum(number * (number - 1) // 2 for number in names.values())


def _names(node: SelectionSetNode | None) -> Iterator[str]:
    waiting = [node]
    while waiting:
        for selection in getattr(waiting.pop(), "selections", ()):
            if isinstance(selection, FieldNode):
                yield (selection.alias or selection.name).value
            waiting.append(getattr(selection, "selection_set", None))
