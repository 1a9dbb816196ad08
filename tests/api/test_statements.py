"""What the storage is asked: one question for each level of a query, and only for what is selected."""

import pytest

from runindex.ports.queries import RunQuery
from runindex.ports.store import DescendantQuery
from tests.support.api import Api

pytestmark = pytest.mark.asyncio


async def asked(api: Api, document: str, **variables: object) -> list[str]:
    """Return the names of the store's methods that a query calls."""
    api.store.asked.clear()
    await api.ask(document, **variables)
    return api.store.methods


def columns_asked(api: Api) -> list[frozenset[str]]:
    """Return the columns of each question about runs."""
    return [
        argument.columns if isinstance(argument, RunQuery | DescendantQuery) else argument
        for _, arguments in api.store.asked
        for argument in arguments
        if isinstance(argument, RunQuery | DescendantQuery | frozenset)
    ]


async def family(api: Api) -> list[str]:
    """Make fifty runs below five, which are below one; return the five."""
    top = await api.run(tags=["top"])
    parents = await api.runs(5, parentId=top, tags=["middle"])
    for parent in parents:
        await api.runs(10, parentId=parent, tags=["made", "x"])
    return parents


async def test_each_level_is_one_statement(api: Api) -> None:
    await family(api)
    document = """
        { runs(first: 50, filter: {tags: {all: ["made"]}}) {
          nodes { id tags parent { id parent { name } } children(first: 5) { nodes { id } } }
        } }
    """
    assert sorted(await asked(api, document)) == ["find_runs", "find_runs", "list_children", "list_runs"]


async def test_every_relation_of_a_list_is_one_statement(api: Api) -> None:
    await family(api)
    document = """
        { runs(first: 50) { nodes {
          root { id } ancestors { id } descendantCounts { count }
          children { totalCount nodes { id } } descendants { nodes { id } }
          history { nodes { kind } } asOf(at: "2100-01-05T00:00:00Z") { version }
        } } }
    """
    assert sorted(await asked(api, document)) == [
        "count_children",
        "count_descendants",
        "find_as_of",
        "find_roots",
        "list_ancestors",
        "list_children",
        "list_descendants",
        "list_history",
        "list_runs",
        "log_state",
    ]


async def test_the_same_relation_with_other_arguments_is_another_statement(api: Api) -> None:
    await family(api)
    document = """
        { runs(first: 50, filter: {tags: {all: ["middle"]}}) { nodes {
          few: children(first: 1) { nodes { id } }
          some: children(first: 2) { nodes { id } }
          named: children(first: 2) { nodes { name } }
        } } }
    """
    assert sorted(await asked(api, document)) == ["list_children", "list_children", "list_runs"]
    assert frozenset({"id", "name"}) in columns_asked(api)


async def test_roots_that_name_runs_are_one_statement(api: Api) -> None:
    run_id = await api.run()
    document = 'query ($id: ID!) { a: run(id: $id) { name } b: run(id: "default") { error } c: runExists(id: $id) }'
    assert await asked(api, document, id=run_id) == ["find_runs"]
    assert columns_asked(api) == [frozenset({"id", "name", "error"})]


async def test_only_selected_columns_are_asked_for(api: Api) -> None:
    document = "{ runs { nodes { name allowedTransitions } edges { node { ...More } } } } fragment More on Run { tags }"
    await asked(api, document)
    assert columns_asked(api) == [frozenset({"id", "name", "status", "tags"})]
    await asked(api, '{ searchRuns(query: "active") { run { metadata } } }')
    assert columns_asked(api) == [frozenset({"id", "metadata"})]


@pytest.mark.parametrize(
    ("selection", "methods"),
    [
        ("totalCount", ["count_runs"]),
        ("nodes { id }", ["list_runs"]),
        ("nodes { id } totalCount", ["count_runs", "list_runs"]),
        ("pageInfo { hasNextPage endCursor }", ["list_runs"]),
        ("__typename", []),
    ],
)
async def test_only_what_is_selected_is_asked(api: Api, selection: str, methods: list[str]) -> None:
    assert await asked(api, f"{{ runs {{ {selection} }} }}") == methods


async def test_one_more_than_the_page_is_asked_only_for_page_info(api: Api) -> None:
    for selection, limit in (("nodes { id }", 3), ("nodes { id } pageInfo { hasNextPage }", 4)):
        await asked(api, f"{{ runs(first: 3) {{ {selection} }} }}")
        ((_, (query,)),) = api.store.asked
        assert query.window.limit == limit


async def test_a_transition_costs_one_batch(api: Api) -> None:
    run_id = await api.run()
    assert await api.do("closeRun", id=run_id)
    api.store.asked.clear()
    await api.do("archiveRun", id=run_id)
    assert [name for name in api.store.methods if name != "log_state"] == ["apply"]


async def test_an_event_reads_nothing_that_the_log_does_not_hold(api: Api) -> None:
    document = "{ changes { nodes { kind status tags } } }"
    assert await asked(api, document) == ["log_state", "list_changes"]
