"""Operations on all storages side by side: each answers what the others do."""

import asyncio
import functools
import json
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from runindex.index import open_index
from tests.fuzz.callers import Caller
from tests.fuzz.documents import Request, draw
from tests.fuzz.verdicts import FLEETING, FoundError, Value, codes
from tests.support.api import application
from tests.support.backends import BACKENDS
from tests.support.clock import START, StandingClock
from tests.support.databases.postgres import psql
from tests.support.databases.shared import SharedPostgres, migrate
from tests.support.drawn.record_mutations import NumberedIds

LONGEST: Final = 400  # operations of a session
# Of migrated storages the default run is as old as they are, and in memory as old as the clock's beginning.
BORN: Final = (
    f"UPDATE runs SET created_at = {START}, updated_at = {START}",  # noqa: S608 - a number
    f"UPDATE changes SET created_at = {START}, updated_at = {START}",  # noqa: S608 - a number
)


@dataclass(slots=True)
class Session:
    """The same history on all storages, from empty ones on."""

    callers: list[Caller]
    clock: StandingClock
    ids: NumberedIds = field(default_factory=NumberedIds)
    counts: Counter[str] = field(default_factory=Counter)

    async def execute(self, request: Request) -> None:
        """Execute an operation on each storage; raise FoundError when answers differ."""
        self.clock.advance()
        answers, made = [], dict(self.ids.made)
        for caller in self.callers:
            with self.ids.counting() as counts:
                answers.append(await caller.answer(request))
                made = dict(counts)
        self.ids.made = made
        self._note(answers)

    def _note(self, answers: list[tuple[int, Value]]) -> None:
        status, answer = answers[0]
        kind = "data" if answer and answer.get("data") else "refused"
        self.counts[f"{status} {kind}"] += 1
        if any(set(codes(each or {})) & FLEETING for _, each in answers):
            self.counts["fleeting"] += 1
            raise FleetingError
        for caller, other in zip(self.callers[1:], answers[1:], strict=True):
            if not are_equal(answers[0], other):
                raise FoundError(f"{self.callers[0].name} and {caller.name} differ:\n{difference(answers[0], other)}")


class FleetingError(Exception):
    """A storage was too slow, and may have another history from here on."""


def are_equal(one: tuple[int, Value], other: tuple[int, Value]) -> bool:
    """Tell whether two answers are equal.

    Of several fields that fail, the first to do so decides the answer: fields of one are not asked in any order.
    """
    if one == other:
        return True
    (status, answer), (other_status, other_answer) = one, other
    if status != other_status or not (answer and other_answer) or answer.get("data") != other_answer.get("data"):
        return False
    failed, other_failed = (
        {json.dumps(error.get("path")): error for error in each.get("errors") or ()} for each in (answer, other_answer)
    )
    # Nor are errors listed in any order.
    common = failed.keys() & other_failed.keys()
    return bool(failed and other_failed) and all(other_failed[path] == failed[path] for path in common)


def difference(one: Value, other: Value, path: str = "") -> str:
    """Return the first difference of two values."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return next((difference(one[key], other[key], f"{path}.{key}") for key in one if one[key] != other[key]), "")
    if isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return next((difference(a, b, f"{path}[{place}]") for place, (a, b) in pairs if a != b), "")
    return f"at {path}: {str(one)[:600]}\n  and {str(other)[:600]}"


@asynccontextmanager
async def opened() -> AsyncIterator[Session]:
    """Open empty storages and an application on each."""
    clock = StandingClock()
    async with AsyncExitStack() as stack:
        callers = []
        for name, backend in BACKENDS.items():
            place = stack.enter_context(new_place(name))
            store = await stack.enter_async_context(backend.open_store(place, clock))
            feed = await stack.enter_async_context(BACKENDS["memory"].open_feed(place))
            index = await stack.enter_async_context(open_index(store, feed))
            callers.append(Caller(name, index, application(index)))
        session = Session(callers, clock)
        before = len(asyncio.all_tasks())
        yield session
        await asyncio.sleep(0)
        if len(asyncio.all_tasks()) > before or any(caller.index.tailer.watches for caller in callers):
            raise FoundError(f"left behind: {asyncio.all_tasks()}")


@contextmanager
def new_place(name: str) -> Iterator[str]:
    """Give a place for a storage."""
    if name == "postgres":
        with SharedPostgres.inherit().emptied_database() as url:
            for statement in BORN:
                psql(url, statement)
            yield url
        return
    with tempfile.TemporaryDirectory() as directory:
        yield str(shutil.copyfile(_template(), Path(directory, "runs.db"))) if name == "sqlite" else ""


@functools.cache
def _template() -> Path:
    path = Path(tempfile.mkdtemp(prefix="runindex-fuzz-"), "runs.db")
    migrate(f"sqlite:///{path}")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in BORN:
            connection.execute(statement)
    return path


async def replay(requests: Iterable[Request]) -> None:
    """Execute operations one after the other in a session of their own."""
    async with opened() as session:
        for request in requests:
            await session.execute(request)


async def play(seed: str, operations: int, found: Path) -> Counter[str]:
    """Draw so many operations and execute them, in sessions; write what is found to a folder. Return the counts."""
    counts: Counter[str] = Counter()
    number = 0
    while counts["operations"] < operations:
        name = f"{seed}:{number}"
        number += 1
        length = min(LONGEST, operations - counts["operations"])
        requests: list[Request] = []
        error: FoundError | FleetingError | None = None
        async with opened() as session:
            try:
                await _play_one(session, Random(name), length, requests)
            except (FoundError, FleetingError) as raised:  # stores are to be closed in order first
                error = raised
        if isinstance(error, FoundError):
            print(f"FOUND in session {name}, operation {len(requests)}: {error}", flush=True)
            counts["found"] += 1
            keep(found, f"operations-{name.replace(':', '-')}", requests)
        counts += session.counts
        counts["operations"] += len(requests)
        if number % 5 == 0:
            print(dict(counts), flush=True)
    return counts


async def _play_one(session: Session, random: Random, length: int, requests: list[Request]) -> None:
    for _ in range(length):
        requests.append(draw(random))
        await session.execute(requests[-1])


def keep(folder: Path, name: str, requests: list[Request]) -> None:
    """Write operations to a file."""
    folder.mkdir(parents=True, exist_ok=True)
    bodies = [request.body() for request in requests]
    (folder / f"{name}.json").write_text(json.dumps(bodies, indent=1))


def kept(path: Path) -> list[Request]:
    """Read operations from a file."""
    bodies = json.loads(path.read_text())
    return [Request(body["query"], body["variables"], body.get("extensions")) for body in bodies]
