"""Print an export of a believable month of runs, so that there is something to look at.

    make demo-data                                          # into the storage that `make serve` uses
    python examples/demo_data.py 500 | runindex import -    # 500 runs, into the storage of the environment

The runs are tests, trainings, evaluations and agents with their steps. Each is made by the index itself, in memory,
with a clock that goes through the last 30 days; what is printed is what such an index exports.
"""

import asyncio
import random
import sys
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from persistence.memory.store import MemoryStore
from runindex.commands import AnyCommand, AppendEvents, CreateRun, PutValues, RecordResult, StartRun, TransitionRun
from runindex.commands.run_data import EventEntry, ValueEntry
from runindex.domain.instants import SECOND, Micros, parse_instant
from runindex.domain.lifecycle import RunStatus
from runindex.domain.records.results import Score
from runindex.domain.runs.filters import RunFilter
from runindex.domain.runs.run import DatasetLink, TargetType
from runindex.maintenance.transfer.export import export_lines

RUNS: Final = int(sys.argv[1]) if len(sys.argv) > 1 else 4_000
DAYS: Final = 30
DAY: Final = 86_400
ERRORS: Final = (
    "CUDA out of memory: tried to allocate 2.14 GiB\n  File train.py, line 212, in step",
    "AssertionError: expected 200, got 503\n  tests/api/test_orders.py:88",
    "TimeoutError: the tool `search` did not answer within 30 s",
    "worker lost: no heartbeat for 60 s",
)
VERSION: Final = parse_instant("2026-01-01T00:00:00Z")
Step = tuple[Micros, AnyCommand]


@dataclass(slots=True)
class MovedClock:
    """Tells the instant that it was set to."""

    instant: Micros

    def now(self) -> Micros:
        """Return the instant."""
        return self.instant


