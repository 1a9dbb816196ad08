"""Figures of groups of runs."""

from typing import Any

import pytest

from resolvers.runs import groups
from tests.support.api import Api

pytestmark = pytest.mark.asyncio

GROUPS = """
    query ($by: RunGrouping!, $filter: RunFilter, $first: Int) {
      runGroups(groupBy: $by, filter: $filter, first: $first) {
        groups { key value count byStatus { status count } durationMean durationP50 durationP95 } counted stopped
      }
    }
"""
DATASET = {"datasetVersion": "2100-01-01T00:00:00Z", "targetType": "AGENT", "totalItems": 1}


async def make(api: Api) -> None:
    """Create six runs of two names, datasets, targets and tags, that take 1, 2, 3 and 4 seconds; two stay open."""
    for number in range(6):
        dataset = DATASET | {"datasetId": f"d{number % 2}", "targetId": "t" if number < 5 else "u"}
        run_id = await api.run(
            name="even" if number % 2 == 0 else "odd",
            tags=["all", *(["few"] if number < 2 else [])],
            dataset=dataset,
            metadata={"model": {"size": 8 if number < 4 else "big"}},
        )
        if number < 4:
            api.clock.advance(number + 1)
            verb, fields = ("failRun", {"error": "!"}) if number == 3 else ("closeRun", {})
            await api.do(verb, id=run_id, **fields)


async def grouped(api: Api, **by: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - the arguments of a grouping
    found: list[dict[str, Any]] = (await api.ask(GROUPS, by=by, filter={"hasDataset": True}))["runGroups"]["groups"]
    return found


async def test_groups_have_counts_and_durations(api: Api) -> None:
    await make(api)
    answer = (await api.ask(GROUPS, by={"field": "NAME"}))["runGroups"]
    assert (answer["counted"], answer["stopped"]) == (7, False)
    even, odd = answer["groups"]
    assert (even["key"], even["value"], even["count"]) == ("even", "even", 3)
    assert even["byStatus"] == [{"status": "ACTIVE", "count": 1}, {"status": "COMPLETED", "count": 2}]
    assert [float(even[name]) for name in ("durationMean", "durationP50", "durationP95")] == [2.0, 2.0, 2.9]
    assert odd["byStatus"] == [
        {"status": "ACTIVE", "count": 1},
        {"status": "COMPLETED", "count": 1},
        {"status": "FAILED", "count": 1},
    ]
    assert float(odd["durationP50"]) == 3.0


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ({"field": "TAG"}, [("all", "all", 6), ("few", "few", 2)]),
        ({"field": "DATASET"}, [("d0", "d0", 3), ("d1", "d1", 3)]),
        ({"field": "TARGET"}, [("t", "t", 5), ("u", "u", 1)]),
        ({"field": "NAME"}, [("even", "even", 3), ("odd", "odd", 3)]),
        ({"path": "model.size"}, [("8", 8, 4), ("big", "big", 2)]),
        ({"path": "model"}, []),
        ({"path": "no"}, []),
    ],
    ids=str,
)
async def test_runs_are_grouped_by_what_they_have(api: Api, by: dict[str, Any], expected: list[Any]) -> None:
    await make(api)
    assert [(each["key"], each["value"], each["count"]) for each in await grouped(api, **by)] == expected


async def test_runs_without_a_duration_have_none(api: Api) -> None:
    await api.runs(2, name="open")
    (group,) = (await api.ask(GROUPS, by={"field": "NAME"}))["runGroups"]["groups"]
    assert (group["durationMean"], group["durationP50"], group["durationP95"]) == (None, None, None)


async def test_it_says_when_there_are_more_runs_than_it_looks_at(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    await api.run(name="oldest")
    await api.runs(2, name="newer")
    for most, counted, stopped, keys in ((4, 4, False, ["newer", "oldest"]), (2, 2, True, ["newer"])):
        monkeypatch.setattr(groups, "MOST_RUNS", most)
        answer = (await api.ask(GROUPS, by={"field": "NAME"}))["runGroups"]
        assert (answer["counted"], answer["stopped"]) == (counted, stopped)
        assert [group["key"] for group in answer["groups"]] == keys


async def test_archived_runs_are_left_out_and_the_filter_counts(api: Api) -> None:
    await make(api)
    await api.do("archiveRun", id=await api.run(name="hidden"))
    answer = (await api.ask(GROUPS, by={"field": "NAME"}, filter={"tags": {"any": ["few"]}}, first=1))["runGroups"]
    assert (answer["counted"], [group["key"] for group in answer["groups"]]) == (2, ["even"])
    assert "hidden" not in {
        group["key"] for group in (await api.ask(GROUPS, by={"field": "NAME"}))["runGroups"]["groups"]
    }


@pytest.mark.parametrize(
    ("by", "first"), [({"field": "NAME"}, 0), ({"field": "NAME"}, 501), ({"path": "a\0"}, 1), ({}, 1)], ids=str
)
async def test_what_makes_no_sense_is_refused(api: Api, by: dict[str, Any], first: int) -> None:
    response = await api.post(json={"query": GROUPS, "variables": {"by": by, "first": first}})
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
