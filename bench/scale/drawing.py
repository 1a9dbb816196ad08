"""The runs of an index of a given size: a year of them, in the order of their creation.

What is rare is so at each size: RARE runs have it, spread over the year. What is common is a share of all.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from runindex.domain import json_text
from runindex.domain.instants import SECOND, Micros
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.changes import Change, Former, RunChangeKind, former_of
from runindex.domain.runs.run import DatasetLink, Run, TargetType
from runindex.ports.maintenance import Restored

RARE: Final = 40
YEAR: Final = 365 * 86_400 * SECOND
CHUNK: Final = 2_000
# How many of 1,000 runs are in which state.
_STATES: Final = {
    RunStatus.COMPLETED: 860,
    RunStatus.FAILED: 80,
    RunStatus.CANCELLED: 30,
    RunStatus.ARCHIVED: 15,
    RunStatus.ACTIVE: 10,
    RunStatus.PAUSED: 5,
}
_MOODS: Final = ("nightly", "manual", "weekly", "release", "pull-request")
_TASKS: Final = ("build", "train", "evaluate", "deploy", "review agent", "import data", "load test")
_MODELS: Final = ("small", "medium", "large", "large-2")
# A tag of each kind has as many values: which one a run has follows from its number.
TAG_SIZES: Final = {"team": 7, "branch": 31, "suite": 101, "host": 499}
FAMILY: Final = 100


@dataclass(slots=True)
class Landmarks:
    """Ids that questions ask for: of runs all over the year, and of some that have children."""

    sample: list[str] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Drawing:
    """Draws `size` runs, the same ones each time but for their dates, and the changes behind `head` that made them."""

    size: int
    head: int = 0
    now: Micros = field(default_factory=lambda: time.time_ns() // 1000)
    landmarks: Landmarks = field(default_factory=Landmarks)
    _random: random.Random = field(default_factory=lambda: random.Random(13))
    _parent: str | None = None

    def chunks(self) -> Iterator[Restored]:
        """Yield all of them, CHUNK runs at a time."""
        rows = Restored()
        for number in range(self.size):
            changes = self._draw(number)
            rows.runs.append(changes[-1].run)
            rows.changes.extend(changes)
            if len(rows.runs) == CHUNK or number == self.size - 1:
                yield rows
                rows = Restored()

    def _draw(self, number: int) -> list[Change]:
        run = self._created(number)
        if number % max(1, self.size // RARE) == 0:
            self.landmarks.sample.append(run.id)
        if number % FAMILY == 0:
            self._parent = run.id
            self.landmarks.parents.append(run.id)
        changes = [self._change(RunChangeKind.CREATED, run, None)]
        ends = min(self.now, run.created_at + round(self._random.lognormvariate(5, 1) * SECOND))
        if number % 10 == 0:
            started = min(ends, run.created_at + self._random.randrange(20 * SECOND))
            run = replace(run, started_at=started, updated_at=started, version=run.version + 1)
            changes.append(self._change(RunChangeKind.STARTED, run, former_of(changes[-1].run)))
        for status in self._states():
            error = f"out of memory in step {number % 1_000}" if status is RunStatus.FAILED else None
            run = run.moved(status, ends, error)
            changes.append(self._change(RunChangeKind.STATUS, run, former_of(changes[-1].run)))
        return changes

    def _created(self, number: int) -> Run:
        created = self.now - YEAR + YEAR * number // self.size
        child = number % 10 == 3 and self._parent is not None
        return Run(
            id=self._id(created),
            incarnation=self.head + 1,
            created_at=created,
            updated_at=created,
            name=self._name(number),
            tags=self._tags(number),
            metadata=json_text.dumps(self._metadata(number)),
            parent_id=self._parent if child else None,
            dataset=DatasetLink("golden", YEAR, TargetType.AGENT, "helper", 20) if number % 50 == 7 else None,
        )

    def _change(self, kind: RunChangeKind, run: Run, former: Former | None) -> Change:
        self.head += 1
        return Change(self.head, kind, run, former)

    def _states(self) -> tuple[RunStatus, ...]:
        (status,) = self._random.choices(list(_STATES), list(_STATES.values()))
        if status is RunStatus.ACTIVE:
            return ()
        return (RunStatus.COMPLETED, status) if status is RunStatus.ARCHIVED else (status,)

    def _is_rare(self, number: int, place: int) -> bool:
        """Tell whether a run is one of those that have a rare thing; which ones follows from the thing's place."""
        step = self.size // RARE
        return number % step == place * step // 20

    def _id(self, created: Micros) -> str:
        """Return a UUID of version 7, as the index makes them."""
        drawn = self._random.getrandbits(74)
        low = 0x8 << 60 | drawn & (1 << 62) - 1
        text = f"{created // 1_000:012x}7{drawn >> 62:03x}{low:016x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def _name(self, number: int) -> str:
        words = [_MOODS[number % 5], _TASKS[number % 7], f"{number:07}"]
        return " ".join([*words, "quokka"] if self._is_rare(number, 3) else words)

    def _tags(self, number: int) -> tuple[str, ...]:
        tags = [f"{kind}:{number % size}" for kind, size in TAG_SIZES.items()]
        return (*tags, "rare" if self._is_rare(number, 5) else "old" if number < self.size // 10 else "usual")

    def _metadata(self, number: int) -> dict[str, Any]:
        metadata: dict[str, Any] = {
            "model": _MODELS[number % 4],
            "seed": number,
            "loss": round(self._random.random() + number / self.size, 9),
            "git": {"commit": f"{self._random.getrandbits(40):010x}", "dirty": number % 9 == 0},
        }
        if self._is_rare(number, 7):
            metadata["note"] = f"kept by hand, {number}"
        return metadata
