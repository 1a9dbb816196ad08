"""What may befall a Postgres server, the way to it, and sessions on it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Literal

import asyncpg

from tests.faults.troubles.trouble import Strike, Trouble
from tests.support.databases.postgres import PostgresServer, psql
from tests.support.databases.proxy import Proxy

END_SESSIONS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE application_name LIKE '{name}' AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class PostgresTroubles:
    """Troubles of a server, whose clients come through a proxy. The servers' user must be no superuser for one."""

    server: PostgresServer
    proxy: Proxy
    database: str
    role: str

    def all(self) -> Sequence[Trouble]:
        """Return every trouble."""
        return [
            Trouble("stopped (fast)", lambda: self.stopped("fast")),
            Trouble("stopped (immediate)", lambda: self.stopped("immediate")),
            Trouble("killed", self.killed),
            Trouble("frozen", self.frozen),
            Trouble("black hole", self.black_hole),
            Trouble("connections refused", self.refusing),
            Trouble("read-only", self.read_only),
            Trouble("out of connections", self.out_of_connections),
            Trouble("writer's session ended", self.ended("runindex writer"), passing=True),
            Trouble("listener's session ended", self.ended("runindex listener"), passing=True),
            Trouble("all sessions ended", self.ended("runindex%"), passing=True),
        ]

    @asynccontextmanager
    async def stopped(self, mode: Literal["fast", "immediate"]) -> AsyncIterator[None]:
        """Stop the server, and start it again."""
        await asyncio.to_thread(self.server.stop, mode)
        yield
        await asyncio.to_thread(self.server.start)

    @asynccontextmanager
    async def killed(self) -> AsyncIterator[None]:
        """Kill the server, and start it again."""
        await asyncio.to_thread(self.server.kill)
        yield
        await asyncio.to_thread(self.server.start)

    @asynccontextmanager
    async def frozen(self) -> AsyncIterator[None]:
        """Halt every process of the server."""
        self.server.freeze()
        yield
        self.server.thaw()

    @asynccontextmanager
    async def black_hole(self) -> AsyncIterator[None]:
        """Pass nothing on, close nothing; connections that said anything meanwhile stay dumb."""
        self.proxy.swallows = True
        yield
        self.proxy.swallows = False

    @asynccontextmanager
    async def refusing(self) -> AsyncIterator[None]:
        """Break every connection, and refuse others."""
        self.proxy.refusing = True
        self.proxy.cut()
        yield
        self.proxy.refusing = False

    @asynccontextmanager
    async def read_only(self) -> AsyncIterator[None]:
        """Let transactions only read, as on a standby; sessions that are there are told too."""
        await self._ask("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
        yield
        await self._ask("ALTER SYSTEM RESET default_transaction_read_only", "SELECT pg_reload_conf()")

    @asynccontextmanager
    async def out_of_connections(self) -> AsyncIterator[None]:
        """Take every connection that the servers' role may have, after ending those it has."""
        url = self.server.url(self.database).replace("postgres@", f"{self.role}@")
        taken: list[asyncpg.Connection[asyncpg.Record]] = []
        try:
            while True:
                await self._ask(END_SESSIONS.format(name="runindex%"))
                with suppress(asyncpg.TooManyConnectionsError):
                    while True:
                        taken.append(await asyncpg.connect(url))
                if not await self._count():
                    break
            yield
        finally:
            for connection in taken:
                connection.terminate()

    def ended(self, name: str) -> Strike:
        """End the sessions whose application has a name."""

        @asynccontextmanager
        async def strike() -> AsyncIterator[None]:
            await self._ask(END_SESSIONS.format(name=name))
            yield

        return strike

    async def _count(self) -> int:
        return int(
            (await self._ask("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'runindex%'"))[0]
        )

    async def _ask(self, *statements: str) -> list[str]:
        url = self.server.url(self.database)
        return [await asyncio.to_thread(psql, url, statement) for statement in statements]
