"""The index after all writers have ended: its log, from the table and from the API, its lists and its counts."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

import asyncpg

from tests.faults.doors import HttpDoor
from tests.faults.history import Entry, Overview

Row: TypeAlias = tuple[Any, ...]

ROWS: Final = """
    SELECT seq, run_id, version, kind, status, tags, former_status, former_tags, reason FROM changes ORDER BY seq
"""
CHANGES: Final = """
    query($after: String) {
      changes(first: 500, after: $after) {
        nodes { cursor runId version kind status tags fromStatus reason }
        pageInfo { hasNextPage endCursor }
      }
    }
"""
RUNS: Final = """
    query($after: String) {
      runs(filter: {includeArchived: true}, first: 500, after: $after) {
        nodes { id version status tags }
        pageInfo { hasNextPage endCursor }
      }
    }
"""
COUNTS: Final = """
    {
      all: runCount(filter: {includeArchived: true})
      listed: runCount
      byStatus: runCounts(groupBy: STATUS) { key count }
      tags(first: 500) { tag count }
    }
"""


class Storage(Protocol):
    """The storage that the servers of a test share."""

    @property
    def environment(self) -> Mapping[str, str]:
        """Return the settings of a server on it."""
        ...

    async def rows(self) -> Sequence[Row]:
        """Return the log's table, in the columns of ROWS."""
        ...


@dataclass(frozen=True, slots=True)
class SqliteStorage:
    """An SQLite file."""

    path: Path

    @property
    def environment(self) -> Mapping[str, str]:
        return {"STORAGE_BACKEND": "sqlite", "SQLITE_PATH": str(self.path)}

    async def rows(self) -> Sequence[Row]:
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(ROWS).fetchall()


@dataclass(frozen=True, slots=True)
class PostgresStorage:
    """A Postgres database."""

    url: str

    @property
    def environment(self) -> Mapping[str, str]:
        return {"STORAGE_BACKEND": "postgres", "POSTGRESQL_URL": self.url}

    async def rows(self) -> Sequence[Row]:
        connection = await asyncpg.connect(self.url)
        try:
            return [tuple(row.values()) for row in await connection.fetch(ROWS)]
        finally:
            await connection.close()


async def read_log(storage: Storage, door: HttpDoor) -> list[Entry]:
    """Return the table's log with the API's cursors; the API must show the same as the table."""
    told = await _walk(door, CHANGES, "changes")
    entries = []
    for row, node in zip(await storage.rows(), told, strict=True):
        seq, run_id, version, kind, status, tags, former_status, former_tags, reason = row
        former = None if former_tags is None or kind != "TAGS" else tuple(json.loads(former_tags))
        entry = Entry(
            seq, node["cursor"], run_id, version, kind, status, tuple(json.loads(tags)), former_status, former, reason
        )
        entries.append(entry)
        assert node == {
            "cursor": entry.cursor,
            "runId": entry.run_id,
            "version": entry.version,
            "kind": entry.kind,
            "status": entry.status,
            "tags": list(entry.tags),
            "fromStatus": entry.former_status,
            "reason": entry.reason,
        }
    return entries


async def read_overview(door: HttpDoor) -> Overview:
    """Return the lists and counts of the API."""
    runs = await _walk(door, RUNS, "runs")
    counts = await door.execute(COUNTS)
    return Overview(
        runs={run["id"]: (run["version"], run["status"], tuple(run["tags"])) for run in runs},
        run_count=counts["all"],
        listed_count=counts["listed"],
        by_status={group["key"]: group["count"] for group in counts["byStatus"]},
        by_tag={tag["tag"]: tag["count"] for tag in counts["tags"]},
    )


async def _walk(door: HttpDoor, document: str, name: str) -> list[dict[str, Any]]:
    """Return all nodes of a connection, page by page."""
    nodes: list[dict[str, Any]] = []
    after = None
    while True:
        page = (await door.execute(document, {"after": after}))[name]
        nodes += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes
        after = page["pageInfo"]["endCursor"]
