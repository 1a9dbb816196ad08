"""The frozen storages brought back to life, each as a copy of its own, and the API on them."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
import websockets

from resolvers.execution.context import StreamTimings
from runindex.index import open_index
from runindex.server.process import configured
from tests.support.api import Socket, application
from tests.support.backends import BACKENDS
from tests.support.clock import StandingClock
from tests.support.databases.shared import SharedPostgres, migrate
from tests.support.servers.listening import listening

DATA: Final = Path(__file__).parent / "data"
SQLITE: Final = DATA / "index.sqlite3.gz"
POSTGRES: Final = DATA / "index.sql"
EXPORT: Final = DATA / "index.export"
QUESTIONS: Final = DATA / "questions.jsonl"
STREAMS: Final = DATA / "streams.jsonl"
REPLIES: Final = DATA / "replies.jsonl"
MOMENT: Final = DATA / "moment.json"
SDL: Final = DATA / "schema.graphql"
NAMES: Final = DATA / "names.json"
PATIENCE: Final = 30


@dataclass(frozen=True, slots=True)
class Api:
    """The API on an index whose clock stands."""

    port: int
    http: httpx.AsyncClient

    async def post(self, document: str, variables: dict[str, Any]) -> str:
        """Execute an operation and return the answer as it was written."""
        response = await self.http.post("/graphql", json={"query": document, "variables": variables})
        assert response.status_code == httpx.codes.OK, response.text
        return response.text

    async def follow(self, document: str, variables: dict[str, Any], count: int) -> list[Any]:
        """Return the first so many items of a stream."""
        url = f"ws://127.0.0.1:{self.port}/graphql"
        protocol = websockets.Subprotocol("graphql-transport-ws")
        async with asyncio.timeout(PATIENCE), websockets.connect(url, subprotocols=[protocol]) as connection:
            socket = await Socket.open(connection)
            await socket.subscribe("1", document, **variables)
            return [await socket.next("1") for _ in range(count)]


@asynccontextmanager
async def serving(storage: str, place: str, clock: StandingClock) -> AsyncIterator[Api]:
    """Serve the API on what is kept in a place, at the instant of a clock."""
    kind = BACKENDS[storage]
    failure: Exception | None = None
    async with (
        kind.open_store(place, clock) as store,
        kind.open_feed(place) as feed,
        open_index(store, feed) as index,
        listening(configured(application(index, StreamTimings(idle=0.05)), port=0, lifespan="off")) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as http,
    ):
        try:
            yield Api(port, http)
        except Exception as error:  # noqa: BLE001 - whatever it is, the server is to end first
            failure = error
    if failure is not None:
        raise failure


@contextmanager
def restored(storage: str, directory: Path) -> Iterator[str]:
    """Give the place of a copy of the frozen storage, brought up to date."""
    if storage == "sqlite":
        path = directory / "index.sqlite3"
        path.write_bytes(gzip.decompress(SQLITE.read_bytes()))
        migrate(f"sqlite:///{path}")
        yield str(path)
    else:
        with SharedPostgres.inherit().fresh_database() as url, ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, _restore(url)).result()
            migrate(url)
            yield url


async def _restore(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        await connection.execute(POSTGRES.read_text(encoding="utf-8"))
    finally:
        await connection.close()


def environment_of(storage: str, place: str) -> dict[str, str]:
    """Return the settings that name a place to the command line."""
    return {"STORAGE_BACKEND": storage, "SQLITE_PATH" if storage == "sqlite" else "POSTGRESQL_URL": place}


def frozen_clock() -> StandingClock:
    """Return a clock that stands where it stood when the storages were frozen."""
    return StandingClock(json.loads(MOMENT.read_text())["micros"])


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return what was asked; numbers of answers are left as they were written."""
    return [json.loads(line) | {"answer": exact(line)["answer"]} for line in _lines_of(path)]


def read_streams() -> list[dict[str, Any]]:
    """Return what was followed, numbers as a client of a socket reads them."""
    return [json.loads(line) for line in _lines_of(STREAMS)]


def _lines_of(path: Path) -> list[str]:
    """Return lines; texts hold more characters than one that end lines elsewhere."""
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def exact(text: str) -> Any:  # noqa: ANN401 - JSON
    """Return JSON with each fraction as it is spelled, which a float would forget."""
    return json.loads(text, parse_float="number {}".format)
