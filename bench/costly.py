"""Requests that cost much, and honest ones that return much."""

from typing import Any, Final

from graphql import get_introspection_query

HONEST: Final = """
id name status tags metadata parent { id name } children(first: 10) { nodes { id status } }
"""
PARENTS: Final = "children(first: 9) { nodes { id parent { id root { id } } } }"
INTROSPECTION: Final = get_introspection_query(input_value_deprecation=True, specified_by_url=True)


def fragments(number: int) -> str:
    """Return fragments each of which asks twice for the next."""
    chain = (f"fragment F{n} on Run {{ a: root {{ ...F{n + 1} }} b: root {{ ...F{n + 1} }} }}" for n in range(number))
    return f"{{ run(id: 1) {{ ...F0 }} }} {' '.join(chain)} fragment F{number} on Run {{ id }}"


def runs(first: int, selection: str) -> str:
    """Return a list of the oldest runs, which have children."""
    return f"runs(first: {first}, orderBy: {{direction: ASC}}) {{ nodes {{ {selection} }} }}"


def nested(levels: int, page: int) -> str:
    """Return connections in connections, both ways."""
    level = f"parent {{ children(first: {page}) {{ nodes {{ "
    return f"{{ {runs(page, level * levels + 'id' + ' } } }' * levels)} }}"


def children(levels: int, page: int) -> str:
    """Return connections in connections, one way."""
    level = f"children(first: {page}) {{ nodes {{ id "
    return f"{{ {runs(page, 'id ' + level * levels + ' } }' * levels)} }}"


def deep(levels: int) -> str:
    """Return fields in fields."""
    return "{ run(id: 1) " + "{ parent " * levels + "{ id }" + " }" * levels + " }"


def filtered(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return a request with a filter."""
    return {
        "query": "query ($f: RunFilter) { runs(filter: $f) { nodes { id } } runCount(filter: $f) }",
        "variables": {"f": fields},
    }


def _in(number: int) -> dict[str, Any]:
    return filtered(metadata=[{"path": "n", "op": "IN", "value": list(range(1, number + 1))}])


def requests(large: list[str], parent: str) -> dict[str, dict[str, Any]]:
    """Return requests by name; `large` are runs with large results, `parent` is one with children."""
    compare = "compareRuns(ids: $ids) { rows(first: 50) { nodes { results { output } } } }"
    every = "id name status tags metadata error createdAt updatedAt startedAt finishedAt version"
    family = f"{every} parent {{ {every} }}"
    some = {
        "950 mutations": "mutation {"
        + "".join(f" a{n}: createRun(input: {{}}) {{ __typename }}" for n in range(950))
        + "}",
        **{f"{n} fragments": fragments(n) for n in (5, 30, 100, 500)},
        **{f"both ways, {n} levels": nested(n, 100) for n in (1, 2, 4, 10)},
        **{f"both ways, pages of 1, {n} levels": nested(n, 1) for n in (2, 3)},
        **{f"children, {n} levels, pages of 5": children(n, 5) for n in (4, 5, 9)},
        **{f"depth {n}": deep(n) for n in (10, 500, 5_000)},
        **{f"{n} aliases": "{" + "".join(f" a{k}: run(id: 1) {{ id }}" for k in range(n)) + "}" for n in (30, 20_000)},
        "2,000 unknown fields": "{" + "".join(f" rnu{n}" for n in range(900)) + "}",
        "20 unknown fields": "{" + "".join(f" runCoun{n}" for n in range(20)) + "}",
        "unknown names in 1,900 tokens": "{ runs { nodes {" + "".join(f" statu{n}" for n in range(1_900)) + " } } }",
        "overlapping fields": "{ runs { nodes {" + " id" * 140 + " } } }",
        "overlapping fragments": "{ runs { nodes {"
        + "".join(f" ...F{n}" for n in range(140))
        + " } } }"
        + "".join(f" fragment F{n} on Run {{ id name }}" for n in range(140)),
        "honest: introspection": INTROSPECTION,
        "honest: 500 runs": f"{{ {runs(500, HONEST)} }}",
        "500 runs, 39 children": f"{{ {runs(500, f'children(first: 38) {{ nodes {{ {every} }} }}')} }}",
        "500 runs, 9 children, parents": f"{{ {runs(500, PARENTS)} }}",
        "20 lists of 500 runs": "{" + "".join(f" a{n}: {runs(500, every)}" for n in range(20)) + " }",
        "long names": f"{{ {runs(500, 'a' * 50_000 + ': id')} }}",
    }
    found: dict[str, dict[str, Any]] = {name: {"query": query} for name, query in some.items()}
    ids = {"ids": large}
    comparisons = " ".join(f"a{n}: {compare}" for n in range(20))
    results = "results(first: 500) { nodes { output } }"
    return found | {
        "compareRuns": {"query": f"query ($ids: [ID!]!) {{ {compare} }}", "variables": ids},
        "compareRuns, 20 aliases": {"query": f"query ($ids: [ID!]!) {{ {comparisons} }}", "variables": ids},
        "results of 41 MB": {
            "query": f"query ($id: ID!) {{ run(id: $id) {{ {results} }} }}",
            "variables": {"id": large[0]},
        },
        "honest: results of 20 MB": {
            "query": "query ($id: ID!) { run(id: $id) { results(first: 20) { nodes { output } } } }",
            "variables": {"id": large[0]},
        },
        "metadata IN, 1,000 values": _in(1_000),
        "metadata IN, 10,000 values": _in(10_000),
        "filter of 10,000 ids": filtered(ids=[f"00000000-0000-4000-8000-{n:012}" for n in range(10_000)]),
        "filter of 1 MB of text": filtered(nameContains="x" * 1_000_000),
        "search of 1 MB": {
            "query": "query ($t: String!) { searchRuns(query: $t) { run { id } } }",
            "variables": {"t": "word " * 200_000},
        },
        "search of a word of 1 MB": {
            "query": "query ($t: String!) { searchRuns(query: $t) { run { id } } }",
            "variables": {"t": "x" * 1_000_000},
        },
        "20,000 results": {
            "query": "mutation ($i: RecordResultsInput!) { recordResults(input: $i) { __typename } }",
            "variables": {"i": {"results": [{"runId": "x", "itemId": "y"}] * 20_000}},
        },
        "transitionRuns of 100,000": {
            "query": "mutation ($i: TransitionRunsInput!) { transitionRuns(input: $i) { __typename } }",
            "variables": {"i": {"ids": ["x"] * 100_000}},
        },
        "filter of 300,000 ids": filtered(ids=["x"] * 300_000),
        "deep values": {"query": "query ($f: RunFilter) { runCount(filter: $f) }", "variables": {"f": _deep(900)}},
        "large number": {
            "query": "query ($n: Int) { runs(first: $n) { nodes { id } } }",
            "variables": {"n": 10**4_000},
        },
        "list of 100,000 values": {
            "query": "query ($l: [ID!]!) { compareRuns(ids: $l) { runs { id } } }",
            "variables": {"l": ["x"] * 100_000},
        },
        "children of one": {
            "query": f"query ($id: ID!) {{ run(id: $id) {{ children(first: 500) {{ nodes {{ {family} }} }} }} }}",
            "variables": {"id": parent},
        },
    }


def _deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"nameContains": "x"}
    for _ in range(levels):
        value = {"not": value}
    return value
