"""Lists of plans, jobs and results in other orders, narrowed by time, and with entries skipped."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.support.api import Api

pytestmark = pytest.mark.asyncio

PLANS = """
    query ($nameContains: String, $filter: PlanFilter, $orderBy: PlanOrder, $first: Int, $after: String, $offset: Int) {
      plans(
        nameContains: $nameContains, filter: $filter, orderBy: $orderBy, first: $first, after: $after, offset: $offset
      ) {
        totalCount nodes { name createdAt updatedAt } pageInfo { hasNextPage hasPreviousPage endCursor }
      }
    }
"""
JOBS = """
    query ($filter: JobFilter, $orderBy: JobOrder, $first: Int, $after: String, $offset: Int) {
      jobs(filter: $filter, orderBy: $orderBy, first: $first, after: $after, offset: $offset) {
        totalCount nodes { queue createdAt } pageInfo { hasNextPage hasPreviousPage endCursor }
      }
    }
"""
RESULTS = """
    query ($id: ID!, $first: Int, $last: Int, $after: String, $offset: Int) { run(id: $id) {
      results(first: $first, last: $last, after: $after, offset: $offset) {
        totalCount nodes { itemId } pageInfo { hasNextPage hasPreviousPage }
      }
    } }
"""


async def make_plans(api: Api) -> None:
    """Create plans b, C, a, ä, each a second later than the last; the first changes last."""
    made = []
    for name in ("b", "C", "a", "ä"):
        api.clock.advance()
        made.append((await api.do("createPlan", name=name, spec=1))["plan"]["id"])
    api.clock.advance()
    await api.do("updatePlan", id=made[0], spec=2)


async def names(api: Api, **arguments: object) -> str:
    return "".join(node["name"] for node in (await api.ask(PLANS, **arguments))["plans"]["nodes"])


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (None, "äaCb"),
        ({}, "äaCb"),
        ({"direction": "ASC"}, "bCaä"),
        ({"field": "UPDATED_AT"}, "bäaC"),
        ({"field": "UPDATED_AT", "direction": "ASC"}, "Caäb"),
        ({"field": "NAME", "direction": "ASC"}, "Cabä"),
        ({"field": "NAME"}, "äbaC"),
    ],
    ids=str,
)
async def test_plans_are_sorted_skipped_and_paged(api: Api, order: dict[str, str] | None, expected: str) -> None:
    await make_plans(api)
    assert await names(api, orderBy=order) == expected
    for offset in range(6):
        page = (await api.ask(PLANS, orderBy=order, first=2, offset=offset))["plans"]
        assert "".join(node["name"] for node in page["nodes"]) == expected[offset : offset + 2]
        assert page["totalCount"] == 4
        assert page["pageInfo"]["hasNextPage"] is (offset < 2)
        assert page["pageInfo"]["hasPreviousPage"] is (offset > 0)
    walked, after = "", None
    while True:
        page = (await api.ask(PLANS, orderBy=order, first=1, after=after))["plans"]
        walked += "".join(node["name"] for node in page["nodes"])
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert walked == expected


async def test_plans_are_narrowed_by_time(api: Api) -> None:
    await make_plans(api)
    times = {node["name"]: node for node in (await api.ask(PLANS))["plans"]["nodes"]}
    at = times["C"]["createdAt"]
    assert await names(api, filter={"createdAt": {"from": at}}) == "äaC"
    assert await names(api, filter={"createdAt": {"to": at}}) == "b"
    assert await names(api, filter={"updatedAt": {"from": times["b"]["updatedAt"]}}) == "b"
    assert await names(api, filter={"updatedAt": {"from": at, "to": times["b"]["updatedAt"]}}) == "äaC"
    assert await names(api, filter={"nameContains": "A", "createdAt": {"from": at}}) == "a"
    assert await names(api, nameContains="a", filter={"nameContains": "b"}) == ""
    assert await names(api, filter={}) == "äaCb"


async def make_jobs(api: Api) -> Sequence[str]:
    """Enqueue jobs a to d, each a second later than the last."""
    start = "2101-01-01T00:00:0{}Z"
    for queue, second, priority in (("a", 3, 0), ("b", 1, 5), ("c", 2, -1), ("d", 1, 0)):
        api.clock.advance()
        await api.do("enqueueJob", queue=queue, runAt=start.format(second), priority=priority)
    return [node["createdAt"] for node in (await api.ask(JOBS, orderBy={"direction": "ASC"}))["jobs"]["nodes"]]


async def queues(api: Api, **arguments: object) -> str:
    return "".join(node["queue"] for node in (await api.ask(JOBS, **arguments))["jobs"]["nodes"])


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (None, "dcba"),
        ({"direction": "ASC"}, "abcd"),
        ({"field": "RUN_AT"}, "acdb"),
        ({"field": "RUN_AT", "direction": "ASC"}, "bdca"),
        ({"field": "PRIORITY"}, "bdac"),
        ({"field": "PRIORITY", "direction": "ASC"}, "cadb"),
    ],
    ids=str,
)
async def test_jobs_are_sorted_skipped_and_narrowed(api: Api, order: dict[str, str] | None, expected: str) -> None:
    times = await make_jobs(api)
    assert await queues(api, orderBy=order) == expected
    assert await queues(api, orderBy=order, offset=1, first=2) == expected[1:3]
    page = (await api.ask(JOBS, orderBy=order, first=3))["jobs"]
    assert await queues(api, orderBy=order, after=page["pageInfo"]["endCursor"]) == expected[3:]
    narrowed = {"createdAt": {"from": times[1], "to": times[3]}}
    assert await queues(api, orderBy=order, filter=narrowed) == expected.replace("a", "").replace("d", "")
    assert await queues(api, orderBy=order, filter={"completedAt": {}}) == ""


async def test_cursors_are_of_one_order(api: Api) -> None:
    await make_plans(api)
    cursor = (await api.ask(PLANS, first=1))["plans"]["pageInfo"]["endCursor"]
    assert await names(api, after=cursor, orderBy={"field": "CREATED_AT", "direction": "DESC"}) == "aCb"
    for arguments in (
        {"orderBy": {"field": "NAME"}},
        {"orderBy": {"direction": "ASC"}},
        {"filter": {"nameContains": "b"}},
    ):
        code, _ = await api.refusal(PLANS, after=cursor, **arguments)
        assert code == "BAD_USER_INPUT"


async def test_results_are_skipped(api: Api) -> None:
    run = (await api.do("createRun", name="r"))["run"]["id"]
    for item in "abcd":
        await api.do(
            "recordResult",
            runId=run,
            itemId=item,
            latency=1,
            startedAt=f"2024-01-01T00:00:0{ord(item) - ord('a')}Z",
            completedAt="2024-01-01T00:00:09Z",
        )

    async def page(**arguments: Any) -> Any:  # noqa: ANN401 - JSON
        return (await api.ask(RESULTS, id=run, **arguments))["run"]["results"]

    found = await page(first=2, offset=1)
    assert [node["itemId"] for node in found["nodes"]] == ["b", "c"]
    assert (found["totalCount"], found["pageInfo"]) == (4, {"hasNextPage": True, "hasPreviousPage": True})
    assert (await page(offset=9))["nodes"] == []
    for wrong in ({"offset": -1}, {"offset": 1, "last": 1}, {"offset": 1, "after": "x"}):
        code, _ = await api.refusal(RESULTS, id=run, **wrong)
        assert code == "BAD_USER_INPUT"
