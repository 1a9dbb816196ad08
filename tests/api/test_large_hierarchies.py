"""Hierarchies that are wide or deep are answered without loading what is not asked for."""

import pytest

from runindex.commands import CreateRun
from runindex.domain.ids import new_id
from tests.support.api import Api

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(180)]

CHILDREN = 100_000
LEVELS = 10_000
BATCH = 2_000
RUN = "query ($id: ID!) { run(id: $id) { %s } }"


async def create(api: Api, parent_ids: list[str]) -> list[str]:
    """Create a run below each of the parents and return their ids."""
    run_ids = [new_id() for _ in parent_ids]
    for start in range(0, len(parent_ids), BATCH):
        applied = await api.store.apply(
            [
                CreateRun(mutation="createRun", id=run_id, parent_id=parent_id)
                for run_id, parent_id in zip(run_ids[start : start + BATCH], parent_ids[start:], strict=False)
            ]
        )
        assert not any(isinstance(outcome, Exception) for outcome in applied.outcomes)
    return run_ids


async def test_a_run_with_a_hundred_thousand_children(api: Api) -> None:
    parent = await api.run()
    children = set(await create(api, [parent] * CHILDREN))
    page = await api.ask(RUN % "children(first: 5) { totalCount nodes { id } pageInfo { hasNextPage } }", id=parent)
    newest = [node["id"] for node in page["run"]["children"]["nodes"]]
    assert page["run"]["children"]["totalCount"] == CHILDREN
    assert page["run"]["children"]["pageInfo"]["hasNextPage"]
    assert children.issuperset(newest)
    below = await api.ask(RUN % "descendants(first: 5) { edges { depth node { id } } }", id=parent)
    assert [edge["depth"] for edge in below["run"]["descendants"]["edges"]] == [1] * 5
    assert [edge["node"]["id"] for edge in below["run"]["descendants"]["edges"]] == newest
    counts = await api.ask(RUN % "descendantCounts { status count }", id=parent)
    assert counts["run"]["descendantCounts"] == [{"status": "ACTIVE", "count": CHILDREN}]
    listed = await api.ask("query ($id: ID!) { runs(filter: {ancestorId: $id}, first: 5) { nodes { id } } }", id=parent)
    assert [node["id"] for node in listed["runs"]["nodes"]] == newest


async def test_a_line_of_ten_thousand_levels(api: Api) -> None:
    root = await api.run()
    ids = [root, *(new_id() for _ in range(LEVELS))]
    for start in range(0, LEVELS, BATCH):
        pairs = zip(ids[start : start + BATCH], ids[start + 1 :], strict=False)
        await api.store.apply([CreateRun(mutation="createRun", id=below, parent_id=above) for above, below in pairs])
    fields = (
        "root { id } ancestors { id } descendants(first: 3) { edges { depth node { id } } } descendantCounts { count }"
    )
    answer = await api.ask(
        f"query ($top: ID!, $end: ID!) {{ top: run(id: $top) {{ {fields} }} end: run(id: $end) {{ {fields} }} }}",
        top=root,
        end=ids[-1],
    )
    assert answer["end"]["root"] == {"id": root}
    assert [above["id"] for above in answer["end"]["ancestors"]] == ids[-2::-1]
    assert answer["top"]["descendantCounts"] == [{"count": LEVELS}]
    below = [(edge["depth"], edge["node"]["id"]) for edge in answer["top"]["descendants"]["edges"]]
    assert below == [(depth, ids[depth]) for depth in (1, 2, 3)]
