"""Whatever is done and asked, in whatever order: each storage does and answers as the memory store does."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from types import ModuleType
from typing import TypeVar, cast

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from persistence.memory.store import MemoryStore
from runindex.commands import AnyCommand
from runindex.commands.outcomes import Outcome
from runindex.domain.ids import DEFAULT_RUN
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.filters import EVERYTHING, UNARCHIVED
from runindex.ports.maintenance import Storage
from runindex.ports.queries import RunGroupKey
from runindex.ports.store import Store
from tests.support import records
from tests.support.backends import Opener
from tests.support.clock import START, StandingClock
from tests.support.commands import create, delete, move
from tests.support.drawn.effort import tries
from tests.support.drawn.mutations import IDS, batches
from tests.support.drawn.questions import Question, questions
from tests.support.drawn.record_mutations import JOBS, PLANS, NumberedIds, record_batches
from tests.support.drawn.record_questions import RecordQuestion, all_records, record_questions
from tests.support.stores import get, listed, log_of

T = TypeVar("T")


class Agreement(RuleBasedStateMachine):
    """Drives a storage and the memory store side by side; what with is said by those that inherit."""

    def __init__(self, open_store: Opener) -> None:
        super().__init__()
        self.clock = StandingClock()
        self.runner = asyncio.Runner()
        self.opened = AsyncExitStack()
        self.checked = 0  # entries of the log that were compared
        self.size = 1
        self.ids = NumberedIds()
        self.store = self.run(self.opened.enter_async_context(open_store(self.clock)))
        # The default run is as old as the storage; the model's must be no younger.
        self.clock.instant = self.run(get(self.store, DEFAULT_RUN)).created_at
        self.model: Store = self.run(self.opened.enter_async_context(MemoryStore.open(self.clock)))
        self.clock.instant = START

    def run(self, work: Awaitable[T]) -> T:
        # Many thousand times: the runner itself would each time take hold of Ctrl-C and let go of it.
        return self.runner.get_loop().run_until_complete(work)

    def both(self, ask: Callable[[Store], Awaitable[T]]) -> T:
        """Ask both stores, hold the answers equal and return one."""
        expected, found = self.run(ask(self.model)), self.run(ask(self.store))
        assert found == expected
        return found

    def send(self, batch: list[AnyCommand]) -> list[AnyCommand]:
        """Apply a batch to both stores and return it."""

        async def ask(store: Store) -> tuple[list[Outcome], dict[ModuleType, int]]:
            with self.ids.counting() as made:
                head = (await store.log_state()).head
                applied = await store.apply(batch)
                assert list(applied.changes) == await log_of(store, after=head)
            faults = [outcome for outcome in applied.outcomes if isinstance(outcome, Exception)]
            assert not faults
            return [outcome for outcome in applied.outcomes if not isinstance(outcome, Exception)], made

        _, self.ids.made = self.both(ask)
        return batch

    @invariant()
    def the_runs_are_the_same(self) -> None:
        runs = self.both(listed)
        self.size = len(runs)
        assert self.both(lambda store: store.count_runs(EVERYTHING)) == len(runs)
        assert self.both(lambda store: store.count_runs(UNARCHIVED)) == len(self.both(lambda s: listed(s, UNARCHIVED)))
        self.both(lambda store: Question("group_runs", (EVERYTHING, RunGroupKey.STATUS, None)).ask(store))
        self.both(lambda store: Question("group_runs", (EVERYTHING, RunGroupKey.TAG, None)).ask(store))
        self.both(lambda store: Question("list_tags", ("", 100)).ask(store))

    @invariant()
    def the_log_goes_on_the_same(self) -> None:
        entries = self.both(lambda store: log_of(store, after=self.checked))
        self.checked += len(entries)
        for store in (self.model, self.store):
            state = self.run(store.log_state())
            assert (state.head, state.floor) == (self.checked, 0)

    def teardown(self) -> None:
        try:
            self.run(self.opened.aclose())
        finally:
            self.runner.close()


class RunAgreement(Agreement):
    """Drives them with what is done to runs, and asks all that can be asked of runs."""

    sent: Bundle[list[AnyCommand]] = Bundle("sent")

    @rule(target=sent, batch=batches())
    def apply(self, batch: list[AnyCommand]) -> list[AnyCommand]:
        return self.send(batch)

    @rule(batch=sent)
    def apply_again(self, batch: list[AnyCommand]) -> None:
        self.send(batch)

    @initialize(ids=st.permutations(IDS), status=st.sampled_from(RunStatus))
    def begin(self, ids: list[str], status: RunStatus) -> None:
        self.grow(ids, status)

    @precondition(lambda self: self.size < 4)
    @rule(ids=st.permutations(IDS), status=st.sampled_from(RunStatus))
    def grow(self, ids: list[str], status: RunStatus) -> None:
        """Make a chain of runs, so that there is something to speak of, and take its middle out."""
        first, second, third, fourth = ids[:4]
        self.send([create(first), create(second, parent_id=first), create(third, parent_id=second, tags=("a", "b"))])
        self.send([move(third, status), create(fourth, parent_id=third), delete(second)])

    @rule(seconds=st.sampled_from((0.000001, 1, 1, 5, 30, -2)))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule(asked=st.lists(questions(), min_size=3, max_size=9))
    def ask(self, asked: list[Question]) -> None:
        for question in asked:
            self.both(question.ask)


class RecordAgreement(Agreement):
    """Drives them with all that runs carry, and asks for it."""

    sent: Bundle[list[AnyCommand]] = Bundle("sent")

    @initialize()
    def begin(self) -> None:
        self.send([*map(create, IDS[:3]), *(records.plan() for _ in PLANS), *(records.enqueue() for _ in JOBS[:3])])
        self.send([move(IDS[2], RunStatus.PAUSED), records.claim(2, lease=1)])

    @rule(target=sent, batch=record_batches())
    def record(self, batch: list[AnyCommand]) -> list[AnyCommand]:
        return self.send(batch)

    @rule(batch=sent)
    def record_again(self, batch: list[AnyCommand]) -> None:
        self.send(batch)

    @rule(seconds=st.sampled_from((0.000001, 1, 5, -2)))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule(limit=st.integers(1, 9))
    def sweep(self, limit: int) -> None:
        for store in (self.model, self.store):
            self.run(cast("Storage", store).sweep(limit))

    @rule(asked=st.lists(record_questions(), min_size=3, max_size=9))
    def ask(self, asked: list[RecordQuestion]) -> None:
        owners = [run.incarnation for run in self.both(listed)]
        for question in asked:
            self.both(partial(question.ask, owners))

    @invariant()
    def the_records_are_the_same(self) -> None:
        self.both(all_records)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("machine", "examples"), [(RunAgreement, 30), (RecordAgreement, 30)], ids=["runs", "records"])
def test_a_storage_agrees_with_the_memory_store(open_store: Opener, machine: type[Agreement], examples: int) -> None:
    class Machine(machine):  # type: ignore[valid-type, misc]  # either of the two
        def __init__(self) -> None:
            super().__init__(open_store)

    run_state_machine_as_test(Machine, settings=tries(examples))
