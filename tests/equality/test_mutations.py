"""Mutations have the same effects and answers compiled and interpreted."""

import asyncio
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.equality.documents import furnished_request, tangle
from tests.equality.histories import FleetingError, opened
from tests.equality.ways import DROPPED
from tests.support.backends import BACKENDS
from tests.support.drawn.effort import EFFORT, tries

pytestmark = [pytest.mark.timeout(300 * EFFORT), DROPPED]

EXAMPLES = 5
MUTATIONS = 30  # of a history


@pytest.mark.parametrize("name", BACKENDS)
@tries(EXAMPLES)
@given(seed=st.integers(0, 2**48))
def test_generated_mutations_have_the_same_answers_and_effects(name: str, seed: int) -> None:
    asyncio.run(_act(name, seed))


async def _act(name: str, seed: int) -> None:
    async with opened(name) as histories:
        with suppress(FleetingError):
            for number in range(MUTATIONS):
                await histories.execute(furnished_request(tangle(seed + number).mutation()))
            # What was written is the same.
            for number in range(MUTATIONS // 3):
                await histories.execute(furnished_request(tangle(seed - number - 1).query()))
            assert histories.counts["compiled"] > histories.counts["asked"] / 4, histories.counts
