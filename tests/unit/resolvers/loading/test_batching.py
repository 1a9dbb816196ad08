"""Loads of one tick are one question, and a cancelled load affects no other."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from resolvers.loading.batching import BatchLoader
from runindex.ports.queries import Columns

pytestmark = pytest.mark.asyncio

NAME = frozenset({"name"})
TAGS = frozenset({"tags"})


class Source:
    """Answers each key but `missing` with itself, while it is open."""

    def __init__(self) -> None:
        self.questions: list[tuple[list[str], Columns]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.started = asyncio.Event()
        self.cancelled = False

    async def load(self, keys: Sequence[str], columns: Columns) -> Mapping[str, str]:
        self.questions.append((list(keys), columns))
        self.started.set()
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        if "broken" in keys:
            raise ValueError("broken")
        return {key: key for key in keys if key != "missing"}


async def test_one_tick_is_one_question() -> None:
    source, loader = Source(), BatchLoader()
    loads = [("a", NAME), ("b", TAGS), ("a", TAGS), ("missing", NAME)]
    found = await asyncio.gather(*(loader.load("q", key, columns, source.load) for key, columns in loads))
    assert found == ["a", "b", "a", None]
    assert source.questions == [(["a", "b", "missing"], NAME | TAGS)]


async def test_nothing_is_cached() -> None:
    source, loader = Source(), BatchLoader()
    for _ in range(2):
        await loader.load("q", "a", NAME, source.load)
    assert len(source.questions) == 2


async def test_different_questions_are_asked_separately() -> None:
    source, loader = Source(), BatchLoader()
    await asyncio.gather(*(loader.load(question, "a", NAME, source.load) for question in ("q", ("q", 1), ("q", 2))))
    assert len(source.questions) == 3


async def test_each_load_raises_the_error_of_its_question() -> None:
    source, loader = Source(), BatchLoader()
    loads = (loader.load("q", key, NAME, source.load) for key in ("a", "broken"))
    found = await asyncio.gather(*loads, return_exceptions=True)
    assert [str(error) for error in found] == ["broken", "broken"]
    assert await loader.load("q", "a", NAME, source.load) == "a"


async def test_a_cancelled_load_cancels_no_other() -> None:
    source, loader = Source(), BatchLoader()
    source.open.clear()
    first, second = (asyncio.create_task(loader.load("q", key, NAME, source.load)) for key in ("a", "b"))
    await source.started.wait()
    first.cancel()
    source.open.set()
    assert await second == "b"
    assert first.cancelled()


async def test_a_question_without_waiting_loads_is_cancelled() -> None:
    source, loader = Source(), BatchLoader()
    source.open.clear()
    tasks = [asyncio.create_task(loader.load("q", key, NAME, source.load)) for key in ("a", "b")]
    await source.started.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)
    assert source.cancelled


async def test_a_question_cancelled_before_it_was_asked_is_dropped() -> None:
    source, loader = Source(), BatchLoader()
    cancelled = asyncio.create_task(loader.load("q", "a", NAME, source.load))
    asyncio.get_running_loop().call_soon(cancelled.cancel)
    await asyncio.gather(cancelled, return_exceptions=True)
    assert await loader.load("q", "b", NAME, source.load) == "b"
    assert source.questions[-1] == (["b"], NAME)
