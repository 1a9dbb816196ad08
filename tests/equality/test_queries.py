"""Queries answer the same bytes compiled and interpreted."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from tests.equality.documents import tangle
from tests.equality.ways import DROPPED, BothWays
from tests.support.drawn.effort import EFFORT, tries

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(300 * EFFORT), DROPPED]

EXAMPLES = 100
DOCUMENTS = 5  # of an example
# What queries read by.
READS = (
    "list_runs",
    "count_runs",
    "find_runs",
    "list_children",
    "list_ancestors",
    "list_records",
    "find_records",
    "count_records",
    "find_results",
    "list_history",
    "find_roots",
)
seeds = st.lists(st.integers(0, 2**64 - 1), min_size=DOCUMENTS, max_size=DOCUMENTS)
failures = st.sampled_from((*[frozenset[str]()] * 9, *(frozenset({name}) for name in READS)))


@pytest_asyncio.fixture
async def asked(both_ways: BothWays) -> AsyncIterator[BothWays]:
    """Give both ways, and see to it at the end that something was compared."""
    yield both_ways
    counts = both_ways.counts
    print(dict(counts))
    assert counts["compiled"] > counts["asked"] / 3
    assert counts["errors"] > 0


@tries(EXAMPLES)
@given(seeds, failures)
async def test_generated_queries_answer_the_same_bytes(
    asked: BothWays, drawn: list[int], failing: frozenset[str]
) -> None:
    asked.store.failing = failing
    for seed in drawn:
        await asked.ask(tangle(seed).query())
