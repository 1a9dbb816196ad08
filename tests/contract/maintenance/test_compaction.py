import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast

import pytest

from persistence.memory.feed import MemoryFeed
from runindex.commands.outcomes import RunDeleted
from runindex.domain.errors import CursorExpiredError
from runindex.domain.records.events import Event
from runindex.domain.records.run_data import Value, ValueVersion
from runindex.domain.records.runtimes import Receipt
from runindex.domain.runs.changes import Change, RunChangeKind
from runindex.domain.runs.filters import RunFilter
from runindex.domain.runs.retention import KEEP_ALL, Removable, Retention, keep_duration, keep_latest
from runindex.maintenance import compaction
from runindex.maintenance.compaction import Compacted, compact, preview
from runindex.ports.maintenance import Removal, Storage
from runindex.ports.store import ChangeQuery
from runindex.streams.change_filter import MatchedChange
from runindex.streams.changes import LogBatch, follow
from runindex.streams.cursors import log_cursor, read_log_cursor
from runindex.streams.tailer import LogTailer
from runindex.streams.watches import MOST_KEPT
from tests.support.clock import StandingClock
from tests.support.commands import A, B, C, create, delete, rename, retain
from tests.support.data.maintenance import by_run, faults, furnish
from tests.support.records import append, apply_receipt, commit, done, gained, listed_of, put, totals_of
from tests.support.stores import apply, get, history_of, log_of, made

pytestmark = pytest.mark.asyncio

PATIENCE = 30
POLICIES = (
    keep_latest(1),
    keep_latest(2),
    keep_latest(4),
    keep_latest(100),
    keep_duration(1),
    keep_duration(25),
    keep_duration(35),
    keep_duration(1000),
)


async def live(storage: Storage, clock: StandingClock, run: str, policy: Retention, steps: int = 5) -> None:
    """Give a run a history of each kind, ten seconds from entry to entry."""
    await done(storage, create(run, retention=policy))
    for number in range(steps):
        clock.advance(10)
        await done(
            storage,
            rename(run, f"{number}"),
            append(run, ("s", {"n": number}), ("t", {"n": number})),
            put(run, "every", number),
            *([put(run, "once", number)] if number == 1 else []),
            commit("one", run),
            apply_receipt("two", run, 100 + number),
        )


def versions(entries: list[ValueVersion]) -> list[tuple[str, int]]:
    return [(entry.key_name, entry.version) for entry in entries]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: f"{policy.kind}-{policy.value}")
async def test_what_is_previewed_is_what_goes(storage: Storage, clock: StandingClock, policy: Retention) -> None:
    await live(storage, clock, A, policy)
    await live(storage, clock, B, KEEP_ALL)
    now = clock.now()
    expected = await by_run(preview(storage, now))
    asked = await storage.count_removable([A, B], now)
    assert expected == {run: removable for run, removable in asked.items() if removable}
    assert await by_run(compact(storage, now)) == expected
    assert await by_run(preview(storage, now)) == await by_run(compact(storage, now)) == {}
    assert await faults(storage) == []
    assert len(await history_of(storage, B)) == 7


async def test_the_newest_of_each_history_stay(storage: Storage, clock: StandingClock) -> None:
    await live(storage, clock, A, keep_latest(2))
    before, value = await get(storage, A), await listed_of(storage, A, Value)
    assert await by_run(compact(storage, clock.now())) == {
        A: Removable(changes=5, events=8, receipts=8, value_versions=3)
    }
    assert [entry.run.version for entry in await history_of(storage, A)] == [6, 7]
    assert [event.sequence for event in await listed_of(storage, A, Event)] == [8, 9]
    receipts = {(receipt.runtime_id, receipt.sequence) for receipt in await listed_of(storage, A, Receipt)}
    assert receipts == {("one", 4), ("two", 104)}
    assert versions(await listed_of(storage, A, ValueVersion)) == [("every", 4), ("every", 5), ("once", 1)]
    assert (await get(storage, A), await listed_of(storage, A, Value)) == (before, value)


