"""Runs by how long they took, by when they started, by name and by a value of their metadata."""

from typing import Any

import pytest

from tests.support.api import Api

pytestmark = pytest.mark.asyncio

RUNS = """
    query ($filter: RunFilter, $orderBy: RunOrder, $first: Int, $after: String) {
      runs(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
        totalCount nodes { name duration } pageInfo { hasNextPage endCursor }
      }
    }
"""
MADE = {"tags": {"any": ["made"]}}


async def make(api: Api) -> None:
    """Create runs a (2 s, failed), c (1.5 s, from its start), B (still open) and one without a name (0.5 s)."""
    for name, seconds, metadata in (
        ("a", 2, {"loss": 0.5}),
        ("c", 1.5, {"loss": 10}),
        ("B", None, {"loss": "high"}),
        (None, 0.5, {}),
    ):
        run_id = await api.run(name=name, tags=["made"], metadata=metadata)
        if name == "c":
            api.clock.advance(7)
            await api.do("startRun", id=run_id)
        if seconds is not None:
            api.clock.advance(seconds)
            await api.do("failRun" if name == "a" else "closeRun", id=run_id, **({"error": "!"} if name == "a" else {}))


async def names(api: Api, run_filter: dict[str, Any], **arguments: object) -> str:
    """Return the names of a list, one character each."""
    nodes = (await api.ask(RUNS, filter=MADE | run_filter, **arguments))["runs"]["nodes"]
    return "".join(node["name"] or "-" for node in nodes)


async def test_a_run_tells_how_long_it_took(api: Api) -> None:
    await make(api)
    nodes = (await api.ask(RUNS, filter=MADE))["runs"]["nodes"]
    assert {node["name"]: node["duration"] and float(node["duration"]) for node in nodes} == {
        "a": 2.0,
        "c": 1.5,
        "B": None,
        None: 0.5,
    }


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ({"field": "DURATION"}, "ac-B"),
        ({"field": "DURATION", "direction": "ASC"}, "-caB"),
        ({"field": "NAME", "direction": "ASC"}, "Bac-"),
        ({"field": "NAME"}, "caB-"),
        ({"field": "METADATA", "path": "loss", "direction": "ASC"}, "acB-"),
        ({"field": "METADATA", "path": "loss"}, "Bca-"),
        ({"field": "STARTED_AT", "direction": "ASC"}, "c"),
    ],
    ids=str,
)
async def test_runs_are_ordered_and_paged(api: Api, order: dict[str, str], expected: str) -> None:
    await make(api)
    run_filter: dict[str, Any] = {"startedAt": {}} if order["field"] == "STARTED_AT" else {}
    assert await names(api, run_filter, orderBy=order) == expected
    walked, after = "", None
    while len(walked) < len(expected):
        page = (await api.ask(RUNS, filter=MADE | run_filter, orderBy=order, first=1, after=after))["runs"]
        walked += "".join(node["name"] or "-" for node in page["nodes"])
        after = page["pageInfo"]["endCursor"]
        assert page["pageInfo"]["hasNextPage"] is (len(walked) < len(expected))
    assert walked == expected


@pytest.mark.parametrize(
    ("run_filter", "expected"),
    [
        ({"duration": {"from": 1.5}}, "ac"),
        ({"duration": {"to": 1.5}}, "-"),
        ({"duration": {"from": 0.5, "to": 2}}, "-c"),
        ({"duration": {}}, "-ac"),
        ({"duration": {"to": 1e300}}, "-ac"),
        ({"hasError": True}, "a"),
        ({"hasError": False}, "-Bc"),
        ({"startedAt": {"from": "2020-01-01T00:00:00Z"}}, "c"),
    ],
    ids=str,
)
async def test_runs_are_filtered(api: Api, run_filter: dict[str, Any], expected: str) -> None:
    await make(api)
    assert "".join(sorted(await names(api, run_filter))) == expected


@pytest.mark.parametrize("order", [{"field": "METADATA"}, {"field": "NAME", "path": "a"}, {"path": "a"}], ids=str)
async def test_a_path_goes_with_metadata_alone(api: Api, order: dict[str, str]) -> None:
    complaint = "`orderBy` has a `path` if its field is METADATA, and only then"
    assert await api.refusal(RUNS, orderBy=order) == ("BAD_USER_INPUT", complaint)


@pytest.mark.parametrize("path", ["a.b" * 99, "a\0"], ids=["deep", "NUL"])
async def test_a_path_that_no_metadata_has_is_refused(api: Api, path: str) -> None:
    code, message = await api.refusal(RUNS, orderBy={"field": "METADATA", "path": path})
    assert code == "BAD_USER_INPUT"
    assert "orderBy.path" in message


async def test_a_cursor_of_one_path_is_none_of_another(api: Api) -> None:
    await make(api)
    loss, other = ({"field": "METADATA", "path": path} for path in ("loss", "other"))
    after = (await api.ask(RUNS, orderBy=loss, first=1))["runs"]["pageInfo"]["endCursor"]
    assert (await api.refusal(RUNS, orderBy=other, first=1, after=after))[0] == "BAD_USER_INPUT"
