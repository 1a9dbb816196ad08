"""The test servers themselves: what the fault tests rely on."""

import asyncio
import os
from collections.abc import Iterator

import asyncpg
import pytest

from tests.support.databases.postgres import PostgresServer, is_readable, postgres_server, psql

PATIENCE = 30


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server(fsync=False) as server:
        psql(server.url(), "CREATE TABLE kept (n int)")
        yield server


@pytest.mark.asyncio
@pytest.mark.parametrize("address", ["url", "socket_url"])
async def test_a_notification_reaches_a_listener(server: PostgresServer, address: str) -> None:
    url = getattr(server, address)()
    heard: asyncio.Queue[object] = asyncio.Queue()
    listener, speaker = await asyncpg.connect(url), await asyncpg.connect(url)
    await listener.add_listener("news", lambda *notice: heard.put_nowait(notice[-1]))
    await speaker.execute("NOTIFY news, 'look'")
    assert await asyncio.wait_for(heard.get(), PATIENCE) == "look"
    await listener.close()
    await speaker.close()


def test_what_was_acknowledged_survives_a_kill(server: PostgresServer) -> None:
    psql(server.url(), "INSERT INTO kept VALUES (1)")
    server.kill()
    assert not server.is_running()
    server.start()
    assert psql(server.url(), "SELECT n FROM kept") == "1"


@pytest.mark.asyncio
async def test_a_frozen_server_answers_again_once_thawed(server: PostgresServer) -> None:
    connection = await asyncpg.connect(server.url())
    server.freeze()
    answer = asyncio.create_task(connection.fetchval("SELECT 1"))
    done, _ = await asyncio.wait([answer], timeout=0.2)
    assert not done
    server.thaw()
    assert await asyncio.wait_for(answer, PATIENCE) == 1
    await connection.close()


@pytest.mark.asyncio
async def test_it_is_thawed_though_a_process_of_it_has_ended_meanwhile(server: PostgresServer) -> None:
    connection = await asyncpg.connect(server.url())
    backend = os.pidfd_open(connection.get_server_pid())
    server.processes()[0].suspend()
    connection.terminate()
    assert await asyncio.to_thread(is_readable, backend, PATIENCE)
    os.close(backend)
    server.freeze()
    server.thaw()
    assert psql(server.url(), "SELECT 1") == "1"


def test_a_restart_keeps_the_address(server: PostgresServer) -> None:
    server.restart()
    assert psql(server.url(), "SELECT 1") == "1"


def test_a_server_leaves_nothing_behind() -> None:
    with postgres_server(fsync=True) as server:
        assert psql(server.url(), "SHOW fsync") == "on"
    assert not server.is_running()
    assert not server.directory.exists()
