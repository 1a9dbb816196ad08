"""Verification finds what is wrong in a database, whatever it is."""

# ruff: noqa: S608 - what is planted is ours

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Final, TypeAlias

import asyncpg
import pytest
import pytest_asyncio

from persistence.postgres.store import PostgresStore
from persistence.sqlite.store import SqliteStore
from runindex.ports.maintenance import Storage
from tests.support.clock import StandingClock
from tests.support.commands import A, B, C
from tests.support.data.maintenance import faults, follow_up, furnish

pytestmark = pytest.mark.asyncio

Plant: TypeAlias = Callable[[str], Awaitable[None]]
OF_A: Final = f"(SELECT incarnation FROM runs WHERE id = '{A}')"
OF_B: Final = f"(SELECT incarnation FROM runs WHERE id = '{B}')"
GONE: Final = "99999"

PLANTS: Final = {
    "a count of results one too high": (
        f"UPDATE totals SET result_count = result_count + 1 WHERE owner = {OF_A}",
        f"run {A}: result_count is 4 instead of 3",
    ),
    "a count of items": (f"UPDATE totals SET item_count = 9 WHERE owner = {OF_A}", "item_count is 9 instead of 2"),
    "a count of succeeded items": (
        f"UPDATE totals SET succeeded = 0 WHERE owner = {OF_A}",
        "succeeded is 0 instead of 1",
    ),
    "a count of failed items": (f"UPDATE totals SET failed = 2 WHERE owner = {OF_A}", "failed is 2 instead of 1"),
    "a count of values": (f"UPDATE totals SET value_count = 3 WHERE owner = {OF_A}", "value_count is 3 instead of 1"),
    "a count of cells": (f"UPDATE totals SET cell_count = 0 WHERE owner = {OF_A}", "cell_count is 0 instead of 1"),
    "a count of documents": (
        f"UPDATE totals SET document_count = 1 WHERE owner = {OF_A}",
        "document_count is 1 instead of 2",
    ),
    "a count of receipts": (
        f"UPDATE totals SET receipt_count = 5 WHERE owner = {OF_A}",
        "receipt_count is 5 instead of 4",
    ),
    "a sequence of results": (
        f"UPDATE totals SET result_seq = 4 WHERE owner = {OF_A}",
        "its next result would be number 4",
    ),
    "a count by status": (
        "UPDATE status_counts SET n = n - 1 WHERE status = 'FAILED'",
        "count of FAILED runs: 0 instead of 1",
    ),
    "a count by tag": ("UPDATE tag_counts SET n = 7 WHERE tag = 'a'", "count of the tag 'a': 7 instead of 2"),
    "a missing count by tag": ("DELETE FROM tag_counts WHERE tag = 'ü'", "count of the tag 'ü': 0 instead of 1"),
    "a count of a tag that none has": (
        "INSERT INTO tag_counts VALUES ('b', 2)",
        "count of the tag 'b': 2 instead of 0",
    ),
    "the last count by tag": ("INSERT INTO tag_counts VALUES ('🛷', 2)", "count of the tag '🛷': 2 instead of 0"),
    "a tag that is not found": ("DELETE FROM run_tags WHERE tag = 'late'", f"run {B}: not found by its tag 'late'"),
    "a tag that it has not": (
        f"INSERT INTO run_tags SELECT 'x', created_at, id FROM runs WHERE id = '{A}'",
        f"run {A}: found by the tag 'x', which it has not",
    ),
    "a tag of nobody": (
        "INSERT INTO run_tags VALUES ('x', 1, '00000000-0000-0000-0000-0000000000ff')",
        "tag 'x' of run 00000000-0000-0000-0000-0000000000ff, which does not exist",
    ),
    "a default view that is gone": (
        "DELETE FROM views WHERE id = (SELECT view_id FROM default_views)",
        ", which does not exist",
    ),
    "a view's columns": (
        "UPDATE views SET run_columns = '{}' WHERE name = 'kept'",
        "its filter, its order or its columns cannot be read",
    ),
    "a view's filter": (
        "UPDATE views SET run_filter = '[1' WHERE name = 'kept'",
        "its filter, its order or its columns cannot be read",
    ),
    "a view that changed before it was made": (
        "UPDATE views SET updated_at = 1 WHERE name = 'kept'",
        "updated_at is before created_at",
    ),
    "an orphan result": (
        f"UPDATE results SET owner = {GONE} WHERE owner = {OF_A} AND generation = 1 AND item_id = 'ïtem'",
        f"1 results of owner {GONE}, which is no run's",
    ),
    "an orphan event": (f"UPDATE events SET owner = {GONE} WHERE owner = {OF_A}", f"4 events of owner {GONE}"),
    "an orphan receipt": (
        f"UPDATE receipts SET owner = {GONE} WHERE owner = {OF_A} AND runtime_id = 'agent'",
        f"2 receipts of owner {GONE}",
    ),
    "orphan totals": (
        f"INSERT INTO totals SELECT {GONE}, '{A}', 0, 0, 1, 0, 0, 0, 0, '', 0, '', 0, 0, 0, 0, NULL",
        f"totals of owner {GONE}, which run {A} is not",
    ),
    "what nobody will sweep": ("DELETE FROM remains WHERE generation = -1", "which is no run's"),
    "results of a generation that nobody will sweep": (
        "DELETE FROM remains WHERE generation = 0",
        f"run {A}: 3 rows of results that were deleted, and are not marked as such",
    ),
    "a run that will be swept": (
        f"INSERT INTO remains VALUES ({OF_A}, -1)",
        f"run {A}: it exists, and what it has is marked as deleted",
    ),
    "a result that says it is of another run": (
        f"UPDATE results SET run_id = '{B}' WHERE owner = {OF_A} AND generation = 1 AND item_id = 'item-1'",
        f"run {A}: result 1 of item 'item-1': says that its run is '{B}'",
    ),
    "a receipt that says it is of another run": (
        f"UPDATE receipts SET run_id = '{B}' WHERE owner = {OF_A} AND sequence = 5",
        f"run {A}: receipt 5 of runtime 'other': says that its run is '{B}'",
    ),
    "an item counted wrongly": (
        f"UPDATE items SET attempts = 1 WHERE owner = {OF_A} AND item_id = 'item-1'",
        f"run {A}: item 'item-1': succeeded after 1 attempts",
    ),
    "a score that is not its newest revision": (
        f"UPDATE results SET scores = '[]' WHERE owner = {OF_B} AND item_id = 'item-1' AND retry_count = 1",
        f"run {B}: result 1 of item 'item-1': its scores are not those of their newest revisions",
    ),
    "a recorded score that its first revision is not": (
        f"UPDATE results SET recorded_scores = '[]' WHERE owner = {OF_B} AND item_id = 'item-1' AND retry_count = 1",
        f"run {B}: result 1 of item 'item-1': its scores are not those of their newest revisions",
    ),
    "scores that cannot be read": (
        f"UPDATE results SET scores = '[1]' WHERE owner = {OF_B} AND item_id = 'item-1' AND retry_count = 1",
        f"run {B}: result 1 of item 'item-1': its scores cannot be read",
    ),
    "a missing revision": (
        f"DELETE FROM result_scores WHERE owner = {OF_B} AND scorer_id = 's1' AND revision = 2",
        f"run {B}: result 1 of item 'item-1': its scores are not those of their newest revisions",
    ),
    "revisions that are gone": (
        f"DELETE FROM result_scores WHERE owner = {OF_B}",
        f"run {B}: result 1 of item 'item-1': its scores are not those of their newest revisions",
    ),
    "a revision of no result": (
        f"UPDATE result_scores SET retry_count = 7 WHERE owner = {OF_B} AND scorer_id = 'human'",
        f"run {B}: item 'item-1': 1 revisions of scores of results that are not there",
    ),
    "a revision of no item": (
        f"UPDATE result_scores SET item_id = 'zz' WHERE owner = {OF_B} AND scorer_id = 'human'",
        f"run {B}: item 'zz': 1 revisions of scores of results that are not there",
    ),
    "a revision of no generation": (
        f"UPDATE result_scores SET generation = 7 WHERE owner = {OF_B} AND scorer_id = 'human'",
        f"run {B}: 1 rows of results that were deleted, and are not marked as such",
    ),
    "an orphan revision": (
        f"UPDATE result_scores SET owner = {GONE} WHERE owner = {OF_B} AND scorer_id = 'human'",
        f"1 revisions of scores of owner {GONE}, which is no run's",
    ),
    "a trace that the log does not know": (
        f"UPDATE runs SET trace_id = 'x' WHERE id = '{B}'",
        f"run {B}: not as its newest entry in the log has it: trace_id",
    ),
    "a missing item": (
        f"DELETE FROM items WHERE owner = {OF_A} AND item_id = 'ïtem'",
        "item 'ïtem': nothing instead of",
    ),
    "an item without results": (
        f"INSERT INTO items VALUES ({OF_A}, 1, 'zz', 1, 1, 0)",
        "item 'zz': succeeded after 1 attempts, the last with retry count 0 instead of nothing",
    ),
    "a broken hash": (
        f"UPDATE events SET hash = '{'0' * 64}' WHERE owner = {OF_A} AND sequence = 1",
        f"run {A}: event 1 does not have the hash of what it says",
    ),
    "an event that says something else": (
        f"UPDATE events SET payload = '{{}}' WHERE owner = {OF_A} AND sequence = 2",
        "event 2 does not have the hash of what it says",
    ),
    "an event that cannot be read": (
        f"UPDATE events SET payload = '{{' WHERE owner = {OF_A} AND sequence = 2",
        "event 2 cannot be read",
    ),
    "a missing event": (f"DELETE FROM events WHERE owner = {OF_A} AND sequence = 1", "event 1 is missing"),
    "a missing last event": (f"DELETE FROM events WHERE owner = {OF_A} AND sequence = 3", "event 3 is missing"),
    "an event too many": (f"UPDATE totals SET event_seq = 3 WHERE owner = {OF_A}", "event 3 is too many"),
    "a chain that ends elsewhere": (
        f"UPDATE totals SET event_hash = '{'1' * 64}' WHERE owner = {OF_A}",
        "event 3 is not where its chain ends",
    ),
    "a value not at its newest version": (
        f"UPDATE run_values SET version = 2 WHERE owner = {OF_A} AND key_name = 'a'",
        "value 'a': at version 2, and 3 is its newest",
    ),
    "a value that is not what its newest version says": (
        f"UPDATE run_values SET value = '1' WHERE owner = {OF_A} AND key_name = 'a'",
        f"run {A}: value 'a': not as its newest version has it",
    ),
    "a deleted value that is there again": (
        f"UPDATE run_values SET deleted = 0 WHERE owner = {OF_A} AND key_name = 'b'",
        f"run {A}: value 'b': not as its newest version has it",
    ),
    "a newest version that says something else": (
        f"UPDATE value_versions SET value = '1' WHERE owner = {OF_A} AND key_name = 'a' AND version = 3",
        f"run {A}: value 'a': not as its newest version has it",
    ),
    "versions of no value": (
        f"DELETE FROM run_values WHERE owner = {OF_A} AND key_name = 'b'",
        "value 'b': at version None, and 4 is its newest",
    ),
    "a sequence of receipts": (
        f"UPDATE receipt_heads SET sequence = 6 WHERE owner = {OF_A} AND runtime_id = 'other'",
        "receipt 6 of runtime 'other' would be given out again",
    ),
    "a gap in the log": (f"DELETE FROM changes WHERE run_id = '{B}' AND version = 2", "is missing"),
    "a gap in a history": (
        f"DELETE FROM changes WHERE run_id = '{B}' AND version = 2",
        f"run {B}: its log goes from version 1 to 3",
    ),
    "a history without its beginning": (
        f"DELETE FROM changes WHERE run_id = '{B}' AND version = 1",
        "log: entry 6 is missing",
    ),
    "a head behind the log": ("UPDATE feed_head SET n = n - 1", "log: ends with entry"),
    "a log behind its head": ("UPDATE feed_head SET n = n + 1", "log: ends with entry"),
    "a floor beyond the head": ("UPDATE feed_head SET floor = n + 1", ", outside of it"),
    "a floor one too high": ("UPDATE feed_head SET floor = 1", "log: compacted up to entry 1, which is there"),
    "a floor one too low": ("UPDATE feed_head SET floor = floor - 1", "log: compacted up to entry -1, outside of it"),
    "a log without a head": ("DELETE FROM feed_head", "log: where it stands is nowhere to be found"),
    **{
        f"tags that are {tags}": (
            f"UPDATE runs SET tags = '{tags}' WHERE id = '{A}'",
            f"run {A}: its tags, or something else of it, cannot be read",
        )
        for tags in ("zz", "5", "[[1]]", "[1]")
    },
    "metadata that cannot be read": (
        f"UPDATE runs SET metadata = '{{' WHERE id = '{A}'",
        f"run {A}: its tags, or something else of it, cannot be read",
    ),
    "a text to search in": (
        f"UPDATE runs SET search_text = 'x' WHERE id = '{A}'",
        f"run {A}: found by another text than its own: search_text",
    ),
    "words that are not indexed": (
        f"DELETE FROM run_words WHERE run_id = '{A}'",
        f"run {A}: found by another text than its own: words",
    ),
    "words of another's": (
        f"UPDATE run_words SET words = 'x' WHERE run_id = '{A}'",
        f"run {A}: found by another text than its own: words",
    ),
    "a number of words": (
        f"UPDATE runs SET search_words = 0 WHERE id = '{A}'",
        f"run {A}: found by another text than its own: search_words",
    ),
    "a folded name": (
        f"UPDATE runs SET name_folded = 'x' WHERE id = '{B}'",
        f"run {B}: found by another text than its own: name_folded",
    ),
    "a run that is not as the log has it": (
        f"UPDATE runs SET name = 'x', version = 9 WHERE id = '{B}'",
        f"run {B}: not as its newest entry in the log has it: version, name",
    ),
    "a run that the log does not know": (
        f"UPDATE runs SET incarnation = {GONE} WHERE id = '{B}'",
        f"run {B}: the log does not say that it was created",
    ),
    "a run that vanished": (f"DELETE FROM runs WHERE id = '{B}'", f"run {B}: the log does not say that it was deleted"),
    "a change before its predecessor": (
        f"UPDATE changes SET updated_at = updated_at - 9000000 WHERE run_id = '{B}' AND version = 2",
        f"run {B}: version 2 has an earlier instant than its predecessor",
    ),
    "a run that changed before it was created": (
        f"UPDATE changes SET updated_at = created_at - 1 WHERE run_id = '{A}' AND version = 1",
        f"run {A}: updated_at is before created_at",
    ),
    "a run that finished before it was created": (
        f"UPDATE changes SET finished_at = created_at - 1 WHERE run_id = '{C}' AND status = 'FAILED'",
        f"run {C}: finished_at is before created_at",
    ),
    "a run that finished before it started": (
        f"UPDATE changes SET started_at = finished_at + 1 WHERE run_id = '{C}' AND status = 'FAILED'",
        f"run {C}: finished_at is before started_at",
    ),
    "a run that finished after its last change": (
        f"UPDATE changes SET finished_at = updated_at + 1 WHERE run_id = '{C}' AND status = 'FAILED'",
        f"run {C}: updated_at is before finished_at",
    ),
    "a result before its predecessor": (
        f"UPDATE results SET created_at = created_at + 1 WHERE owner = {OF_A} AND seq = 3",
        f"run {A}: result 4 has an earlier instant than its predecessor",
    ),
    "an event before its predecessor": (
        f"UPDATE events SET at = at - 1 WHERE owner = {OF_A} AND sequence = 2",
        f"run {A}: event 2 has an earlier instant than its predecessor",
    ),
    "a version before its predecessor": (
        f"UPDATE value_versions SET at = at - 9000000 WHERE owner = {OF_A} AND key_name = 'b' AND version = 3",
        f"run {A}: version 3 of value 'b' has an earlier instant than its predecessor",
    ),
    **{
        f"one of the {table} from before its run": (
            f"UPDATE {table} SET {instant} = 5 WHERE owner = {OF_A}",
            f"run {A}: a {kind} is older than it",
        )
        for table, instant, kind in (
            ("results", "created_at", "Result"),
            ("events", "at", "Event"),
            ("run_values", "updated_at", "Value"),
            ("value_versions", "at", "ValueVersion"),
            ("cells", "updated_at", "Cell"),
            ("documents", "updated_at", "Document"),
            ("receipts", "created_at", "Receipt"),
        )
    },
    "a record later than the last": (
        f"UPDATE cells SET updated_at = updated_at + 9000000 WHERE owner = {OF_A}",
        f"run {A}: a Cell is younger than its last instant",
    ),
    "a plan that changed before it was created": (
        "UPDATE plans SET updated_at = created_at - 1",
        "updated_at is before created_at",
    ),
    "a job that started before it was created": (
        "UPDATE jobs SET started_at = created_at - 1 WHERE started_at IS NOT NULL",
        "started_at is before created_at",
    ),
    "a job that ended before it started": (
        "UPDATE jobs SET completed_at = started_at - 1 WHERE completed_at IS NOT NULL",
        "completed_at is before started_at",
    ),
    "an input that changed before it was created": (
        "UPDATE runtime_inputs SET updated_at = created_at - 1",
        "updated_at is before created_at",
    ),
    "a circle": (f"UPDATE runs SET parent_id = '{B}' WHERE id = '{A}'", "its own ancestor"),
}


