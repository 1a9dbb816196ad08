"""Views over the API."""

from typing import Any

import pytest

from tests.support.api import Api

pytestmark = pytest.mark.asyncio

VIEWS = """
    query ($first: Int, $after: String) {
      views(first: $first, after: $after) {
        totalCount nodes { id name isDefault } pageInfo { hasNextPage endCursor }
      }
    }
"""
VIEW = "query ($id: ID!) { view(id: $id) { name } node(id: $id) { id __typename } }"
FILTER = {
    "status": ["FAILED"],
    "metadata": [{"path": "model.name", "op": "IN", "value": ["a", 1]}],
    "and": [{"duration": {"from": 2}}],
}
ORDER = {"field": "METADATA", "path": "loss", "direction": "ASC"}


async def test_a_view_is_kept_listed_renamed_and_deleted(api: Api) -> None:
    columns = [{"name": "status", "width": None}, {"name": "metadata.loss", "width": 120}]
    created = await api.do("createView", name="slow", filter=FILTER, orderBy=ORDER, columns=columns)
    view = created["view"]
    assert (view["filter"], view["orderBy"], view["columns"]) == (FILTER, ORDER, columns)
    assert (view["name"], view["version"], view["isDefault"], created["replayed"]) == ("slow", 1, False, False)
    renamed = await api.do("updateView", id=view["id"], name="slower", expectedVersion=1)
    assert renamed["view"] == view | {"name": "slower", "version": 2}
    await api.do("createView", name="fast")
    assert [node["name"] for node in (await api.ask(VIEWS))["views"]["nodes"]] == ["fast", "slower"]
    assert await api.ask(VIEW, id=view["id"]) == {
        "view": {"name": "slower"},
        "node": {"id": view["id"], "__typename": "View"},
    }
    assert (await api.do("deleteView", id=view["id"]))["id"] == view["id"]
    assert await api.ask(VIEW, id=view["id"]) == {"view": None, "node": None}
    assert await api.ask(VIEW, id="no id") == {"view": None, "node": None}
    assert (await api.do("deleteView", id=view["id"]))["__typename"] == "NotFound"


async def test_a_view_can_be_sent_as_it_was_kept(api: Api) -> None:
    view = (await api.do("createView", name="v", filter={"hasError": False}, orderBy={"field": "NAME"}))["view"]
    await api.run(name="a")
    document = """
        query ($filter: RunFilter, $orderBy: RunOrder) { runs(filter: $filter, orderBy: $orderBy) { totalCount } }
    """
    answer = await api.ask(document, filter=view["filter"], orderBy=view["orderBy"])
    assert answer["runs"]["totalCount"] == 2


async def test_null_takes_away_and_nothing_leaves(api: Api) -> None:
    view = (await api.do("createView", name="v", filter=FILTER, orderBy=ORDER, columns=[{"name": "a"}]))["view"]
    for fields, expected in (
        ({"filter": None}, (None, ORDER)),
        ({"orderBy": None}, (None, None)),
        ({"filter": {}}, ({}, None)),
    ):
        changed = (await api.do("updateView", id=view["id"], **fields))["view"]
        assert (changed["filter"], changed["orderBy"], len(changed["columns"])) == (*expected, 1)
    emptied = await api.do("updateView", id=view["id"], columns=[])
    assert emptied["view"]["columns"] == []


async def test_one_view_is_the_default(api: Api) -> None:
    document = "{ defaultView { name isDefault } }"
    assert await api.ask(document) == {"defaultView": None}
    first = (await api.do("createView", name="first", isDefault=True))["view"]
    second = (await api.do("createView", name="second"))["view"]
    assert (first["isDefault"], second["isDefault"]) == (True, False)
    await api.do("updateView", id=second["id"], isDefault=True)
    assert await api.ask(document) == {"defaultView": {"name": "second", "isDefault": True}}
    assert [node["isDefault"] for node in (await api.ask(VIEWS))["views"]["nodes"]] == [False, True]
    await api.do("deleteView", id=second["id"])
    assert await api.ask(document) == {"defaultView": None}


async def test_views_are_paged(api: Api) -> None:
    for name in ("c", "a", "b"):
        await api.do("createView", name=name)
    walked, after = "", None
    for last in (False, False, True):
        page = (await api.ask(VIEWS, first=1, after=after))["views"]
        walked += page["nodes"][0]["name"]
        after = page["pageInfo"]["endCursor"]
        assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, not last)
    assert walked == "abc"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"filter": {"no": 1}}, "filter"),
        ({"filter": {"status": ["NO"]}}, "filter"),
        ({"filter": []}, "filter"),
        ({"filter": "x"}, "filter"),
        ({"filter": {"metadata": [{"path": "a", "op": "IN", "value": 1}]}}, "filter.metadata.0.value"),
        ({"orderBy": {"field": "NO"}}, "orderBy"),
        ({"orderBy": {"field": "METADATA"}}, "orderBy"),
        ({"orderBy": {"path": "a"}}, "orderBy"),
        ({"columns": [{"name": " "}]}, "columns.0.name"),
        ({"name": ""}, "name"),
    ],
    ids=str,
)
async def test_what_no_list_would_take_is_not_kept(api: Api, fields: dict[str, Any], field: str) -> None:
    view = (await api.do("createView", name="v"))["view"]
    for mutation, more in (("createView", {"name": "x"}), ("updateView", {"id": view["id"]})):
        outcome = await api.do(mutation, **more | fields)
        assert (outcome["__typename"], outcome["field"]) == ("InvalidInput", field)
    assert (await api.ask(VIEWS))["views"]["totalCount"] == 1


async def test_the_problems_of_views(api: Api) -> None:
    view = (await api.do("createView", name="v", idempotencyKey="k"))["view"]
    assert (await api.do("createView", name="v", idempotencyKey="k"))["replayed"] is True
    assert (await api.do("createView", name="w", idempotencyKey="k"))["__typename"] == "IdempotencyConflict"
    assert (await api.do("updateView", id=view["id"], expectedVersion=7))["__typename"] == "VersionConflict"
    missing = "00000000-0000-0000-0000-00000000abcd"
    assert (await api.do("updateView", id=missing, name="x"))["__typename"] == "NotFound"
    large = {"nameContains": "x" * 70_000}
    assert (await api.do("createView", name="v", filter=large))["reason"] == "LIMIT_EXCEEDED"