async def test_what_is_young_stays(storage: Storage, clock: StandingClock) -> None:
    await live(storage, clock, A, keep_duration(15))
    assert await by_run(compact(storage, clock.now())) == {
        A: Removable(changes=5, events=6, receipts=6, value_versions=3)
    }
    clock.advance(1000)
    # However old, the newest entry of the log and the present values stay.
    assert await by_run(compact(storage, clock.now())) == {
        A: Removable(changes=1, events=4, receipts=4, value_versions=1)
    }
    assert [entry.run.version for entry in await history_of(storage, A)] == [7]
    assert await listed_of(storage, A, Event) == []
    assert await listed_of(storage, A, Receipt) == []
    assert versions(await listed_of(storage, A, ValueVersion)) == [("every", 5), ("once", 1)]
    assert await faults(storage) == []


async def test_only_the_oldest_part_goes_when_the_clock_jumps(storage: Storage, clock: StandingClock) -> None:
    await live(storage, clock, A, keep_duration(100), steps=2)
    clock.advance(500)
    await live(storage, clock, B, KEEP_ALL, steps=0)
    await done(storage, rename(A, "young"), append(A, ("s", {})), put(A, "every"))
    clock.advance(-490)
    await done(storage, rename(A, "old again"), append(A, ("s", {})), put(A, "every"), put(A, "every"))
    clock.advance(500)
    expected = {A: Removable(changes=4, events=4, receipts=4, value_versions=2)}
    assert await by_run(preview(storage, clock.now())) == expected
    assert await by_run(compact(storage, clock.now())) == expected
    assert await faults(storage) == []


async def test_sequences_and_chains_go_on(storage: Storage, clock: StandingClock) -> None:
    await live(storage, clock, A, keep_latest(1))
    await by_run(compact(storage, clock.now()))
    await done(storage, append(A, ("s", {})), put(A, "every"), commit("one", A), commit("two", A), rename(A, "on"))
    assert [event.sequence for event in await listed_of(storage, A, Event)] == [9, 10]
    assert versions(await listed_of(storage, A, ValueVersion)) == [("every", 5), ("every", 6), ("once", 1)]
    receipts = {(receipt.runtime_id, receipt.sequence) for receipt in await listed_of(storage, A, Receipt)}
    assert receipts >= {("one", 5), ("two", 105)}
    assert await faults(storage) == []


async def test_counts_speak_of_what_is_left(storage: Storage, clock: StandingClock) -> None:
    await live(storage, clock, A, keep_latest(3))
    await by_run(compact(storage, clock.now()))
    totals = await totals_of(storage, A)
    assert (totals.receipt_count, totals.event_seq - totals.event_floor) == (3, 3)
    deletion = await gained(storage, delete(A), RunDeleted)
    assert (deletion.receipts, deletion.events, deletion.values) == (3, 3, 2)


async def test_the_log_of_runs_that_are_gone_stays(storage: Storage, clock: StandingClock) -> None:
    await live(storage, clock, A, keep_latest(1), steps=2)
    await live(storage, clock, B, keep_latest(1), steps=2)
    await done(storage, delete(A), delete(B), create(A, retention=keep_latest(1)), rename(A, "x"))
    clock.advance(1000)
    log = await log_of(storage)
    assert await by_run(compact(storage, clock.now())) == {A: Removable(changes=1)}
    gone = [entry.seq for entry in log if entry not in await log_of(storage)]
    assert gone == [log[-2].seq]
    assert await faults(storage) == []


async def test_cursors_before_what_was_removed_expire(storage: Storage, clock: StandingClock) -> None:
    await live(storage, clock, A, keep_latest(2))
    await live(storage, clock, B, keep_duration(1000))
    before = await storage.log_state()
    await by_run(compact(storage, clock.now()))
    state = await storage.log_state()
    newest_of_a = (await history_of(storage, A))[-1].seq
    assert (state.head, state.epoch, state.floor) == (before.head, before.epoch, newest_of_a - 2)
    assert read_log_cursor(log_cursor(state.epoch, state.floor), state) == state.floor
    for position in (0, 1, state.floor - 1):
        with pytest.raises(CursorExpiredError):
            read_log_cursor(log_cursor(state.epoch, position), state)
    await by_run(compact(storage, clock.now()))
    assert await storage.log_state() == state


async def test_the_floor_never_sinks(storage: Storage, clock: StandingClock) -> None:
    await live(storage, clock, A, KEEP_ALL, steps=3)
    await live(storage, clock, B, keep_latest(1), steps=3)
    await by_run(compact(storage, clock.now()))
    floor = (await storage.log_state()).floor
    await done(storage, retain(A, keep_latest(1)))
    assert await by_run(compact(storage, clock.now()))
    assert (await storage.log_state()).floor == floor
    assert await faults(storage) == []


