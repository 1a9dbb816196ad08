"""Processes with clocks of their own share a file, and the file's clock."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio

from persistence.sqlite import clock as file_clock
from persistence.sqlite.store import SqliteStore
from runindex.commands.outcomes import JobSaved, JobsClaimed
from runindex.domain.instants import SECOND, Micros
from runindex.domain.lifecycle import RunStatus
from runindex.ports.clock import Reading
from tests.support.commands import A, B, create, move
from tests.support.data.maintenance import faults
from tests.support.records import claim, enqueue, gained
from tests.support.stores import get, history_of, made

pytestmark = pytest.mark.asyncio

HOUR = 3600 * SECOND
BEGUN = Reading(4_102_747_200 * SECOND, "this start", 500 * SECOND)
SHIFTS = (-HOUR, -70 * SECOND, 70 * SECOND, HOUR)


@dataclass(slots=True)
class Machine:
    """A machine, and by how much the clock of the process that is about to write is off."""

    reading: Reading = BEGUN
    shift: Micros = 0

    def read(self) -> Reading:
        return replace(self.reading, instant=self.reading.instant + self.shift)

    def run(self, seconds: float) -> None:
        passed = round(seconds * SECOND)
        self.reading = Reading(self.reading.instant + passed, self.reading.boot, self.reading.uptime + passed)

    def restart(self) -> None:
        self.reading = Reading(self.reading.instant, "another start", 3 * SECOND)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(file_clock, "read_machine", machine.read)
    return machine


@pytest_asyncio.fixture
async def files(machine: Machine, sqlite_path: Path) -> AsyncIterator[tuple[SqliteStore, SqliteStore]]:
    """Open a file twice, as two processes do."""
    del machine  # which both read
    async with AsyncExitStack() as stack:
        yield (
            await stack.enter_async_context(SqliteStore.open(sqlite_path)),
            await stack.enter_async_context(SqliteStore.open(sqlite_path)),
        )


@pytest.mark.parametrize("shift", SHIFTS)
async def test_a_lease_holds_at_a_process_whose_clock_is_off(
    files: tuple[SqliteStore, SqliteStore], machine: Machine, shift: Micros
) -> None:
    here, there = files
    job = (await gained(here, enqueue(max_attempts=9), JobSaved)).job
    (held,) = (await gained(here, claim(lease=60), JobsClaimed)).jobs
    assert held.id == job.id
    for place in range(59):
        machine.shift = shift if place % 2 else 0
        machine.run(1)
        assert not (await gained(there, claim(lease=60), JobsClaimed)).jobs
    machine.run(8)  # clocks that pull back make it slower, not faster
    assert (await gained(there, claim(lease=60), JobsClaimed)).jobs


@pytest.mark.parametrize("shift", SHIFTS)
async def test_instants_do_not_fall_while_the_clock_is_set(
    files: tuple[SqliteStore, SqliteStore], machine: Machine, shift: Micros
) -> None:
    here, there = files
    await made(here, create(A))
    for _ in range(5):
        for store, own in ((here, 0), (there, shift)):
            machine.shift = own
            machine.run(0.3)
            await made(store, move(A, RunStatus.PAUSED), move(A, RunStatus.ACTIVE))
    instants = [entry.run.updated_at for entry in await history_of(here, A)]
    assert instants == sorted(instants)
    assert await faults(here) == []


async def test_a_lease_of_another_time_does_not_hold_the_clock_back(
    files: tuple[SqliteStore, SqliteStore], machine: Machine
) -> None:
    store, _ = files
    await gained(store, enqueue(max_attempts=9), JobSaved)
    assert (await gained(store, claim(lease=2), JobsClaimed)).jobs
    machine.restart()
    machine.shift = -10 * 365 * 24 * HOUR  # a machine that starts without a battery for its clock
    await made(store, create(A))
    machine.shift = 0
    machine.run(4)
    assert (await made(store, create(B))).created_at == machine.read().instant
    assert (await gained(store, claim(lease=2), JobsClaimed)).jobs


async def test_a_file_follows_a_clock_that_was_set_forward_as_soon_as_no_lease_is_held(
    files: tuple[SqliteStore, SqliteStore], machine: Machine
) -> None:
    store, _ = files
    begun = (await made(store, create(A))).created_at
    await gained(store, enqueue(max_attempts=1), JobSaved)
    (held,) = (await gained(store, claim(lease=60), JobsClaimed)).jobs
    machine.shift = HOUR
    machine.run(30)
    run = await made(store, create(B))
    assert begun + 30 * SECOND <= run.created_at < (held.lease_expires_at or 0)
    machine.run(31)
    assert (await made(store, create())).created_at == machine.read().instant == await store.now()


async def test_a_clock_that_was_set_back_over_a_restart_makes_no_instant_fall(
    files: tuple[SqliteStore, SqliteStore], machine: Machine
) -> None:
    store, _ = files
    before = await made(store, create(A))
    machine.restart()
    machine.shift = -HOUR
    after = await made(store, move(A, RunStatus.COMPLETED))
    assert (after.updated_at, after.finished_at) == (before.created_at, before.created_at)
    assert (await made(store, create(B))).created_at == machine.read().instant
    assert await get(store, A) == after
    assert await faults(store) == []
