"""Runs side by side."""

from typing import Any

import pytest

from tests.support.api import Answer, Api

pytestmark = pytest.mark.asyncio

COMPARE = """
    query ($ids: [ID!]!, $first: Int, $after: String) {
      compareRuns(ids: $ids) {
        runs { id name }
        rows(first: $first, after: $after) {
          nodes { itemId results { itemId output retryCount run { id } } }
          edges { cursor node { itemId } }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
        scores { scorerId means deltas }
      }
    }
"""
UNKNOWN = "00000000-0000-4000-8000-000000000001"


async def compared(api: Api, ids: list[str], **arguments: object) -> Answer:
    answer: Answer = (await api.ask(COMPARE, ids=ids, **arguments))["compareRuns"]
    return answer


def outputs(answer: Answer) -> dict[str, list[Any]]:
    """Return what each run answered, by item, None where it lacks the item."""
    return {
        row["itemId"]: [result and result["output"] for result in row["results"]] for row in answer["rows"]["nodes"]
    }


async def test_the_last_attempt_of_each_run_counts(api: Api) -> None:
    first, second, third = await api.runs(3)
    await api.record(first, "b", output="first b")
    await api.record(first, "a", output="first a", retryCount=1)
    await api.record(first, "a", output="too early")
    await api.record(second, "a", output="second a", error="broken")
    await api.record(second, "é", output="second é")
    await api.do("archiveRun", id=first)
    answer = await compared(api, [second, first.upper(), third])
    assert [run["id"] for run in answer["runs"]] == [second, first, third]
    assert list(outputs(answer).items()) == [
        ("a", ["second a", "first a", None]),
        ("b", [None, "first b", None]),
        ("é", ["second é", None, None]),
    ]
    assert answer["rows"]["nodes"][1]["results"][1]["run"] == {"id": first}


async def test_rows_are_walked_by_item(api: Api) -> None:
    first, second = await api.runs(2)
    for item in ("c", "a", "e"):
        await api.record(first, item)
    for item in ("b", "a", "d"):
        await api.record(second, item)
    pages, after = [], None
    for _ in range(3):
        pages.append((await compared(api, [first, second], first=2, after=after))["rows"])
        after = pages[-1]["pageInfo"]["endCursor"]
    assert [[row["itemId"] for row in page["nodes"]] for page in pages] == [["a", "b"], ["c", "d"], ["e"]]
    assert [page["pageInfo"]["hasNextPage"] for page in pages] == [True, True, False]
    assert [page["pageInfo"]["hasPreviousPage"] for page in pages] == [False, True, True]
    assert [edge["node"] for edge in pages[0]["edges"]] == [{"itemId": "a"}, {"itemId": "b"}]
    # Another order of the runs is another comparison.
    assert (await api.refusal(COMPARE, ids=[second, first], after=after))[0] == "BAD_USER_INPUT"
    assert (await api.refusal(COMPARE, ids=[first, second], first=0))[0] == "BAD_USER_INPUT"


async def test_scores_are_means_of_the_last_attempts(api: Api) -> None:
    first, second, third = await api.runs(3)
    await api.record(first, "a", scores=[{"scorerId": "s", "value": 0}, {"scorerId": "r", "value": 1}])
    await api.record(first, "a", retryCount=1, scores=[{"scorerId": "s", "value": 0.5}])
    await api.record(first, "b", scores=[{"scorerId": "s", "value": 0.25}])
    await api.record(second, "a", scores=[{"scorerId": "s", "value": 1}, {"scorerId": "t", "value": 2}])
    await api.record(third, "a", scores=[{"scorerId": "s"}])
    scores = (await compared(api, [first, second, third]))["scores"]
    assert scores == [
        {"scorerId": "s", "means": [0.375, 1, None], "deltas": [0, 0.625, None]},
        {"scorerId": "t", "means": [None, 2, None], "deltas": [None, None, None]},
    ]


async def test_deleted_results_are_not_compared(api: Api) -> None:
    first, second = await api.runs(2)
    await api.record(first, "a", scores=[{"scorerId": "s", "value": 1}])
    await api.do("deleteResults", runId=first)
    answer = await compared(api, [first, second])
    assert (answer["rows"]["nodes"], answer["scores"]) == ([], [])


@pytest.mark.parametrize(
    ("ids", "code"),
    [
        ([], "BAD_USER_INPUT"),
        (["default"], "BAD_USER_INPUT"),
        (["default", "default"], "BAD_USER_INPUT"),
        ([UNKNOWN, UNKNOWN.replace("-", "")], "BAD_USER_INPUT"),
        (["default", *(f"00000000-0000-4000-8000-{number:012}" for number in range(20))], "BAD_USER_INPUT"),
        (["default", UNKNOWN], "NOT_FOUND"),
        (["default", "no"], "NOT_FOUND"),
    ],
)
async def test_runs_that_cannot_be_compared_are_refused(api: Api, ids: list[str], code: str) -> None:
    assert (await api.refusal(COMPARE, ids=ids))[0] == code