@pytest_asyncio.fixture(params=["sqlite", "postgres"])
async def database(
    request: pytest.FixtureRequest, sqlite_path: Path, clock: StandingClock
) -> AsyncIterator[tuple[Storage, Plant]]:
    """Give a storage with something of everything, and what changes its database behind its back."""
    if request.param == "sqlite":

        async def plant_in_file(sql: str) -> None:
            with closing(sqlite3.connect(sqlite_path)) as connection, connection:
                connection.execute(sql)

        async with SqliteStore.open(sqlite_path, clock) as file:
            await furnish(file, clock)
            await follow_up(file, B)
            yield file, plant_in_file
    else:
        url = request.getfixturevalue("postgres_url")

        async def plant_in_postgres(sql: str) -> None:
            connection = await asyncpg.connect(url)
            await connection.execute(sql)
            await connection.close()

        async with PostgresStore.open(url, clock) as server:
            await furnish(server, clock)
            await follow_up(server, B)
            yield server, plant_in_postgres


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.mark.parametrize(("sql", "fault"), PLANTS.values(), ids=PLANTS)
async def test_a_planted_fault_is_reported(database: tuple[Storage, Plant], sql: str, fault: str) -> None:
    storage, plant = database
    await plant(sql)
    found = await faults(storage)
    assert any(fault in line for line in found), found


async def test_many_faults_are_all_reported(database: tuple[Storage, Plant]) -> None:
    storage, plant = database
    for sql in (PLANTS["a count by tag"][0], PLANTS["a broken hash"][0], PLANTS["an orphan result"][0]):
        await plant(sql)
    found = await faults(storage)
    assert len(found) >= 5
    assert all("\n" not in line for line in found)