async def test_states_before_what_was_removed_are_unknown(storage: Storage, clock: StandingClock) -> None:
    start = clock.now()
    await live(storage, clock, A, keep_latest(2))
    await by_run(compact(storage, clock.now()))
    first = (await history_of(storage, A))[0]
    assert await storage.find_as_of([A], start) == {}
    assert await storage.find_as_of([A], first.run.updated_at - 1) == {}
    assert await storage.find_as_of([A], first.run.updated_at) == {A: first}


async def test_who_breaks_off_may_begin_again(
    storage: Storage, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "CHUNK", 3)
    monkeypatch.setattr(compaction, "ENTRIES", 2)
    monkeypatch.setattr(compaction, "PAUSE", 0)
    for run in (A, B, C):
        await live(storage, clock, run, keep_latest(1))
    expected = await by_run(preview(storage, clock.now()))
    total = Removable()
    for chunks in range(1, 40):
        killed = _Killed(storage, chunks)
        try:
            await by_run(compact(cast("Storage", killed), clock.now()))
        except KeyboardInterrupt:
            assert await faults(storage) == []
        total += killed.removed
    assert total == sum(expected.values(), Removable())
    assert await by_run(preview(storage, clock.now())) == {}
    assert await faults(storage) == []


class _Killed:
    """A storage that is broken off after some removals."""

    def __init__(self, storage: Storage, chunks: int) -> None:
        self._storage = storage
        self._chunks = chunks
        self.removed = Removable()

    def __getattr__(self, name: str) -> object:
        return getattr(self._storage, name)

    async def remove(self, removal: Removal) -> Removable:
        if not self._chunks:
            raise KeyboardInterrupt
        self._chunks -= 1
        removed = await self._storage.remove(removal)
        self.removed += removed
        return removed


@pytest.mark.parametrize(("quick", "largest"), [(0.0, 16), (1000.0, 64)])
async def test_much_goes_at_once_only_while_that_is_quick(
    storage: Storage, clock: StandingClock, monkeypatch: pytest.MonkeyPatch, quick: float, largest: int
) -> None:
    monkeypatch.setattr(compaction, "QUICK", quick)
    await done(storage, create(A, retention=keep_latest(1)), append(A, *(("s", {"n": n}) for n in range(130))))
    watched = _Watched(storage)
    assert await by_run(compact(cast("Storage", watched), clock.now())) == {A: Removable(events=129)}
    assert (watched.events[0], max(watched.events)) == (16, largest)
    assert await faults(storage) == []


class _Watched:
    """A storage that keeps how many events each removal takes."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.events: list[int] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._storage, name)

    async def remove(self, removal: Removal) -> Removable:
        removed = await self._storage.remove(removal)
        self.events.append(removed.events)
        return removed


async def test_two_at_once_remove_everything_once(
    storage: Storage, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "CHUNK", 3)
    await live(storage, clock, A, keep_latest(1))
    await live(storage, clock, B, keep_duration(5))
    expected = await by_run(preview(storage, clock.now()))
    both = await asyncio.gather(*(by_run(compact(storage, clock.now())) for _ in range(2)))
    # Whoever finds the other at work may leave some for later, but not one more goes than is to go.
    both.append(await by_run(compact(storage, clock.now())))
    for run in (A, B):
        assert sum((removed.get(run, Removable()) for removed in both), Removable()) == expected[run]
    assert await faults(storage) == []


async def test_nothing_goes_of_a_run_that_is_no_longer_what_it_was(storage: Storage, clock: StandingClock) -> None:
    await live(storage, clock, A, keep_latest(1))
    run, log = await get(storage, A), await log_of(storage)
    first = [entry.seq for entry in await history_of(storage, A)][:1]
    removal = Removal(A, run.incarnation, run.retention, changes=first)
    await made(storage, retain(A, KEEP_ALL))
    assert await storage.remove(removal) == Removable()
    await done(storage, delete(A))
    assert await storage.remove(removal) == Removable()
    await done(storage, create(A, retention=keep_latest(1)))
    assert await storage.remove(removal) == Removable()
    assert (await log_of(storage))[: len(log)] == log
    assert (await storage.log_state()).floor == 0


async def test_everything_may_have_a_policy(storage: Storage, clock: StandingClock) -> None:
    await furnish(storage, clock)
    for run in (A, B, C):
        await done(storage, retain(run, keep_latest(1)))
    assert (await by_run(compact(storage, clock.now()))).keys() == {A, B, C}
    assert await faults(storage) == []


async def test_a_reader_that_was_overtaken_is_told_so(storage: Storage, clock: StandingClock) -> None:
    await live(storage, clock, A, keep_latest(1), steps=3)
    state = await storage.log_state()
    async with LogTailer(storage, MemoryFeed(), ring_size=2).running() as tailer:
        reader = follow(tailer, None, log_cursor(state.epoch, 0))
        async with aclosing(reader):
            assert (await anext(reader)).position == 0
            await by_run(compact(storage, clock.now()))
            with pytest.raises(CursorExpiredError):
                await anext(reader)


async def test_a_tail_that_was_overtaken_does_not_pretend(storage: Storage, clock: StandingClock) -> None:
    held = _Held(storage)
    async with LogTailer(cast("Storage", held), MemoryFeed()).running() as tailer:
        reader = follow(tailer, None, None)
        async with aclosing(reader):
            await anext(reader)
            # Written and compacted before the tailer has read anything of it.
            await live(storage, clock, A, keep_latest(1), steps=2)
            await by_run(compact(storage, clock.now()))
            held.may_read.set()
            with pytest.raises(CursorExpiredError):
                await anext(reader)


class _Held:
    """A storage whose log is not read before it may be."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.may_read = asyncio.Event()

    def __getattr__(self, name: str) -> object:
        return getattr(self._storage, name)

    async def list_changes(self, query: ChangeQuery) -> list[Change]:
        await self.may_read.wait()
        return await self._storage.list_changes(query)


