"""What was found once: small documents that a compiler gets wrong easily."""

from typing import Final

import pytest

from tests.equality.histories import opened
from tests.equality.ways import BothWays
from tests.fuzz.documents import Request

pytestmark = pytest.mark.asyncio

QUERIES = (
    "{ tags { __typename } }",
    "{ tags { tag @skip(if: true) } }",
    "{ runs(first: 3) { __typename totalCount @skip(if: true) } }",
    "{ changes(first: 2) { pageInfo @skip(if: true) { startCursor } } }",
    "{ runs { nodes { retention { __typename ... on KeepAll { keepAll } } } } }",
)
GROUPS = "query ($v: RunGrouping!) { runGroups(groupBy: $v) @include(if: false) { counted } }"
DELETION = """mutation ($v: JobSelector!) { deleteJobs(input: { jobs: $v }) {
  __typename ... on BulkJobDeletionPayload { deleted } } }"""
WHOLE = """mutation ($v: DeleteJobsInput!) { deleteJobs(input: $v) {
  __typename ... on BulkJobDeletionPayload { deleted } } }"""
SELECTORS: Final[tuple[dict[str, object], ...]] = (
    {},
    {"ids": None},
    {"ids": [], "filter": {}},
    {"ids": ["a"], "filter": None},
)


@pytest.mark.parametrize("query", QUERIES)
async def test_objects_without_columns(both_ways: BothWays, query: str) -> None:
    await both_ways.ask(Request(query, {}))
    assert both_ways.counts["compiled"] == 1


async def test_one_of_in_a_variable_that_is_not_read(both_ways: BothWays) -> None:
    await both_ways.ask(Request(GROUPS, {"v": {}}))
    assert both_ways.counts["errors"] == 1


@pytest.mark.parametrize("selector", SELECTORS, ids=str)
async def test_one_of_that_selects_what_is_deleted(selector: dict[str, object]) -> None:
    async with opened("memory") as histories:
        for document, value in ((DELETION, selector), (WHOLE, {"jobs": selector})):
            await histories.execute(Request(document, {"v": value}))
        await histories.execute(Request("{ jobs { totalCount } }", {}))
        assert histories.counts["errors"] == 2
