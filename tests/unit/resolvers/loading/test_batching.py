"""Loads of one tick are one question, whatever becomes of those who asked."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from resolvers.loading.batching import BatchLoader
from runindex.ports.queries import Columns

pytestmark = pytest.mark.asyncio

NAME = frozenset({"name"})
TAGS = frozenset({"tags"})


class Source:
    """Answers each key but `nobody` with itself, once it is let."""

    def __init__(self) -> None:
        self.asked: list[tuple[list[str], Columns]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.began = asyncio.Event()
        self.cancelled = False

    async def ask(self, keys: Sequence[str], columns: Columns) -> Mapping[str, str]:
        self.asked.append((list(keys), columns))
        self.began.set()
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        if "broken" in keys:
            raise ValueError("broken")
        return {key: key for key in keys if key != "nobody"}


async def test_one_tick_is_one_question() -> None:
    source, gathering = Source(), BatchLoader()
    loads = [("a", NAME), ("b", TAGS), ("a", TAGS), ("nobody", NAME)]
    found = await asyncio.gather(*(gathering.load("q", key, columns, source.ask) for key, columns in loads))
    assert found == ["a", "b", "a", None]
    assert source.asked == [(["a", "b", "nobody"], NAME | TAGS)]


async def test_nothing_is_remembered() -> None:
    source, gathering = Source(), BatchLoader()
    for _ in range(2):
        await gathering.load("q", "a", NAME, source.ask)
    assert len(source.asked) == 2


async def test_other_questions_are_asked_apart() -> None:
    source, gathering = Source(), BatchLoader()
    await asyncio.gather(*(gathering.load(question, "a", NAME, source.ask) for question in ("q", ("q", 1), ("q", 2))))
    assert len(source.asked) == 3


async def test_a_failure_is_everybodys() -> None:
    source, gathering = Source(), BatchLoader()
    loads = (gathering.load("q", key, NAME, source.ask) for key in ("a", "broken"))
    found = await asyncio.gather(*loads, return_exceptions=True)
    assert [str(error) for error in found] == ["broken", "broken"]
    assert await gathering.load("q", "a", NAME, source.ask) == "a"


async def test_who_gives_up_takes_nobody_along() -> None:
    source, gathering = Source(), BatchLoader()
    source.open.clear()
    first, second = (asyncio.create_task(gathering.load("q", key, NAME, source.ask)) for key in ("a", "b"))
    await source.began.wait()
    first.cancel()
    source.open.set()
    assert await second == "b"
    assert first.cancelled()


async def test_what_nobody_waits_for_is_not_asked_on() -> None:
    source, gathering = Source(), BatchLoader()
    source.open.clear()
    tasks = [asyncio.create_task(gathering.load("q", key, NAME, source.ask)) for key in ("a", "b")]
    await source.began.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)
    assert source.cancelled


async def test_a_question_given_up_before_it_was_asked_is_forgotten() -> None:
    source, gathering = Source(), BatchLoader()
    given_up = asyncio.create_task(gathering.load("q", "a", NAME, source.ask))
    asyncio.get_running_loop().call_soon(given_up.cancel)
    await asyncio.gather(given_up, return_exceptions=True)
    assert await gathering.load("q", "b", NAME, source.ask) == "b"
    assert source.asked[-1] == (["b"], NAME)
