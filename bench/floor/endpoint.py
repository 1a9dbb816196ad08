"""A bare endpoint: hands through JSON made in the database. No schema, rights, limits, cursors or log of changes.

On Postgres it asks with asyncpg, on SQLite in a pool of threads with a connection each.

python -m bench.floor.endpoint PORT postgresql://...|PATH
"""

import asyncio
import json
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.floor import statements

POOL: Final = 8
Ask = Callable[[str, list[Any]], Awaitable[str]]


@asynccontextmanager
async def on_postgres(url: str) -> AsyncIterator[Ask]:
    """Give a function that asks Postgres."""
    async with asyncpg.create_pool(url, min_size=POOL, max_size=POOL) as pool:

        async def ask(name: str, values: list[Any]) -> str:
            answer: str = await pool.fetchval(statements.POSTGRES[name], *values)
            return answer

        yield ask


@asynccontextmanager
async def on_sqlite(path: str) -> AsyncIterator[Ask]:
    """Give a function that asks SQLite in threads; writes take turns."""
    local, writing, loop = threading.local(), threading.Lock(), asyncio.get_running_loop()

    def work(name: str, values: list[Any]) -> str:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(path, isolation_level=None)
            local.connection.execute("pragma synchronous = full")
        if name != "transition":
            return str(local.connection.execute(statements.SQLITE[name], values).fetchone()[0])
        with writing:
            local.connection.execute("begin immediate")
            (answer,) = local.connection.execute(statements.SQLITE[name], values).fetchone()
            local.connection.execute(statements.NOTE, values)
            local.connection.execute("commit")
        return str(answer)

    with ThreadPoolExecutor(POOL) as threads:
        yield lambda name, values: loop.run_in_executor(threads, work, name, values)


def application(place: str) -> Starlette:
    """Return an application on a database."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with (on_postgres if "://" in place else on_sqlite)(place) as app.state.ask:
            yield

    async def answer(request: Request) -> Response:
        values = json.loads(await request.body())
        return Response(await request.app.state.ask(request.path_params["name"], values), media_type="application/json")

    return Starlette(routes=[Route("/{name}", answer, methods=["POST"])], lifespan=lifespan)


if __name__ == "__main__":
    options: dict[str, Any] = {"loop": "uvloop", "http": "httptools", "access_log": False, "log_level": "warning"}
    uvicorn.run(application(sys.argv[2]), port=int(sys.argv[1]), **options)
