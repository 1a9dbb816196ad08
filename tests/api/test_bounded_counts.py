"""Counts that stop at a bound, and say so by reaching it."""

import pytest

from tests.support.api import Api

pytestmark = pytest.mark.asyncio


async def test_a_count_that_reaches_its_bound_stops_there(api: Api) -> None:
    await api.runs(5, tags=["x"])
    document = """
        query ($few: Int, $many: Int) {
          all: runCount(filter: {tags: {prefix: "x"}})
          few: runCount(filter: {tags: {prefix: "x"}}, atMost: $few)
          many: runCount(filter: {tags: {prefix: "x"}}, atMost: $many)
          kept: runCount(atMost: 2)
        }
    """
    assert await api.ask(document, few=3, many=6) == {"all": 5, "few": 3, "many": 5, "kept": 2}
    assert (await api.ask(document))["few"] == 5


async def test_aliases_of_a_total_have_bounds_of_their_own(api: Api) -> None:
    await api.runs(5, tags=["x"])
    document = """
        query ($few: Int) { runs(first: 1, filter: {tags: {prefix: "x"}}) {
          nodes { tags } all: totalCount few: totalCount(atMost: $few)
          one: totalCount(atMost: 1) no: totalCount(atMost: null)
        } }
    """
    for few, answered in ((3, 3), (5, 5), (9, 5), (None, 5)):
        found = (await api.ask(document, few=few))["runs"]
        assert found == {"nodes": [{"tags": ["x"]}], "all": 5, "few": answered, "one": 1, "no": 5}


async def test_children_and_runs_of_plans_are_counted_to_the_bound_by_one_statement(api: Api) -> None:
    parents = await api.runs(3, tags=["parent"])
    for number, parent in enumerate(parents):
        await api.runs(number + 1, parentId=parent)
    document = '{ runs(filter: {tags: {all: ["parent"]}}) { nodes { id children { totalCount(atMost: 2) } } } }'
    api.store.asked.clear()
    nodes = (await api.ask(document))["runs"]["nodes"]
    assert api.store.methods.count("count_children") == 1
    assert {node["id"]: node["children"]["totalCount"] for node in nodes} == dict(zip(parents, (1, 2, 2), strict=True))


@pytest.mark.parametrize("field", ["runCount(atMost: 0)", "runs { totalCount(atMost: -1) }"])
async def test_a_bound_below_one_is_refused(api: Api, field: str) -> None:
    assert await api.refusal(f"{{ {field} }}") == ("BAD_USER_INPUT", "`atMost` must be 1 or more")


async def test_a_total_with_a_bound_asks_for_no_other(api: Api) -> None:
    api.store.asked.clear()
    await api.ask("{ runs { totalCount(atMost: 10) } }")
    assert [(name, arguments[1]) for name, arguments in api.store.asked if name == "count_runs"] == [("count_runs", 10)]
