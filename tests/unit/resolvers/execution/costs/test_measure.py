"""A document's measures are those of the document without fragments, and are found in no time."""

import time
from typing import Any, Final

import pytest
from graphql import get_introspection_query, parse
from hypothesis import given
from hypothesis import strategies as st

from resolvers.execution.costs.measure import Measure, measured
from resolvers.roots.schema import schema

SCHEMA: Final = schema._schema  # noqa: SLF001 - graphql-core's
FRAGMENTS: Final = 6
# What stands in a fragment: (alias, field, what is below it), or the number of a fragment after this one.
Part = tuple[str, str, Any] | int


def measure_of(document: str) -> Measure:
    """Measure the only operation of a document."""
    (measure,) = measured(parse(document), SCHEMA).operations.values()
    return measure


def cost_of(document: str, **variables: object) -> int:
    """Return the cost of the only operation of a document."""
    return measure_of(document).cost.of(variables)


@pytest.mark.parametrize(
    ("document", "cost"),
    [
        ("{ runs { totalCount } }", 0),
        ("{ runs { nodes { id } } }", 50),
        ("{ runs(first: 7) { nodes { id } } }", 7),
        ("{ runs(last: 7) { edges { cursor node { id } } } }", 7),
        ("{ runs(first: 7) { nodes { id parent { id } root { parent { id } } } } }", 7 * 4),
        ("{ runs(first: 7) { nodes { children(first: 3) { nodes { id } } } } }", 7 * (1 + 3)),
        ("{ runs(first: 7) { ...P } } fragment P on RunConnection { nodes { id } }", 7),
        ("{ runs(first: 7) { nodes { ancestors { id } } } }", 7 * (1 + 10)),
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', 3),
        ('{ compareRuns(ids: ["a", "b", "c"]) { runs { id } } }', 1 + 3),
        ("{ runNames }", 50),
        ("{ runNames(first: 7) datasetIds(first: 3) }", 10),
        ("{ runGroups(first: 7, groupBy: {field: TAG}) { groups { byStatus { count } } } }", 1000 + 1 + 7 * (1 + 10)),
        ("{ metadataPaths(first: 7) { path } }", 1000 + 7),
        ('{ metadataValues(path: "a", first: 7) { value } }', 1000 + 7),
        ('{ searchRuns(query: "x") { run { id } } }', 10 * 2),
        ("{ run(id: 1) { results(first: 20) { nodes { scores { value } } } } }", 1 + 20 * (1 + 10)),
        ("{ runs(first: 1000000000) { nodes { id } } }", 1000),
        ("{ runs(first: -5) { nodes { id } } }", 0),
        ('{ __type(name: "Run") { fields { name type { name } } } }', 0),
        ("{ nothing(first: 7) { more { id } } }", 0),
    ],
)
def test_an_operation_costs_the_objects_that_it_could_return(document: str, cost: int) -> None:
    assert cost_of(document) == cost


def test_variables_say_how_long_lists_are() -> None:
    document = "query ($n: Int = 9, $ids: [ID!]!) { runs(first: $n) { nodes { id } } nodes(ids: $ids) { id } }"
    assert cost_of(document, n=7, ids=["a", "b"]) == 7 + 2
    assert cost_of(document, n="no number", ids=[]) == 50
    assert cost_of(document, n=None, ids=5) == 50 + 5
    bulk = """mutation ($input: TransitionRunsInput!) { transitionRuns(input: $input) {
      ... on BulkRunPayload { outcomes { id } } } }"""
    assert cost_of(bulk, input={"runs": {"ids": ["a", "b", "c"]}}) == 1 + 3
    assert cost_of(bulk, input={"runs": {"filter": {}}}) == 1 + 1000


def test_what_is_below_introspection_has_no_depth() -> None:
    measure = measure_of(get_introspection_query())
    assert measure.depth == 1
    assert measure.selections > 100