@dataclass(frozen=True, slots=True)
class Month:
    """Draws runs; equal seeds draw equal ones, for the same present."""

    draw: random.Random
    now: Micros

    def steps(self) -> Iterator[Step]:
        """Yield what happened, not in order."""
        made = 0
        while made < RUNS:
            begin = self.now - round(self._age() * SECOND)
            story = self.draw.choices((self._tests, self._training, self._evaluation, self._agent), (4, 2, 2, 3))[0]
            steps = list(story(begin))
            made += sum(isinstance(command, CreateRun) for _, command in steps)
            yield from (step for step in steps if step[0] <= self.now)

    def _age(self) -> float:
        """Return how many seconds ago a run began: by day more than by night, on some days more than on others."""
        day, hour = self.draw.triangular(0, DAYS, 0), self.draw.gauss(0, 3) % 24
        return max(1.0, min(DAYS * DAY, int(day) * DAY + hour * 3_600 + self.draw.random() * 600))

    def _id(self) -> str:
        return str(UUID(int=self.draw.getrandbits(128), version=4))

    def _tests(self, begin: Micros) -> Iterator[Step]:
        branch = self.draw.choice(("main", "main", "main", "feature/search", "fix/timeouts"))
        seconds = self.draw.lognormvariate(5.2, 0.5)
        tags = ("ci", f"branch:{branch}")
        metadata = {"commit": f"{self.draw.getrandbits(28):07x}", "python": self.draw.choice(("3.11", "3.13"))}
        link = DatasetLink("test-suite", VERSION, TargetType.WORKFLOW, "backend", 40)
        run = self._id()
        yield begin, CreateRun(id=run, name=f"tests on {branch}", tags=tags, metadata=metadata, dataset=link)
        failed = yield from self._results(run, begin, seconds, [f"tests/test_{n % 8}.py::case_{n}" for n in range(40)])
        yield self._end(run, begin + round(seconds * SECOND), f"{failed} of 40 tests failed" if failed else None)

    def _evaluation(self, begin: Micros) -> Iterator[Step]:
        model, dataset = self.draw.choice(("small", "large", "large-2")), self.draw.choice(("questions", "golden/set"))
        seconds = self.draw.lognormvariate(4.6, 0.6)
        link = DatasetLink(dataset, VERSION, TargetType.AGENT, f"triage-{model}", 20)
        metadata = {"model": {"name": model, "temperature": self.draw.choice((0, 0.2, 0.7))}}
        run = self._id()
        name = f"evaluate {model} on {dataset}"
        yield begin, CreateRun(id=run, name=name, tags=("evaluation",), metadata=metadata, dataset=link)
        yield from self._results(run, begin, seconds, [f"question-{n:02}" for n in range(20)])
        yield self._end(run, begin + round(seconds * SECOND), None)

    def _results(self, run: str, begin: Micros, seconds: float, items: list[str]) -> Generator[Step, None, int]:
        """Yield the results of items, one after the other; some items fail now and then. Return how many failed."""
        failed = 0
        for number, item in enumerate(items):
            start = begin + round(seconds * SECOND * number / len(items))
            latency = self.draw.lognormvariate(5.5, 0.8)
            end = start + round(latency * 1_000)
            fails = self.draw.random() < (0.2 if number % 13 == 4 else 0.004)
            failed += fails
            quality = self.draw.betavariate(8, 2)
            yield (
                end,
                RecordResult(
                    run_id=run,
                    item_id=item,
                    latency=round(latency, 1),
                    started_at=start,
                    completed_at=end,
                    input={"case": number},
                    output=None if fails else {"answer": number * 7 + (quality < 0.6), "steps": ["look", "answer"]},
                    expected_output={"answer": number * 7, "steps": ["look", "answer"]},
                    error=self.draw.choice(ERRORS) if fails else None,
                    scores=(Score("exact", float(quality >= 0.6 and not fails)), Score("style", round(quality, 3))),
                ),
            )
        return failed

    def _training(self, begin: Micros) -> Iterator[Step]:
        seconds, rate = self.draw.lognormvariate(8.3, 0.7), 10 ** self.draw.uniform(-5, -2)
        metadata = {"model": {"name": "resnet-50"}, "optimizer": {"name": "adamw", "lr": rate}, "seed": self._seed()}
        run, every = self._id(), round(seconds * SECOND / 20)
        yield begin, CreateRun(id=run, name="train resnet-50", tags=("gpu", "team:vision"), metadata=metadata)
        yield begin + SECOND, StartRun(id=run)
        breaks = self.draw.random() < 0.18
        last = self.draw.randrange(2, 18) if breaks else 20
        for epoch in range(last):
            loss = 2.3 * 0.85**epoch + self.draw.random() * 0.1
            event = EventEntry(stream="metrics", payload={"epoch": epoch, "loss": round(loss, 4)})
            yield begin + every * (epoch + 1) - 1, AppendEvents(run_id=run, events=(event,))
            entry = ValueEntry(key="checkpoint", value={"epoch": epoch, "loss": round(loss, 4)})
            yield begin + every * (epoch + 1) - 1, PutValues(run_id=run, entries=(entry,))
        yield self._end(run, begin + every * last + SECOND, ERRORS[0] if breaks else None)

    def _agent(self, begin: Micros) -> Iterator[Step]:
        task = self.draw.choice(("triage an issue", "answer a customer", "update a dependency"))
        run, at = self._id(), begin
        yield begin, CreateRun(id=run, name=f"agent: {task}", tags=("agent",), metadata={"task": task})
        yield begin, StartRun(id=run)
        error = None
        for step in self.draw.choices(("plan", "search", "read", "edit", "test", "reply"), k=self.draw.randint(2, 6)):
            child, seconds = self._id(), self.draw.lognormvariate(2, 0.8)
            yield at, CreateRun(id=child, name=step, tags=("step",), parent_id=run)
            yield at, StartRun(id=child)
            at += round(seconds * SECOND)
            error = ERRORS[2] if self.draw.random() < 0.05 else None
            yield self._end(child, at, error)
            if error:
                break
        yield self._end(run, at + SECOND, error)

    def _seed(self) -> int:
        return self.draw.randrange(10_000)

    def _end(self, run: str, at: Micros, error: str | None) -> Step:
        if error is not None:
            return at, TransitionRun(id=run, to=RunStatus.FAILED, error=error)
        to = RunStatus.CANCELLED if self.draw.random() < 0.03 else RunStatus.COMPLETED
        return at, TransitionRun(id=run, to=to)


async def main() -> None:
    """Live through the month, and print what is there in the end."""
    now = time.time_ns() // 1_000
    steps = sorted(Month(random.Random(11), now).steps(), key=lambda step: step[0])
    clock = MovedClock(now - (DAYS + 1) * DAY * SECOND)
    store = MemoryStore(clock)
    for at, command in steps:
        clock.instant = at
        await store.apply([command.checked()])
    async for line in export_lines(store, RunFilter(include_archived=True, not_=RunFilter(ids=("default",)))):
        sys.stdout.buffer.write(line)


if __name__ == "__main__":
    asyncio.run(main())
