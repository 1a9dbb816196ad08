"""Mutations of many runs."""

import pytest

from tests.support.api import Api

pytestmark = pytest.mark.asyncio


async def test_each_run_stands_on_its_own(api: Api) -> None:
    first, second = await api.runs(2)
    await api.do("closeRun", id=first)
    outcome = await api.do("transitionRuns", runs={"ids": [first, second, "no", "default"]}, to="PAUSED")
    assert (outcome["succeeded"], outcome["failed"], outcome["replayed"]) == (1, 3, False)
    assert [entry["__typename"] for entry in outcome["outcomes"]] == [
        "InvalidTransition",
        "RunPayload",
        "InvalidInput",
        "ConstraintViolation",
    ]


async def test_a_bulk_may_be_all_or_none(api: Api) -> None:
    first, second = await api.runs(2)
    await api.do("closeRun", id=second)
    outcome = await api.do("transitionRuns", runs={"ids": [first, second]}, to="PAUSED", mode="ATOMIC")
    assert [entry["__typename"] for entry in outcome["outcomes"]] == ["InvalidTransition"] * 2
    assert (await api.ask("query ($id: ID!) { run(id: $id) { version } }", id=first))["run"] == {"version": 1}


async def test_a_filter_selects_what_lists_show(api: Api) -> None:
    first, second, third = await api.runs(3, tags=["mine"])
    await api.run(tags=["other"])
    await api.do("archiveRun", id=third)
    outcome = await api.do("transitionRuns", runs={"filter": {"tags": {"all": ["mine"]}}}, to="CANCELLED")
    assert {entry["run"]["id"] for entry in outcome["outcomes"]} == {first, second}
    deleted = await api.do("deleteRuns", runs={"filter": {"tags": {"all": ["mine"]}, "includeArchived": True}})
    assert (deleted["deleted"], deleted["failed"]) == (3, 0)
    assert {entry["id"] for entry in deleted["outcomes"]} == {first, second, third}


async def test_a_bulk_is_answered_again_under_its_key(api: Api) -> None:
    runs = {"ids": await api.runs(2)}
    first = await api.do("transitionRuns", runs=runs, to="PAUSED", idempotencyKey="k")
    again = await api.do("transitionRuns", runs=runs, to="PAUSED", idempotencyKey="k")
    assert again["replayed"]
    assert [entry["version"] for entry in again["outcomes"]] == [entry["version"] for entry in first["outcomes"]]
    other = await api.do("transitionRuns", runs=runs, to="ARCHIVED", idempotencyKey="k")
    assert other["__typename"] == "IdempotencyConflict"


async def test_more_than_a_thousand_are_refused(api: Api) -> None:
    outcome = await api.do("deleteRuns", runs={"ids": ["no"] * 1001})
    assert (outcome["__typename"], outcome["reason"]) == ("ConstraintViolation", "LIMIT_EXCEEDED")


async def test_no_runs_are_no_problem(api: Api) -> None:
    outcome = await api.do("transitionRuns", runs={"ids": []}, to="PAUSED")
    assert (outcome["succeeded"], outcome["failed"], outcome["outcomes"]) == (0, 0, [])


async def test_a_wrong_selection_is_named_by_its_path(api: Api) -> None:
    runs = {"filter": {"not": {"metadata": [{"path": "a", "op": "IN", "value": 1}]}}}
    outcome = await api.do("transitionRuns", runs=runs, to="PAUSED")
    assert (outcome["__typename"], outcome["field"]) == ("InvalidInput", "runs.filter.not.metadata.0.value")


async def test_many_runs_are_tagged_at_once(api: Api) -> None:
    first, second = await api.runs(2, tags=["mine"])
    mine = {"filter": {"tags": {"all": ["mine"]}}}
    outcome = await api.do("addTagsToRuns", runs=mine, tags=["kept", "mine"], reason="sorted")
    assert (outcome["succeeded"], outcome["failed"]) == (2, 0)
    assert [entry["run"]["tags"] for entry in outcome["outcomes"]] == [["mine", "kept"]] * 2
    outcome = await api.do("removeTagsFromRuns", runs={"ids": [first, "no"]}, tags=["mine"])
    assert [entry["__typename"] for entry in outcome["outcomes"]] == ["RunPayload", "InvalidInput"]
    assert await api.ask("{ tags { tag count } }") == {
        "tags": [{"tag": "kept", "count": 2}, {"tag": "mine", "count": 1}]
    }
    ids = {"ids": [second, "no"]}
    atomic = await api.do("removeTagsFromRuns", runs=ids, tags=["mine"], mode="ATOMIC", idempotencyKey="k")
    assert [entry["__typename"] for entry in atomic["outcomes"]] == ["InvalidInput"] * 2


@pytest.mark.parametrize("tag", ["", "x" * 257, "\0"], ids=["empty", "long", "NUL"])
async def test_a_tag_that_is_none_is_refused_for_all(api: Api, tag: str) -> None:
    outcome = await api.do("addTagsToRuns", runs={"ids": await api.runs(1)}, tags=["a", tag])
    assert (outcome["__typename"], outcome["field"]) == ("InvalidInput", "tags.1")