def text_of(parts: list[Part]) -> str:
    """Return a selection set."""
    texts = [
        f"...F{part}" if isinstance(part, int) else f"{part[0]}{part[1]}{text_of(part[2]) if part[2] else ''}"
        for part in parts
    ]
    return "{ " + " ".join(texts) + " }"


def expected(parts: list[Part], fragments: list[list[Part]]) -> Measure:
    """Measure without any memory, as if each fragment stood where it is spread."""
    depth = aliases = selections = objects = roots = 0
    for part in parts:
        if isinstance(part, int):
            below = expected(fragments[part], fragments)
            depth, roots = max(depth, below.depth), roots + below.root_fields
            aliases, selections = aliases + below.aliases, selections + below.selections + 1
            objects += below.cost.of({})
        else:
            below = expected(part[2], fragments)
            depth, roots = max(depth, below.depth + 1), roots + 1
            aliases, selections = aliases + below.aliases + bool(part[0]), selections + below.selections + 1
            objects += 1 + below.cost.of({}) if part[2] else 0
    return measure_like(depth, aliases, roots, selections, objects)


def measure_like(depth: int, aliases: int, roots: int, selections: int, objects: int) -> Measure:
    """Return a measure that costs so many objects."""
    from resolvers.execution.costs.cost import Cost  # noqa: PLC0415 - made here only

    return Measure(depth, aliases, 0, roots, selections, Cost(objects))


def parts_of(first: int) -> st.SearchStrategy[list[Part]]:
    """Draw what stands in a fragment, which may spread those from `first` on."""
    spreads = st.integers(first, FRAGMENTS - 1) if first < FRAGMENTS else st.nothing()
    leaf: st.SearchStrategy[Part] = st.tuples(
        st.sampled_from(["", "a: "]), st.sampled_from(["id", "name"]), st.just([])
    )
    return st.recursive(
        st.lists(leaf | spreads, min_size=1, max_size=4),
        lambda below: st.lists(
            st.tuples(st.sampled_from(["", "b: "]), st.sampled_from(["parent", "root"]), below) | leaf | spreads,
            min_size=1,
            max_size=4,
        ),
        max_leaves=6,
    )


@given(
    operation=parts_of(0),
    fragments=st.tuples(*(parts_of(number + 1) for number in range(FRAGMENTS))),
)
def test_fragments_count_wherever_they_are_spread(operation: list[Part], fragments: tuple[list[Part], ...]) -> None:
    definitions = " ".join(f"fragment F{number} on Run {text_of(parts)}" for number, parts in enumerate(fragments))
    measure = measure_of(f"{{ run(id: 1) {text_of(operation)} }} {definitions}")
    inner = expected([("", "parent", operation)], list(fragments))
    assert (measure.depth, measure.aliases, measure.root_fields) == (inner.depth, inner.aliases, 1)
    assert (measure.selections, measure.cost.of({})) == (inner.selections, inner.cost.of({}))


@pytest.mark.parametrize("number", [5, 30, 60])
def test_fragments_that_double_each_other_are_measured_in_no_time(number: int) -> None:
    fragments = "".join(
        f"fragment F{each} on Run {{ a: root {{ ...F{each + 1} }} b: root {{ ...F{each + 1} }} }} "
        for each in range(number)
    )
    begun = time.process_time()
    measure = measure_of(f"{{ run(id: 1) {{ ...F0 }} }} {fragments} fragment F{number} on Run {{ id }}")
    assert time.process_time() - begun < 1  # it was hours for 60 of them
    assert measure.depth == number + 2
    assert measure.aliases == min(2 ** (number + 1) - 2, 10**12)


def test_fragments_in_a_circle_are_measured_too() -> None:
    assert measure_of("{ run(id: 1) { ...A } } fragment A on Run { id ...B } fragment B on Run { ...A }").depth == 2


def test_fields_of_one_name_are_counted_in_pairs() -> None:
    document = parse("{ a: runCount ...F } fragment F on Query { a: runCount b: runCount runs { nodes { a: id } } }")
    assert measured(document, SCHEMA).repetitions == 3
