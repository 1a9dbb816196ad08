"""How not to do it: a log numbered by a sequence in plain transactions, and a reader who asks for `seq > last`.

A transaction that commits late lands behind the reader's cursor. This is here to show that the harness notices.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

import asyncpg

from tests.faults.history import DEFAULT_RUN, Answer, Bookmark, Entry, Reading, Request, Verdict
from tests.faults.subscribers import Watch

TABLE: Final = "naive_changes"
CREATE: Final = f"""
    CREATE TABLE {TABLE} (seq bigserial PRIMARY KEY, run_id text, version int, reason text UNIQUE);
    INSERT INTO {TABLE} (run_id, version) VALUES ('{DEFAULT_RUN}', 1);
"""  # noqa: S608 - these are our own names, here and below
INSERT: Final = f"INSERT INTO {TABLE} (run_id, version, reason) VALUES ($1, $2, $3) RETURNING seq"  # noqa: S608
SELECT: Final = f"SELECT seq, run_id, version, reason FROM {TABLE} WHERE seq > $1 ORDER BY seq"  # noqa: S608
START: Final = 1


@dataclass(frozen=True, slots=True)
class NaiveDoor:
    """Writes each request in a transaction of its own. It knows creations, and one move to PAUSED."""

    pool: asyncpg.Pool

    async def send(self, request: Request) -> Answer:
        version = 1 if request.mutation == "createRun" else 2
        try:
            async with self.pool.acquire() as connection, connection.transaction():
                seq = await connection.fetchval(INSERT, request.run_id, version, request.reason)
        except asyncpg.UniqueViolationError:
            return Answer(Verdict.REFUSED, "NotFound")
        except asyncpg.PostgresError:
            return Answer(Verdict.UNWRITTEN, "aborted")
        return Answer(Verdict.ACKNOWLEDGED, "", version, str(seq))

    async def read(self, run_id: str, known: int) -> Reading | None:
        del run_id, known
        return None


@dataclass(frozen=True, slots=True)
class NaiveSubscriber:
    """Reads the entries behind the last number that it saw."""

    watch: Watch
    pool: asyncpg.Pool

    async def run(self) -> None:
        await self.watch.add(Bookmark(str(START)))
        last = START
        while True:
            for entry in await naive_log(self.pool, last):
                seen = self.watch.recording.view.look(entry)
                assert seen is not None
                await self.watch.add(seen)
                last = entry.seq
            await asyncio.sleep(0.001)


async def naive_log(pool: asyncpg.Pool, after: int) -> list[Entry]:
    """Return the table's entries behind a number."""
    return [
        Entry(
            seq=seq,
            cursor=str(seq),
            run_id=run_id,
            version=version,
            kind="CREATED" if version == 1 else "STATUS",
            status="ACTIVE" if version == 1 else "PAUSED",
            tags=(),
            former_status=None if version == 1 else "ACTIVE",
            former_tags=None,
            reason=reason,
        )
        for seq, run_id, version, reason in await pool.fetch(SELECT, after)
    ]
