"""Lists of runs: pages, cursors, counts, filters."""

from typing import Any

import pytest

from tests.support.api import Answer, Api

pytestmark = pytest.mark.asyncio

RUNS = """
    query ($filter: RunFilter, $orderBy: RunOrder, $first: Int, $after: String, $last: Int, $before: String,
           $offset: Int) {
      runs(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before,
           offset: $offset) {
        nodes { id }
        edges { cursor node { id } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        totalCount
      }
    }
"""
MADE = {"tags": {"all": ["made"]}}
IMPOSSIBLE: list[dict[str, object]] = [
    {"ids": []},
    {"ids": ["no"]},
    {"parentId": ""},
    {"ancestorId": "no"},
    {"planId": "no"},
]


async def page(api: Api, **arguments: object) -> Answer:
    answer: Answer = (await api.ask(RUNS, **({"filter": MADE} | arguments)))["runs"]
    assert [edge["node"] for edge in answer["edges"]] == answer["nodes"]
    cursors = [edge["cursor"] for edge in answer["edges"]]
    if cursors:
        assert (answer["pageInfo"]["startCursor"], answer["pageInfo"]["endCursor"]) == (cursors[0], cursors[-1])
    else:
        assert (answer["pageInfo"]["startCursor"], answer["pageInfo"]["endCursor"]) == (None, None)
    return answer


def ids(answer: Answer) -> list[str]:
    return [node["id"] for node in answer["nodes"]]


def neighbours(answer: Answer) -> tuple[bool, bool]:
    """Return whether something precedes and something follows."""
    return answer["pageInfo"]["hasPreviousPage"], answer["pageInfo"]["hasNextPage"]


async def test_a_list_is_walked_forwards(api: Api) -> None:
    newest_first = (await api.runs(5, tags=["made"]))[::-1]
    first = await page(api, first=2)
    second = await page(api, first=2, after=first["pageInfo"]["endCursor"])
    third = await page(api, first=2, after=second["pageInfo"]["endCursor"])
    assert ids(first) + ids(second) + ids(third) == newest_first
    assert [neighbours(answer) for answer in (first, second, third)] == [(False, True), (True, True), (True, False)]
    assert {answer["totalCount"] for answer in (first, second, third)} == {5}
    beyond = await page(api, first=2, after=third["pageInfo"]["endCursor"])
    assert (ids(beyond), neighbours(beyond)) == ([], (True, False))


async def test_a_list_is_walked_backwards(api: Api) -> None:
    newest_first = (await api.runs(5, tags=["made"]))[::-1]
    last = await page(api, last=2)
    middle = await page(api, last=2, before=last["pageInfo"]["startCursor"])
    first = await page(api, last=2, before=middle["pageInfo"]["startCursor"])
    assert ids(first) + ids(middle) + ids(last) == newest_first
    assert [neighbours(answer) for answer in (first, middle, last)] == [(False, True), (True, True), (True, False)]
    beyond = await page(api, last=2, before=first["pageInfo"]["startCursor"])
    assert (ids(beyond), neighbours(beyond)) == ([], (False, True))


async def test_a_page_may_lie_between_two_cursors(api: Api) -> None:
    newest_first = (await api.runs(5, tags=["made"]))[::-1]
    cursors = [edge["cursor"] for edge in (await page(api))["edges"]]
    between = await page(api, after=cursors[0], before=cursors[4], first=10)
    assert (ids(between), neighbours(between)) == (newest_first[1:4], (True, True))
    backwards = await page(api, after=cursors[0], before=cursors[4], last=2)
    assert (ids(backwards), neighbours(backwards)) == (newest_first[2:4], (True, True))


async def test_neighbours_that_are_gone_are_not_told(api: Api) -> None:
    older, newer = await api.runs(2, tags=["made"])
    cursors = [edge["cursor"] for edge in (await page(api))["edges"]]
    await api.do("deleteRun", id=newer)
    assert neighbours(await page(api, after=cursors[0])) == (False, False)
    await api.do("deleteRun", id=older)
    assert neighbours(await page(api, before=cursors[1])) == (False, False)


async def test_an_offset_skips(api: Api) -> None:
    newest_first = (await api.runs(4, tags=["made"]))[::-1]
    skipped = await page(api, first=2, offset=1)
    assert (ids(skipped), neighbours(skipped)) == (newest_first[1:3], (True, True))
    beyond = await page(api, offset=9)
    assert (ids(beyond), neighbours(beyond)) == ([], (True, False))
    assert neighbours(await page(api, offset=0)) == (False, False)


async def test_fifty_are_answered_unless_told_else(api: Api) -> None:
    await api.runs(51)
    assert len(ids(await page(api, filter=None))) == 50
    assert len(ids(await page(api, filter=None, first=500))) == 52