async def test_a_reader_that_has_read_it_all_goes_on(storage: Storage, clock: StandingClock) -> None:
    feed = MemoryFeed()
    async with LogTailer(storage, feed).running() as tailer:
        reader = follow(tailer, None, None)
        async with aclosing(reader):
            await anext(reader)
            await live(storage, clock, A, keep_latest(1), steps=2)
            feed.wake()
            seen: list[RunChangeKind] = []
            while len(seen) < 4:
                seen += [one.change.kind for one in (await anext(reader)).matched]
            await by_run(compact(storage, clock.now()))
            await done(storage, rename(A, "last"))
            feed.wake()
            assert [one.change.run.name for one in (await anext(reader)).matched] == ["last"]
            assert seen[0] is RunChangeKind.CREATED


async def test_a_quiet_reader_is_told_of_nothing_that_it_would_not_have_seen(
    storage: Storage, clock: StandingClock
) -> None:
    await done(storage, create(B))
    feed, number = MemoryFeed(), MOST_KEPT + 1
    async with LogTailer(storage, feed, ring_size=2).running() as tailer:
        quiet, other = follow(tailer, RunFilter(ids=(B,)), None), follow(tailer, None, None)
        async with aclosing(quiet), aclosing(other), asyncio.timeout(PATIENCE):
            await anext(quiet)
            await anext(other)
            await live(storage, clock, A, keep_latest(1), steps=2)
            feed.wake()
            await read_up_to(storage, other)
            assert await by_run(compact(storage, clock.now()))
            # More than is held for a reader, and than is in the ring.
            await apply(storage, *(rename(B, f"{place}") for place in range(number)))
            feed.wake()
            await read_up_to(storage, other)
            assert tailer.ring.end == (await storage.log_state()).head
            seen = await read_up_to(storage, quiet)
            assert [one.change.run.name for one in seen] == [f"{place}" for place in range(number)]


async def read_up_to(storage: Storage, reader: AsyncGenerator[LogBatch, None]) -> list[MatchedChange]:
    """Read up to the end of the log and return what was seen."""
    head, seen = (await storage.log_state()).head, list[MatchedChange]()
    async for batch in reader:
        seen += batch.matched
        if batch.position >= head:
            break
    return seen


async def test_a_run_without_more_than_its_policy_keeps_is_not_named(storage: Storage, clock: StandingClock) -> None:
    await done(storage, create(A, retention=keep_latest(1)))
    assert [one async for one in preview(storage, clock.now())] == []
    assert [one async for one in compact(storage, clock.now())] == []
    await done(storage, rename(A, "x"))
    assert [one async for one in compact(storage, clock.now())] == [Compacted(A, Removable(changes=1))]
