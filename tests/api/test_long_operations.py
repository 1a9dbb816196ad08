"""Operations that take long: they end in time, let others go first, and ask no more questions for that."""

import asyncio
from math import inf
from typing import Final

import pytest

from resolvers.execution.bounds import turns
from resolvers.execution.context import StreamTimings
from tests.support.api import Api

pytestmark = pytest.mark.asyncio

TREE: Final = """{ runs(first: 30) { nodes { id tags parent { id name } root { id }
    children(first: 5) { nodes { id parent { id children(first: 2) { nodes { id } } } } } } } }"""
FAMILIES: Final = 5


async def families(api: Api) -> None:
    """Make parents with children, which have children."""
    for _ in range(FAMILIES):
        parent = await api.run(tags=["a", "b"])
        for _ in range(2):
            child = await api.run(parentId=parent)
            await api.run(parentId=child)


class TestWithoutTime:
    """Every operation is over its time."""

    @pytest.fixture
    def timings(self) -> StreamTimings:
        """Give operations no time."""
        return StreamTimings(operation=1e-9)

    @pytest.mark.parametrize("document", [TREE, "{ lifecycle { status } }", "{ __schema { types { name } } }"])
    async def test_an_operation_ends_though_it_waits_for_nothing(self, api: Api, document: str) -> None:
        answer = await api.send(document)
        assert answer["data"] is None
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["TIMEOUT"]


async def test_an_operation_in_parts_is_answered_the_same_by_the_same_questions(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await families(api)
    api.store.asked.clear()
    monkeypatch.setattr(turns, "SLICE", inf)  # however long the machine takes
    whole, asked = await api.ask(TREE), sorted(api.store.methods)
    api.store.asked.clear()
    monkeypatch.setattr(turns, "SLICE", -1.0)
    assert await api.ask(TREE) == whole
    assert sorted(api.store.methods) == asked


async def test_others_are_served_between_the_parts(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    await families(api)
    monkeypatch.setattr(turns, "SLICE", -1.0)
    served = 0
    long = asyncio.create_task(api.ask(TREE))
    while not long.done():
        await api.ask("{ __typename }")  # which waits for nothing
        await asyncio.sleep(0)
        served += 1
    assert await long
    assert served > FAMILIES


async def test_one_of_several_that_ends_leaves_the_others(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    await families(api)
    whole = await api.ask(TREE)
    monkeypatch.setattr(turns, "SLICE", -1.0)
    tasks = [asyncio.create_task(api.ask(TREE)) for _ in range(4)]
    for _ in range(20):
        await asyncio.sleep(0)
    tasks[1].cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(answers[1], asyncio.CancelledError)
    assert [answer for answer in answers if answer == whole] == [whole] * 3
