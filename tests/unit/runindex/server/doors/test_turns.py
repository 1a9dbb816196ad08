"""Who is executed next: a few requests of each caller at a time, in turns, and those first that pause."""

import asyncio
from itertools import pairwise

import pytest

from runindex.server.doors.turns import BESIDE, SLOW_SECONDS, CallerConnection, CrowdedError, Place, Turns

pytestmark = pytest.mark.asyncio


class Clock:
    """Stands until a test moves it."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


async def asked(turns: Turns, caller: str, connection: CallerConnection | None = None) -> asyncio.Task[Place]:
    """Ask for a place, and return once it is taken or waited for."""
    task = asyncio.create_task(turns.take(caller, connection or CallerConnection()))
    await settled()
    return task


async def settled() -> None:
    for _ in range(4):
        await asyncio.sleep(0)


async def test_one_callers_flood_leaves_places_to_others() -> None:
    turns = Turns(10, 100, width=2, clock=Clock())
    flood = [await asked(turns, "a") for _ in range(20)]
    assert [task.done() for task in flood] == [True] * 2 + [False] * 18
    assert (await asked(turns, "b")).done()
    turns.leave(flood[0].result())
    await settled()
    assert [task.done() for task in flood] == [True] * 3 + [False] * 17
    assert (turns.free, turns.waiting) == (7, 17)


async def test_callers_take_turns_when_there_are_no_places_left() -> None:
    turns = Turns(1, 100, width=8, clock=Clock())
    first = await asked(turns, "a")
    waiting = {name: await asked(turns, name[0]) for name in ("a1", "a2", "a3", "b1", "b2")}
    turns.leave(first.result())
    order: list[str] = []
    while waiting:
        await settled()
        (name,) = (name for name, task in waiting.items() if task.done())
        order.append(name)
        turns.leave(waiting.pop(name).result())
    assert order == ["a1", "b1", "a2", "b2", "a3"]
    assert (turns.free, turns.waiting) == (1, 0)


async def test_a_caller_whose_requests_end_at_once_begins_a_few_in_each_turn_of_the_loop() -> None:
    turns, ended = Turns(10, 100, width=2, clock=Clock()), 0

    async def request() -> None:
        nonlocal ended
        turns.leave(await turns.take("a", CallerConnection()))
        ended += 1

    tasks = [asyncio.create_task(request()) for _ in range(10)]
    counts = []
    while not all(task.done() for task in tasks):
        await asyncio.sleep(0)
        counts.append(ended)
    steps = [after - before for before, after in pairwise(counts)]
    assert max(steps, default=0) <= 2
    assert (ended, turns.free) == (10, 10)


async def test_requests_that_take_long_hold_up_no_others_of_their_caller() -> None:
    clock = Clock()
    turns = Turns(3, 100, width=1, clock=clock)
    tasks = [await asked(turns, "a") for _ in range(5)]
    caller = tasks[0].result().caller
    for expected in (2, 3, 3):
        clock.now += SLOW_SECONDS
        turns.pass_slow(caller)
        await settled()
        assert sum(task.done() for task in tasks) == expected
    for task in tasks:
        turns.leave(await task)
    assert (turns.free, turns.waiting) == (3, 0)


async def test_among_one_callers_connections_those_that_pause_come_first() -> None:
    clock = Clock()
    turns = Turns(1, 100, clock=clock)
    hasty, idle = CallerConnection(since=clock.now), CallerConnection(since=clock.now)
    place = await turns.take("proxy", hasty)
    clock.now += 5.0  # all of them, it awaited an answer
    tasks = [await asked(turns, "proxy", connection) for connection in (hasty, hasty, idle)]
    turns.leave(place)
    await settled()
    assert [task.done() for task in tasks] == [False, False, True]
    turns.leave(tasks[2].result())
    await settled()
    assert [task.done() for task in tasks] == [True, False, True]
    turns.leave(await tasks[0])
    turns.leave(await tasks[1])
    assert turns.free == 1


async def test_no_connection_waits_for_ever_for_those_that_pause() -> None:
    clock = Clock()
    turns = Turns(1, 100, clock=clock)
    hasty = CallerConnection(busy=1.0, since=clock.now)
    place = await turns.take("proxy", CallerConnection())
    task = await asked(turns, "proxy", hasty)
    clock.now += 2.0
    later = await asked(turns, "proxy")
    turns.leave(place)
    await settled()
    assert (task.done(), later.done()) == (True, False)
    turns.leave(await task)
    turns.leave(await later)


async def test_too_many_are_refused_and_those_of_the_crowd_first() -> None:
    turns = Turns(1, 3, clock=Clock())
    crowd = [await asked(turns, "crowd") for _ in range(4)]
    fifth = await asked(turns, "crowd")
    with pytest.raises(CrowdedError):
        await fifth
    other = await asked(turns, "other")
    with pytest.raises(CrowdedError):
        await crowd[3]
    unbounded = asyncio.create_task(turns.take("socket", CallerConnection(), is_bounded=False))
    await settled()
    assert not unbounded.done()
    rest = {crowd[0], other, unbounded, crowd[1], crowd[2]}
    while rest:
        async with asyncio.timeout(5):
            done, rest = await asyncio.wait(rest, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            turns.leave(task.result())
    assert (turns.free, turns.waiting) == (1, 0)


@pytest.mark.parametrize("has_its_turn", [False, True])
async def test_a_request_that_is_cancelled_gives_back_what_it_has(has_its_turn: bool) -> None:  # noqa: FBT001
    turns = Turns(1, 2, clock=Clock())
    first = await asked(turns, "a")
    waiting, last = await asked(turns, "a"), await asked(turns, "b")
    if has_its_turn:
        turns.leave(first.result())
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    if not has_its_turn:
        turns.leave(first.result())
    turns.leave(first.result())  # a second time nothing happens
    turns.leave(await last)
    await settled()
    assert (turns.free, turns.waiting) == (1, 0)


async def test_requests_that_make_room_hold_up_few_others_of_their_caller() -> None:
    turns = Turns(100, 100, width=2, clock=Clock())
    tasks = [await asked(turns, "a") for _ in range(50)]
    begun: set[asyncio.Task[Place]] = set()
    steps = []
    while waiting := [task for task in tasks if task.done() and task not in begun]:
        steps.append(len(waiting))
        for task in waiting:
            turns.make_room(task.result())
        begun.update(waiting)
        await settled()
    # A few begin in each turn of the loop, and the last ones beside all that made room.
    assert max(steps) == 2
    assert len(begun) == BESIDE + 2
    assert (await asked(turns, "b")).done()
    turns.leave(tasks[0].result())
    await settled()
    turns.make_room(tasks[BESIDE].result())
    await settled()
    assert sum(task.done() for task in tasks) == BESIDE + 3
    for task in tasks:
        turns.leave(await task)
    assert (turns.free, turns.waiting) == (99, 0)
