"""Operations that take long go in turn, and others go before them."""

import asyncio
from itertools import pairwise

import pytest

from resolvers.execution.bounds import turns
from resolvers.execution.bounds.turns import Share

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every slice be over at once."""
    monkeypatch.setattr(turns, "SLICE", -1.0)


async def work(share: Share, parts: int, done: list[str], name: str) -> None:
    """Do so many parts of an operation's work."""
    for _ in range(parts):
        assert share.is_over()
        await share.pause()
        done.append(name)


async def test_the_loop_serves_others_between_parts() -> None:
    done: list[str] = []
    working = asyncio.create_task(work(Share(), 20, done, "long"))
    while not working.done():
        done.append("other")
        await asyncio.sleep(0)
    others = [number for number, name in enumerate(done) if name == "other"]
    assert done.count("long") == 20
    assert max(after - before for before, after in pairwise(others)) == 2


async def test_operations_take_turns_however_much_each_has_to_do() -> None:
    done: list[str] = []
    wide, narrow = Share(), Share()
    async with asyncio.TaskGroup() as group:
        for _ in range(50):
            group.create_task(work(wide, 1, done, "wide"))
        await asyncio.sleep(0)
        group.create_task(work(narrow, 5, done, "narrow"))
    last = max(number for number, name in enumerate(done) if name == "narrow")
    assert done[: last + 1].count("wide") <= 8


async def test_a_turn_that_nobody_awaits_any_more_is_given_to_the_next() -> None:
    done: list[str] = []
    share = Share()
    tasks = [asyncio.create_task(work(share, 1, done, str(number))) for number in range(3)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert done == ["1", "2"]


async def test_an_operation_settles_when_nothing_of_it_waits() -> None:
    done: list[str] = []
    share, other = Share(), Share()
    async with asyncio.TaskGroup() as group:
        for number in range(10):
            group.create_task(work(share, 1, done, str(number)))
        group.create_task(work(other, 1_000, [], "other"))
        await asyncio.sleep(0)
        await share.settle()
        assert len(done) == 10


async def test_an_operation_of_which_nothing_waits_is_settled() -> None:
    async def settled() -> None:
        await Share().settle()

    settling = settled()
    with pytest.raises(StopIteration):
        settling.send(None)


async def test_each_loop_has_turns_of_its_own() -> None:
    def on_another() -> Share:
        async def make() -> Share:
            share = Share()
            share.is_over()
            return share

        return asyncio.run(make())

    other = await asyncio.to_thread(on_another)
    assert other.turns is not Share().turns
