"""The process gives memory back, and collects all garbage only where that is quick."""

import gc
from collections.abc import Iterator
from typing import Final

import pytest

from runindex.server import memory
from runindex.server.memory import (
    BEFORE_FULL,
    BEFORE_LONG,
    COLLECTIONS,
    FEW_OBJECTS,
    GROWTH,
    MOST_OBJECTS,
    SECONDS_BEFORE_FULL,
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


def test_few_objects_are_gone_through_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, collector = Memory(), Collector(monkeypatch, MOST_OBJECTS)
    for collector.since in range(BEFORE_FULL):
        kept.collect()
    assert collector.full == 0
    collector.since = BEFORE_FULL
    kept.collect()
    assert collector.full == 1


def test_many_objects_are_gone_through_in_the_end_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, collector = Memory(), Collector(monkeypatch, MOST_OBJECTS + 1)
    for collector.since in range(BEFORE_LONG):
        kept.collect()
    assert collector.full == 0
    collector.since = BEFORE_LONG
    kept.collect()
    assert collector.full == 1


def test_many_objects_that_become_few_are_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, collector = Memory(), Collector(monkeypatch, MOST_OBJECTS + 1)
    collector.since = BEFORE_FULL
    kept.collect()
    collector.objects, collector.since = 1, 2 * BEFORE_FULL
    kept.collect()
    assert collector.full == 1


def test_what_few_collections_have_left_is_found_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, collector = Memory(), Collector(monkeypatch, FEW_OBJECTS)
    for _ in range(3 * SECONDS_BEFORE_FULL):
        kept.collect()
    assert collector.full == 0  # nothing was collected at all since
    collector.since = 1
    kept.collect()
    assert collector.full == 1
    for _ in range(SECONDS_BEFORE_FULL - 1):
        collector.since = 1
        kept.collect()
    assert collector.full == 1
    kept.collect()
    assert collector.full == 2


def test_in_time_is_not_when_there_is_much_to_go_through(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, collector = Memory(), Collector(monkeypatch, FEW_OBJECTS + 1)
    collector.since = 1
    for _ in range(3 * SECONDS_BEFORE_FULL):
        kept.collect()
    assert collector.full == 0
    collector.since = BEFORE_FULL
    kept.collect()
    assert collector.full == 1


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
