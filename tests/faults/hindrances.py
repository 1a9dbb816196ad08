"""Hindrances to writers: slow and failing commits, and transactions that lock, write and roll back."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Final

import asyncpg

from tests.support.paths import ROOT

# Deferred, so that it strikes while the commit is in progress, when all numbers are given out; the sleep on `runs`
# strikes before that, between the locks on the runs and the log.
DAWDLE: Final = """
    CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF random() < 0.1 THEN
            PERFORM pg_sleep(random() * 0.02);
        END IF;
        RETURN NULL;
    END $$;
    CREATE FUNCTION falter() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF random() < 0.2 THEN
            PERFORM pg_sleep(random() * 0.02);
        END IF;
        IF random() < 0.02 THEN
            RAISE EXCEPTION 'the commit falters';
        ELSIF random() < 0.02 THEN
            RAISE EXCEPTION 'the commit falters' USING ERRCODE = 'serialization_failure';
        END IF;
        RETURN NULL;
    END $$;
"""
ON_RUNS: Final = "CREATE TRIGGER dawdle AFTER UPDATE ON runs FOR EACH STATEMENT EXECUTE FUNCTION dawdle()"
ON_LOG: Final = """
    CREATE CONSTRAINT TRIGGER falter AFTER INSERT ON {table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION falter()
"""
LOCK: Final = """
    SELECT id FROM runs WHERE id IN (SELECT id FROM runs ORDER BY random() LIMIT 3) ORDER BY id FOR UPDATE
"""
WRITE: Final = """
    INSERT INTO changes
    SELECT (jsonb_populate_record(entry, jsonb_build_object('seq', $1::bigint, 'incarnation', -entry.seq))).*
    FROM changes entry ORDER BY seq DESC LIMIT 1
"""


@asynccontextmanager
async def faltering_commits(url: str, table: str = "changes") -> AsyncIterator[None]:
    """Delay commits to a table at random, and let some fail."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(DAWDLE)
        await connection.execute(ON_LOG.format(table=table))
        if table == "changes":
            await connection.execute(ON_RUNS)
        yield
        await connection.execute("DROP FUNCTION dawdle CASCADE; DROP FUNCTION falter CASCADE")
    finally:
        await connection.close()


@asynccontextmanager
async def rollbacks(url: str, count: int) -> AsyncIterator[None]:
    """Let so many connections lock random runs, write to the log half of the time, and roll back."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_roll_back(url, Random(place))) for place in range(count)]
        yield
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _roll_back(url: str, random: Random) -> None:
    connection = await asyncpg.connect(url)
    try:
        while True:
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute(LOCK)
            await asyncio.sleep(random.uniform(0, 0.03))
            if random.random() < 0.5:
                seq = await connection.fetchval("UPDATE feed_head SET n = n + 1 RETURNING n")
                await connection.execute(WRITE, seq)
            await asyncio.sleep(random.uniform(0, 0.005))
            await transaction.rollback()
            await asyncio.sleep(random.uniform(0, 0.05))
    finally:
        await connection.close()


@contextmanager
def file_locked_at_times(path: Path) -> Iterator[None]:
    """Let another process take SQLite's write lock for random times, write, and roll back."""
    command = [sys.executable, "-m", "tests.faults.locker", str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE) as process:
        yield
        process.communicate(timeout=30)
        assert process.returncode == 0
