"""Freezes what the present code writes and answers: `python -m tests.frozen.make`.

The data are made once and kept: made anew, they would no longer tell what an earlier release wrote.
"""

import asyncio
import gzip
import json
import sqlite3
import subprocess
import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from runindex.domain.instants import SECOND
from tests.frozen import questions, story, streams, surface
from tests.frozen.ids import LOST
from tests.frozen.questions import Question
from tests.frozen.storages import (
    EXPORT,
    MOMENT,
    NAMES,
    POSTGRES,
    QUESTIONS,
    REPLIES,
    SDL,
    SQLITE,
    STREAMS,
    Api,
    environment_of,
    serving,
)
from tests.support.api import mutation_document
from tests.support.backends import BACKENDS
from tests.support.clock import START, StandingClock
from tests.support.data.maintenance import furnish
from tests.support.databases.postgres import BINARIES, postgres_server
from tests.support.databases.shared import migrate
from tests.support.drawn.record_mutations import NumberedIds

EPOCH: Final = uuid.UUID(int=0xF0F0, version=4)
MOST_PAGES: Final = 2


def main() -> None:
    """Freeze both storages, which must hold and answer the same."""
    clock = StandingClock()
    with tempfile.TemporaryDirectory() as name, postgres_server(fsync=False) as server:
        file, database = Path(name) / "index.sqlite3", server.url()
        frozen = _frozen("sqlite", str(file), clock)
        if _frozen("postgres", database, StandingClock()) != frozen:
            raise RuntimeError("the storages differ")
        _keep_sqlite(file)
        _keep_postgres(database)
    for path, content in frozen.items():
        path.write_bytes(content)
    MOMENT.write_text(json.dumps({"micros": clock.now()}) + "\n")
    SDL.write_text(surface.printed_schema(), encoding="utf-8")
    NAMES.write_text(json.dumps(asyncio.run(surface.names()), indent=1) + "\n", encoding="utf-8")


def _frozen(storage: str, place: str, clock: StandingClock) -> dict[Path, bytes]:
    """Fill a new storage and return what it answers and exports, by file."""
    _migrate(f"sqlite:///{place}" if storage == "sqlite" else place)
    answers = asyncio.run(_ask_all(storage, place, clock))
    with tempfile.TemporaryDirectory() as name:
        return answers | {EXPORT: surface.exported(environment_of(storage, place), Path(name))}


def _migrate(url: str) -> None:
    """Bring a new database up to date, so that the default run and the log's epoch are the same in each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time_ns", lambda: (START - 60 * SECOND) * 1000)
        patch.setattr(uuid, "uuid4", lambda: EPOCH)
        migrate(url)


async def _ask_all(storage: str, place: str, clock: StandingClock) -> dict[Path, bytes]:
    with NumberedIds().counting():
        async with BACKENDS[storage].open_store(place, clock) as store:
            await furnish(store, clock)
        async with serving(storage, place, clock) as api:
            told = await _tell(api, clock)
            clock.advance(5)
            return {
                REPLIES: await _replies(api, told),
                QUESTIONS: await _answers(api),
                STREAMS: await _streams(api),
            }


async def _tell(api: Api, clock: StandingClock) -> list[Question]:
    """Tell the story, each mutation under a key of its own and later than the last."""
    told: list[Question] = []

    async def tell(mutation: str, **fields: object) -> Any:  # noqa: ANN401 - an outcome
        clock.advance(0.25)
        fields["idempotencyKey"] = f"key-{len(told)}"
        told.append(Question(mutation, mutation_document(mutation), {"input": fields}))
        outcome = json.loads(await api.post(told[-1].document, told[-1].variables))["data"][mutation]
        if "code" in outcome:
            raise RuntimeError(f"{fields}: {outcome}")
        return outcome

    await story.tell_all(tell)
    return told


async def _replies(api: Api, told: list[Question]) -> bytes:
    """Send everything again, and once with another input."""
    lines = []
    for question in told:
        other = {"input": _another(question.variables["input"])}
        for name, variables in ((question.name, question.variables), (f"{question.name} otherwise", other)):
            lines.append(await _asked(api, Question(name, question.document, variables)))
            if '"replayed":true' not in lines[-1] and "otherwise" not in name and "NOT_FOUND" not in lines[-1]:
                raise RuntimeError(lines[-1])
    return _joined(lines)


def _another(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the input with the first thing that can be changed so that it stays well-formed."""
    changes: dict[str, Any] = {
        "id": LOST,
        "runId": LOST,
        "planId": LOST,
        "parentId": LOST,
        "runtimeId": "another",
        "runs": {"ids": [LOST]},
        "results": fields.get("results", [])[:-1],
        "name": "another",
        "queue": "another",
    }
    name = next(name for name in changes if name in fields)
    return fields | {name: changes[name]}


async def _answers(api: Api) -> bytes:
    lines = [await _asked(api, question) for question in questions.whole()]
    for question in questions.pages():
        lines += [line async for line in _pages(api, question, "first", "after", "endCursor")]
        if question.backwards:
            lines += [line async for line in _pages(api, question, "last", "before", "startCursor")]
    return _joined(lines)


async def _pages(api: Api, question: Question, size: str, place: str, end: str) -> AsyncIterator[str]:
    """Yield the pages from one end on, each with the cursor of the last."""
    cursor = None
    for number in range(1 + MOST_PAGES):
        variables = question.variables | {size: 1 + number, place: cursor}
        line = await _asked(api, Question(f"{question.name}, {place} {number}", question.document, variables))
        yield line
        page = json.loads(line)["answer"]["data"]
        for step in (*question.path, "pageInfo"):
            page = page[step]
        cursor = page[end]
        if not page["hasNextPage" if size == "first" else "hasPreviousPage"] or cursor is None:
            if number == 0:
                print("one page only:", question.name)
            break


async def _asked(api: Api, question: Question) -> str:
    """Return a question and its answer in one line, the answer as it was written."""
    answer = await api.post(question.document, question.variables)
    if '"errors"' in answer:
        raise RuntimeError(f"{question}: {answer}")
    asked = {"name": question.name, "document": question.document, "variables": question.variables}
    return f'{json.dumps(asked, ensure_ascii=False)[:-1]}, "answer": {answer}}}'


async def _streams(api: Api) -> bytes:
    """Read each stream from its start, and anew from behind its first items."""
    lines: list[str] = []
    start = json.loads(await api.post(streams.START, {}))["data"]["changes"]["pageInfo"]["endCursor"]
    for stream in streams.STREAMS:
        variables = stream.variables
        cursors = [start if stream.document == streams.CHANGES else None]
        for _ in range(3):
            items = await api.follow(stream.document, variables | {"after": cursors[-1]}, stream.count)
            asked = {"name": stream.name, "document": stream.document, "variables": variables | {"after": cursors[-1]}}
            lines.append(json.dumps(asked | {"answer": items}, ensure_ascii=False))
            cursors.append(items[0]["cursor"])
    return _joined(lines)


def _joined(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _keep_sqlite(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    SQLITE.write_bytes(gzip.compress(path.read_bytes(), mtime=0))


def _keep_postgres(url: str) -> None:
    """Keep a dump without what another version, or another run, would write otherwise."""
    command = [str(BINARIES / "pg_dump"), "--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=100", url]
    dump = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    left_out = ("--", "\\", "SET ", "SELECT pg_catalog.set_config(")
    # Texts hold empty lines, and more characters than one that end lines elsewhere.
    lines = [line for line in dump.split("\n") if not line.startswith(left_out)]
    POSTGRES.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
