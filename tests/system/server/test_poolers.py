"""A real pgbouncer between the server and its database."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, get_args

import httpx
import pytest
from gql import Client, GraphQLRequest
from gql.transport.websockets import WebsocketsTransport

from tests.support.databases.pgbouncer import Mode, Pgbouncer, pgbouncer
from tests.support.databases.postgres import psql
from tests.support.databases.shared import SharedPostgres
from tests.support.drawn.effort import EFFORT
from tests.support.programs.commands import run_command
from tests.support.servers.served import PATIENCE, Served, serving

# By night the 10,000 that were asked for.
MUTATIONS: Final = min(300 * EFFORT, 10_000)
CLIENTS: Final = 20
SUBSCRIBERS: Final = 5
CREATE: Final = 'mutation { createRun(input: {tags: ["pooled"]}) { ... on RunPayload { run { id } } } }'
LIST: Final = '{ runs(filter: {tags: {all: ["pooled"]}}, first: 1) { totalCount } }'
CHANGES: Final = """
subscription ($after: String) {
  runChanges(after: $after, bookmarks: true) { __typename cursor ... on RunChange { run { id } } }
}
"""
# What a role has by default, and what others of a pooler find: nobody's but the database's own.
HABITS: Final = {
    "statement_timeout": "77s",
    "lock_timeout": "78s",
    "plan_cache_mode": "auto",
    "enable_seqscan": "on",
    "idle_in_transaction_session_timeout": "79s",
    "default_transaction_isolation": "serializable",
}
LEFT_BEHIND: Final = """
SELECT (SELECT count(*) FROM pg_prepared_statements), (SELECT count(*) FROM pg_listening_channels()),
    (SELECT count(*) FROM pg_locks JOIN pg_database AS d ON d.oid = database
        WHERE locktype = 'advisory' AND datname = current_database())