@pytest.mark.parametrize("field", ["CREATED_AT", "UPDATED_AT", "FINISHED_AT", "STARTED_AT", "NAME", "DURATION"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
async def test_each_order_is_walked_to_its_end(api: Api, field: str, direction: str) -> None:
    for number, run_id in enumerate(await api.runs(5, tags=["made"])):
        if number % 2:
            api.clock.advance()
            await api.do("closeRun", id=run_id)
    order = {"field": field, "direction": direction}
    whole = ids(await page(api, orderBy=order))
    walked: list[str] = []
    after = None
    while len(walked) < len(whole):
        answer = await page(api, orderBy=order, first=1, after=after)
        walked += ids(answer)
        after = answer["pageInfo"]["endCursor"]
    assert walked == whole
    assert len(set(whole)) == 5


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"first": 0}, "`first` must be 1 to 500"),
        ({"first": -1}, "`first` must be 1 to 500"),
        ({"first": 501}, "`first` must be 1 to 500"),
        ({"last": 0}, "`last` must be 1 to 500"),
        ({"last": 501}, "`last` must be 1 to 500"),
        ({"first": 1, "last": 1}, "`first` and `last` exclude each other"),
        ({"offset": -1}, "`offset` must be 0 or more"),
        ({"offset": 1, "after": "x"}, "`offset` goes with `first` alone, not with cursors or `last`"),
        ({"offset": 1, "last": 1}, "`offset` goes with `first` alone, not with cursors or `last`"),
        ({"after": "x"}, "`after` is not a cursor of this list, with this filter and this order"),
        ({"before": ""}, "`before` is not a cursor of this list, with this filter and this order"),
    ],
)
async def test_a_page_that_makes_no_sense_is_refused(api: Api, arguments: dict[str, Any], complaint: str) -> None:
    assert await api.refusal(RUNS, **arguments) == ("BAD_USER_INPUT", complaint)


async def test_a_cursor_belongs_to_its_filter_order_and_list(api: Api) -> None:
    (run_id,) = await api.runs(1, tags=["made"])
    cursor = (await page(api))["pageInfo"]["endCursor"]
    for arguments in (
        {"filter": None},
        {"filter": {"tags": {"all": ["other"]}}},
        {"filter": MADE, "orderBy": {"field": "UPDATED_AT"}},
        {"filter": MADE, "orderBy": {"direction": "ASC"}},
    ):
        assert (await api.refusal(RUNS, after=cursor, **arguments))[0] == "BAD_USER_INPUT"
    flipped = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")
    assert (await api.refusal(RUNS, filter=MADE, after=flipped))[0] == "BAD_USER_INPUT"
    children = "query ($id: ID!, $after: String) { run(id: $id) { children(after: $after) { nodes { id } } } }"
    assert (await api.refusal(children, id=run_id, after=cursor))[0] == "BAD_USER_INPUT"
    # The same filter and order in other words are the same.
    assert ids(await page(api, filter=MADE | {"status": None}, orderBy={}, after=cursor)) == []


async def test_archived_runs_are_hidden_unless_spoken_of(api: Api) -> None:
    shown, archived = await api.runs(2, tags=["made"])
    await api.do("archiveRun", id=archived)
    assert ids(await page(api)) == [shown]
    for condition in (
        {"includeArchived": True},
        {"not": {"status": ["COMPLETED", "ARCHIVED"], "nameContains": "x"}},
        {"or": [{"status": ["ARCHIVED"]}, {"status": ["ACTIVE"]}]},
    ):
        assert ids(await page(api, filter=MADE | condition)) == [archived, shown]
    assert ids(await page(api, filter=MADE | {"and": [{"includeArchived": True}]})) == [shown]
    assert (await api.ask("query ($id: ID!) { run(id: $id) { status } }", id=archived))["run"]["status"] == "ARCHIVED"
    assert (await api.ask("{ runCount }"))["runCount"] == 2


async def test_ids_that_nothing_can_have_match_nothing(api: Api) -> None:
    (run_id,) = await api.runs(1, tags=["made"])
    assert ids(await page(api, filter={"ids": ["no", run_id.upper(), "\0"]})) == [run_id]
    for condition in IMPOSSIBLE:
        assert ids(await page(api, filter=condition)) == []
        assert ids(await page(api, filter=MADE | {"not": condition})) == [run_id]


