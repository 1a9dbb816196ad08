"""Events of subscriptions have the same bytes compiled and interpreted."""

from collections.abc import AsyncIterator
from random import Random

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from tests.equality.documents import Tangle, tangle
from tests.equality.streams import BothStreams
from tests.equality.test_queries import failures
from tests.equality.ways import DROPPED, BothWays
from tests.fuzz.documents import SCHEMA
from tests.support.commands import A, add_tags, create
from tests.support.drawn.effort import EFFORT, tries
from tests.support.records import append, record

pytestmark = [pytest.mark.asyncio, pytest.mark.timeout(300 * EFFORT), DROPPED]

EXAMPLES = 100
DOCUMENTS = 3  # of an example
seeds = st.lists(st.integers(0, 2**64 - 1), min_size=DOCUMENTS, max_size=DOCUMENTS)


def fields() -> tuple[str, ...]:
    """Return the names of all subscriptions."""
    assert SCHEMA.subscription_type is not None
    return tuple(SCHEMA.subscription_type.fields)


@pytest_asyncio.fixture
async def streams(both_ways: BothWays) -> BothStreams:
    """Give streams of both ways."""
    return BothStreams(both_ways.index, (await both_ways.index.log_state()).epoch)


@pytest_asyncio.fixture
async def read(streams: BothStreams) -> AsyncIterator[BothStreams]:
    """Give them, and see to it at the end that something was compared."""
    yield streams
    print(dict(streams.counts))
    assert streams.counts["compiled"] > streams.counts["events"] / 3 > 10
    assert streams.counts["errors"] > 0


@tries(EXAMPLES)
@given(seeds, failures)
async def test_generated_subscriptions_have_the_same_events(
    both_ways: BothWays, read: BothStreams, drawn: list[int], failing: frozenset[str]
) -> None:
    both_ways.store.failing = failing
    for seed in drawn:
        writer = tangle(seed)
        await read.read(writer.subscription(writer.random.choice(fields()), read.start), failing=bool(failing))


@tries(3)
@given(st.integers(0, 2**64 - 1))
async def test_the_same_changes_have_the_same_events(streams: BothStreams, seed: int) -> None:
    run, submit = f'"{A}"', streams.index.submit
    numbers = Random(seed)

    def name() -> str:
        return f"n{numbers.getrandbits(40)}"

    for field, arguments, make in (
        ("run", {"id": run}, lambda: submit(add_tags(A, name()))),
        ("runProgress", {"ids": f"[{run}]"}, lambda: submit(record(A, name()))),
        ("runCounts", {"filter": "{}", "groupBy": "STATUS"}, lambda: submit(create())),
        ("runChanges", {"filter": "{}", "bookmarks": "false"}, lambda: submit(add_tags(A, name()))),
        ("resultRecorded", {"runId": run, "after": "null"}, lambda: submit(record(A, name()))),
        ("runEvents", {"runId": run, "stream": "null", "after": "null"}, lambda: submit(append(A, ("s", {name(): 1})))),
    ):
        writer: Tangle = tangle(numbers.getrandbits(64))
        await streams.follow(writer.subscription(field, streams.start, **arguments), make, make)
    assert streams.counts["followed"] > len(fields())