"""

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def database() -> Iterator[str]:
    """Give an empty database in which every session begins with some settings."""
    with SharedPostgres.inherit().fresh_database() as url:
        psql(url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        name = url.rpartition("/")[2]
        for setting, value in HABITS.items():
            psql(url, f"ALTER DATABASE {name} SET {setting} = '{value}'")
        yield url


@pytest.fixture(params=get_args(Mode))
def mode(request: pytest.FixtureRequest) -> Mode:
    """Give each way in which a pooler shares its connections."""
    mode: Mode = request.param
    return mode


@contextmanager
def pooled(directory: Path, pooler: Pgbouncer, **environment: str) -> Iterator[Served]:
    with serving(directory, STORAGE_BACKEND="postgres", POSTGRESQL_URL=pooler.url(), **environment) as server:
        yield server


def others_find(pooler: Pgbouncer) -> dict[str, str]:
    """Return what other clients of the pooler find in each of its connections; they hold all of them at once."""

    async def ask() -> list[tuple[str, ...]]:
        import asyncpg  # noqa: PLC0415

        connections = [await asyncpg.connect(pooler.url(), statement_cache_size=0) for _ in range(3)]
        for connection in connections:
            await connection.execute("BEGIN")
        found = []
        for connection in connections:
            values = [await connection.fetchval(f"SHOW {name}") for name in HABITS]
            left = await connection.fetchrow(LEFT_BEHIND)
            assert left is not None
            found.append((*values, *left))
        for connection in connections:
            await connection.close()
        return found

    (found,) = set(asyncio.run(ask()))
    return dict(zip((*HABITS, "prepared", "listening", "locks"), found, strict=True))


UNTOUCHED: Final = HABITS | {"prepared": 0, "listening": 0, "locks": 0}


async def mutate(server: Served, client: httpx.AsyncClient, number: int) -> list[str]:
    """Create runs, read lists between, and return their ids."""
    created = []
    for place in range(number):
        answer = (await client.post(server.url, json={"query": CREATE})).json()
        created.append(answer["data"]["createRun"]["run"]["id"])
        if place % 5 == 0:
            answer = (await client.post(server.url, json={"query": LIST})).json()
            assert answer["data"]["runs"]["totalCount"] > 0
    return created


async def subscribe(server: Served, after: str, number: int, ready: asyncio.Event) -> list[str]:
    """Return the runs that a subscriber sees created."""
    seen: list[str] = []
    async with Client(transport=WebsocketsTransport(server.ws_url)) as session:
        request = GraphQLRequest(CHANGES, variable_values={"after": after})
        async for answer in session.subscribe(request):
            item: Mapping[str, Any] = answer["runChanges"]
            ready.set()
            if item["__typename"] == "RunChange":
                seen.append(item["run"]["id"])
            if len(seen) == number:
                break
    return seen


async def everything_is_seen(server: Served) -> None:
    """Write with many clients at once, and compare what was answered with what subscribers saw."""
    after = (await asyncio.to_thread(server.execute, "{ changeCursor }"))["changeCursor"]
    share = MUTATIONS // CLIENTS
    events = [asyncio.Event() for _ in range(SUBSCRIBERS)]
    async with (
        asyncio.timeout(PATIENCE * 8),
        httpx.AsyncClient(timeout=PATIENCE) as client,
        asyncio.TaskGroup() as group,
    ):
        watching = [group.create_task(subscribe(server, after, share * CLIENTS, event)) for event in events]
        for event in events:
            await event.wait()
        writing = [group.create_task(mutate(server, client, share)) for _ in range(CLIENTS)]
    created = sorted(run_id for task in writing for run_id in task.result())
    assert len(created) == share * CLIENTS
    for task in watching:
        assert sorted(task.result()) == created
    counted = await asyncio.to_thread(server.execute, LIST)
    assert counted["runs"]["totalCount"] == len(created)


@pytest.mark.parametrize("listening", ["directly", "not at all", "through the pooler"])
def test_nothing_is_lost_and_nothing_left_behind(database: str, mode: Mode, listening: str, tmp_path: Path) -> None:
    environment = {
        "directly": {"LISTEN_DSN": database},
        "not at all": {"RUNINDEX_NOTIFY": "off"},
        "through the pooler": {},
    }[listening]
    with pgbouncer(database, mode, size=20, server_reset_query="DISCARD ALL") as pooler:
        with pooled(tmp_path, pooler, **environment) as server:
            asyncio.run(everything_is_seen(server))
            assert "ERROR" not in server.log
            assert ("not listening to the database through a pooler" in server.log) == (
                mode == "transaction" and listening == "through the pooler"
            )
            assert others_find(pooler) == UNTOUCHED
            assert server.stop() == 0
        assert others_find(pooler) == UNTOUCHED


def test_a_pool_of_one_connection_is_enough_for_everything(database: str, tmp_path: Path) -> None:
    with pgbouncer(database, "transaction", size=1) as pooler, pooled(tmp_path, pooler) as server:
        for _ in range(20):
            server.execute(CREATE)
        assert server.execute(LIST)["runs"]["totalCount"] == 20
        assert "ERROR" not in server.log


def test_commands_work_through_a_pooler(database: str, mode: Mode, tmp_path: Path) -> None:
    with pgbouncer(database, mode) as pooler:
        environment = {"STORAGE_BACKEND": "postgres", "POSTGRESQL_URL": pooler.url()}
        for name in ("migrate", "verify", "new-epoch"):
            ended = run_command(tmp_path, name, environment=environment)
            assert ended.code == 0, ended.error
        assert others_find(pooler) == UNTOUCHED


def test_a_pooler_that_knows_no_transactions_is_refused_in_one_line(database: str, tmp_path: Path) -> None:
    with pgbouncer(database, "transaction", pool_mode="statement") as pooler:
        environment = {"STORAGE_BACKEND": "postgres", "POSTGRESQL_URL": pooler.url()}
        ended = run_command(tmp_path, "serve", "--port", "0", environment=environment)
    assert ended.code == 1
    assert "transaction blocks not allowed in statement pooling mode" in ended.line
