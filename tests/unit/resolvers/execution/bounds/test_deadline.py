"""The time of one execution."""

import asyncio
from contextlib import suppress

import pytest

from resolvers.execution.bounds.deadline import Deadline

pytestmark = pytest.mark.asyncio


def cancelling() -> int:
    """Return how many have cancelled this task and not taken it back."""
    task = asyncio.current_task()
    assert task is not None
    return task.cancelling()


async def test_a_block_that_waits_too_long_is_ended() -> None:
    deadline = Deadline(0)
    with pytest.raises(TimeoutError), deadline:
        await asyncio.Event().wait()
    assert deadline.is_over
    assert cancelling() == 0


async def test_a_block_that_never_waits_is_told_at_its_end() -> None:
    with pytest.raises(TimeoutError), Deadline(-1):
        pass
    assert cancelling() == 0


async def test_a_block_that_swallows_its_end_is_told_again() -> None:
    with pytest.raises(TimeoutError), Deadline(0), suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    assert cancelling() == 0


async def test_what_ends_in_time_is_left_alone() -> None:
    with Deadline(60) as nothing:
        await asyncio.sleep(0)
    with pytest.raises(ZeroDivisionError), Deadline(60):
        raise ZeroDivisionError
    assert nothing is None


async def test_a_cancellation_by_others_is_theirs() -> None:
    began = asyncio.Event()

    async def bounded() -> None:
        with Deadline(60):
            began.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(bounded())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_inner_deadline_leaves_a_cancellation_to_the_outer_one() -> None:
    with pytest.raises(TimeoutError), Deadline(60), Deadline(0):
        await asyncio.Event().wait()
    assert cancelling() == 0
