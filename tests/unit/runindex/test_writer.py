"""Batches are bounded by what they write, not by how many asked for it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from persistence.memory.store import MemoryStore
from runindex.commands import AnyCommand
from runindex.ports.store import Applied
from runindex.writer import MAX_BATCH, Writer, open_writer
from tests.support.clock import StandingClock
from tests.support.commands import A, add_tags, create
from tests.support.records import append, delete_values, entry, put_all, record_all, value_of

A_CALL = 300


class Weighing(MemoryStore):
    """Notes what each batch weighs, and lets commands arrive meanwhile."""

    def __init__(self, clock: StandingClock) -> None:
        super().__init__(clock)
        self.weights: list[int] = []

    async def apply(self, batch: Sequence[AnyCommand]) -> Applied:
        self.weights.append(sum(command.weight for command in batch))
        await asyncio.sleep(0)
        return await super().apply(batch)


@asynccontextmanager
async def writing() -> AsyncIterator[tuple[Writer, Weighing]]:
    """Open a writer on a store that has a run."""
    store = Weighing(StandingClock())
    async with open_writer(store, lambda _: None) as writer:
        await writer.submit(create(A))
        yield writer, store


@pytest.mark.asyncio
async def test_what_is_recorded_in_many_calls_at_once_is_many_batches() -> None:
    calls = [record_all(*(entry(A, f"{call} {item}") for item in range(A_CALL))) for call in range(9)]
    async with writing() as (writer, store):
        await asyncio.gather(*map(writer.submit, calls), writer.submit(add_tags(A, "t")))
    assert sum(store.weights) == 1 + 9 * A_CALL + 1
    assert max(store.weights) < MAX_BATCH + A_CALL


@pytest.mark.asyncio
async def test_many_small_commands_are_one_batch() -> None:
    async with writing() as (writer, store):
        await asyncio.gather(*(writer.submit(add_tags(A, f"{number}")) for number in range(100)))
    assert store.weights in ([1, 1, 99], [1, 100])


@pytest.mark.parametrize(
    "command",
    [
        put_all(A, value_of("a"), value_of("b"), value_of("c")),
        delete_values(A, "a", "b", "c"),
        append(A, ("s", {}), ("s", {}), ("s", {})),
        record_all(entry(A, "a"), entry(A, "b"), entry(A, "c")),
    ],
    ids=["values", "deletions", "events", "results"],
)
def test_a_command_weighs_what_it_writes(command: AnyCommand) -> None:
    assert command.weight == 3