@pytest.mark.parametrize(
    ("condition", "complaint"),
    [
        ({"metadata": [{"path": "a", "op": "LT", "value": True}]}, "`filter.metadata.0.value`"),
        ({"metadata": [{"path": "a", "op": "GTE", "value": None}]}, "`filter.metadata.0.value`"),
        ({"metadata": [{"path": "a", "op": "GT", "value": [1]}]}, "`filter.metadata.0.value`"),
        ({"metadata": [{"path": "a", "op": "IN", "value": "a"}]}, "`filter.metadata.0.value`"),
        ({"metadata": [{"path": "a"}]}, "`filter.metadata.0.value`"),
        ({"metadata": [{"path": "a", "value": "\0"}]}, "`filter.metadata.0.value`"),
        ({"metadata": [{"path": ".".join("a" * 65), "op": "EXISTS"}]}, "`filter.metadata.0.path`"),
        ({"nameContains": "\0"}, "`filter.nameContains`"),
        ({"and": [{}, {"tags": {"any": ["a", "\ud800"]}}]}, "`filter.and.1.tags.any.1`"),
        ({"or": [{}] * 301}, "`filter.or.299`"),
    ],
)
async def test_a_condition_that_makes_no_sense_is_refused(api: Api, condition: dict[str, Any], complaint: str) -> None:
    code, message = await api.refusal(RUNS, filter=condition)
    assert code == "BAD_USER_INPUT"
    assert message.startswith(complaint + ": ")


async def test_a_filter_that_nests_too_deeply_is_refused(api: Api) -> None:
    condition: dict[str, Any] = {}
    for _ in range(20):
        condition = {"not": condition}
    assert (await api.refusal(RUNS, filter=condition))[0] == "BAD_USER_INPUT"
    for _ in range(100):
        condition = {"not": condition}
    assert (await api.refusal(RUNS, filter=condition))[0] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("op", "value", "found"),
    [
        ("EQ", 1, {"one"}),
        ("EQ", None, {"null"}),
        ("NE", 1, {"two", "null", "text"}),
        ("LT", 2, {"one"}),
        ("GTE", "a", {"text"}),
        ("IN", [1.0, "text"], {"one", "text"}),
        ("EXISTS", None, {"one", "two", "null", "text"}),
        ("MISSING", None, {"none"}),
    ],
)
async def test_metadata_is_compared_by_type(api: Api, op: str, value: object, found: set[str]) -> None:
    for name, metadata in (("one", 1), ("two", 2), ("null", None), ("text", "text")):
        await api.run(name=name, tags=["made"], metadata={"a": {"b.c": metadata}})
    await api.run(name="none", tags=["made"], metadata={"a": 1})
    condition = {"path": r"a.b\.c", "op": op, "value": value}
    document = "query ($filter: RunFilter) { runs(filter: $filter) { nodes { name } } runCount(filter: $filter) }"
    answer = await api.ask(document, filter=MADE | {"metadata": [condition]})
    assert {node["name"] for node in answer["runs"]["nodes"]} == found
    assert answer["runCount"] == len(found)


async def test_every_kind_of_condition_can_be_asked(api: Api) -> None:
    dataset = {
        "datasetId": "d",
        "datasetVersion": "2026-01-01T00:00:00Z",
        "targetType": "AGENT",
        "targetId": "t",
        "totalItems": 1,
    }
    parent = await api.run(name="Parent")
    run_id = await api.run(name="Nightly", parentId=parent, tags=["x", "y"], dataset=dataset, planId=parent)
    await api.do("closeRun", id=run_id)
    span = {"from": "2100-01-01T00:00:00Z", "to": "2100-02-01T00:00:00+01:00"}
    for condition in (
        {"nameContains": "NIGHT"},
        {"parentId": parent},
        {"ancestorId": parent},
        {"datasetId": "d", "targetType": "AGENT", "targetId": "t"},
        {"planId": parent},
        {"tags": {"all": ["x", "y"], "any": ["y", "z"], "none": ["z"], "prefix": "x"}},
        {"finishedAt": span, "createdAt": span, "updatedAt": {"from": None, "to": span["to"]}, "isRoot": False},
        {"status": ["COMPLETED"]},
    ):
        assert ids(await page(api, filter=condition)) == [run_id], condition


async def test_nodes_are_found_by_their_ids(api: Api) -> None:
    run_id = await api.run(name="n")
    document = """
        query ($id: ID!, $ids: [ID!]!) {
          node(id: $id) { __typename id ... on Run { name } }
          nodes(ids: $ids) { id ... on Run { name } }
          nothing: node(id: "no") { id }
          run(id: "DEFAULT") { id }
          yes: runExists(id: $id)
          no: runExists(id: "no")
        }
    """
    assert await api.ask(document, id=f"{{{run_id}}}", ids=[run_id, "no", "default", run_id]) == {
        "node": {"__typename": "Run", "id": run_id, "name": "n"},
        "nodes": [{"id": run_id, "name": "n"}, None, {"id": "default", "name": None}, {"id": run_id, "name": "n"}],
        "nothing": None,
        "run": None,
        "yes": True,
        "no": False,
    }
    complaint = "`ids` has at most 500 entries"
    assert await api.refusal(document, id=run_id, ids=["no"] * 501) == ("BAD_USER_INPUT", complaint)
