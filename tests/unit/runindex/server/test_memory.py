"""The process gives memory back, and collects all garbage only where that is quick."""

import gc
from collections.abc import Iterator
from typing import Final

import pytest

from runindex.server import memory
from runindex.server.memory import (
    BEFORE_LONG,
    BEFORE_LOOK,
    COLLECTIONS,
    FEW_OBJECTS,
    GROWN,
    GROWTH,
    SECONDS_BEFORE_LOOK,
    TRIES,
    Memory,
)
from tests.support.api import until

MIB: Final = 1024 * 1024


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave the collector as it was."""
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


class Collector:
    """The collector of a process with so many objects."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, objects: int) -> None:
        self.since = 0
        self.full = 0
        self.objects = objects
        monkeypatch.setattr(gc, "get_count", lambda: (0, 0, self.since))
        monkeypatch.setattr(gc, "get_objects", lambda _: range(self.objects))
        monkeypatch.setattr(gc, "collect", self.collect)

    def collect(self, generation: int = 2) -> None:
        self.full += generation == 2
        self.since = 0


def test_few_objects_are_gone_through_whenever_it_is_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, collector = Memory(), Collector(monkeypatch, FEW_OBJECTS)
    for number in range(1, 4):
        for collector.since in range(BEFORE_LOOK):
            kept.collect()
        assert collector.full == number - 1
        collector.since = BEFORE_LOOK
        kept.collect()
        assert collector.full == number


def test_what_few_collections_have_left_is_found_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, collector = Memory(), Collector(monkeypatch, FEW_OBJECTS)
    for _ in range(3 * SECONDS_BEFORE_LOOK):
        kept.collect()
    assert collector.full == 0  # nothing was collected at all since
    collector.since = 1
    kept.collect()
    assert collector.full == 1
    for _ in range(SECONDS_BEFORE_LOOK - 1):
        collector.since = 1
        kept.collect()
    assert collector.full == 1
    kept.collect()
    assert collector.full == 2


def test_many_objects_are_gone_through_once_they_have_grown(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, collector = Memory(), Collector(monkeypatch, FEW_OBJECTS + 1)
    collector.since = BEFORE_LOOK
    kept.collect()
    assert collector.full == 1  # how many are no garbage was not known
    collector.objects = GROWN * (FEW_OBJECTS + 1) - 1
    for collector.since in range(BEFORE_LONG):
        kept.collect()
    assert collector.full == 1
    collector.objects += 1
    kept.collect()
    assert collector.full == 1  # it was looked just before
    collector.since += BEFORE_LOOK
    kept.collect()
    assert collector.full == 2


def test_many_objects_are_gone_through_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, collector = Memory(), Collector(monkeypatch, FEW_OBJECTS + 1)
    collector.since = BEFORE_LOOK
    kept.collect()
    for collector.since in range(BEFORE_LONG):
        kept.collect()
    assert collector.full == 1
    collector.since = BEFORE_LONG
    kept.collect()
    assert collector.full == 2


def test_the_collector_leaves_what_exists_and_makes_no_full_collection() -> None:
    Memory().settle()
    assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == COLLECTIONS


class Libc:
    """A C library that counts how often memory is given back."""

    trims = 0

    def malloc_trim(self, pad: int) -> None:
        self.trims += 1 + pad


@pytest.mark.asyncio
async def test_memory_is_given_back_once_the_process_has_grown(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, libc, held = Memory(), Libc(), 100 * MIB
    monkeypatch.setattr(kept, "_libc", libc)
    monkeypatch.setattr(memory, "_resident", lambda: held)
    kept.give_back()
    assert libc.trims == 0
    held += GROWTH
    for number in range(1, TRIES + 1):
        kept.give_back()
        await until(lambda number=number: libc.trims == number)  # type: ignore[misc]
    kept.give_back()  # what is still held is in use
    assert libc.trims == TRIES


def test_nothing_is_done_with_another_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_glibc", lambda: None)
    Memory().give_back()
