"""Readiness asks the storage at most once in a while, and waits for it only so long."""

import asyncio
import time
from typing import Any, cast

import pytest

from runindex.domain.errors import UnavailableError
from runindex.ports.store import Store
from runindex.server import health
from runindex.server.health import Health
from runindex.writer import Writer

pytestmark = pytest.mark.asyncio


class Storage:
    """A storage that answers as a test says."""

    def __init__(self, answer: Any = None) -> None:  # noqa: ANN401 - an error, an event or nothing
        self.asked = 0
        self.answer = answer
        self.is_away = False
        self.is_full = False

    async def write_nothing(self) -> None:
        if self.is_full:
            raise UnavailableError("it is full")

    async def ping(self) -> None:
        if self.is_away:
            raise UnavailableError("it is away")

    async def check_writable(self) -> None:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.answer is not None:
            await self.answer.wait()


def health_of(storage: Storage) -> Health:
    return Health(cast("Store", storage), Writer(cast("Store", storage), lambda _: None))


async def test_many_questions_are_one_probe() -> None:
    storage = Storage(asyncio.Event())
    well = health_of(storage)
    asking = [asyncio.create_task(well.is_well()) for _ in range(50)]
    await asyncio.sleep(0)
    storage.answer.set()
    assert await asyncio.gather(*asking) == [True] * 50
    assert storage.asked == 1


async def test_a_storage_that_fails_is_not_well_until_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "BELIEVED_SECONDS", 0)
    storage = Storage()
    well = health_of(storage)
    for answer, is_well in (
        (None, True),
        (UnavailableError("x"), False),
        (None, True),
        (ValueError("a bug"), False),
        (None, True),
    ):
        storage.answer = answer
        assert await well.is_well() is is_well


async def test_a_storage_that_is_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PROBE_SECONDS", 0.05)
    assert not await health_of(Storage(asyncio.Event())).is_well()


async def test_a_question_that_is_given_up_ends_no_other() -> None:
    storage = Storage(asyncio.Event())
    well = health_of(storage)
    given_up, other = asyncio.create_task(well.is_well()), asyncio.create_task(well.is_well())
    await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.sleep(0)
    storage.answer.set()
    assert await other


async def test_a_storage_that_was_read_only_from_the_start_is_well_while_it_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "BELIEVED_SECONDS", 0)
    storage = Storage(UnavailableError("read-only"))
    well = health_of(storage)
    assert await well.is_well()
    storage.is_away = True
    assert not await well.is_well()
    storage.answer = None
    assert await well.is_well()
    storage.answer, storage.is_away = UnavailableError("read-only"), False
    assert not await well.is_well()


async def test_a_storage_that_takes_no_batch_is_not_well_although_a_probe_succeeds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "BELIEVED_SECONDS", 0)
    storage = Storage()
    writer = Writer(cast("Store", storage), lambda _: None)
    well = Health(cast("Store", storage), writer)
    writer.failed_at = time.monotonic()
    assert not await well.is_well(), "it failed within the last second"
    storage.is_full = True
    writer.failed_at = time.monotonic() - 5
    assert not await well.is_well(), "nothing can be written still"
    storage.is_full = False
    assert await well.is_well()
    assert writer.failed_at is None
