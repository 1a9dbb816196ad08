"""Bytes and frames fed to the server's protocols, with the real application behind them."""

import asyncio
import logging
import re
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from starlette.routing import Route
from uvicorn.server import ServerState

from resolvers.transports.endpoint import Endpoint
from runindex.server.app import create_app
from runindex.server.http_protocol import HttpProtocol
from runindex.server.process import configured
from runindex.settings.settings import Settings
from tests.fuzz.conversations import Arrival, conversation, keep
from tests.fuzz.transports import WrittenTransport
from tests.fuzz.verdicts import CODES, INNER, STATUSES, FoundError

ROUND: Final = 20_000  # inputs of one application
PATIENCE: Final = 30.0  # seconds, for all tasks of a connection to end
PAGE: Final = b"content-security-policy"  # 503 where the tests are run and the page is not built
_STATUS: Final = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
_CODE: Final = re.compile(rb'"code": ?"([A-Z_]+)"')


@dataclass(slots=True)
class Protocols:
    """An application and the state of the server that it runs in."""

    config: Any
    endpoint: Endpoint
    state: ServerState = field(default_factory=ServerState)
    complaints: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    async def converse(self, arrivals: Sequence[Arrival]) -> None:
        """Let one client speak and leave; raise FoundError for a wrong answer, and for what is left behind."""
        loop = asyncio.get_running_loop()
        transport = WrittenTransport(loop)
        protocol = HttpProtocol(self.config, self.state, {}, _loop=loop)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        for arrival in arrivals:
            if transport.is_closing():
                break
            try:
                transport.feed(arrival.data)
            except Exception as error:  # noqa: BLE001 - an event loop would log whatever it is, and drop the client
                self.complaints.append(told(error))
                break
            self.counts["inputs"] += arrival.is_input
            for _ in range(arrival.turns):
                await asyncio.sleep(0)
        transport.close()
        await self._settle()
        self.counts["connections"] += 1
        self._judge(transport.written)

    async def _settle(self) -> None:
        for _ in range(50):
            if not (self.state.tasks or self.state.connections):
                break
            await asyncio.sleep(0)
        else:
            if self.state.tasks:
                await asyncio.wait(set(self.state.tasks), timeout=PATIENCE)
            await asyncio.sleep(0)
        if self.state.tasks or self.state.connections:
            raise FoundError(f"left behind: {self.state.tasks} {self.state.connections}")
        if self.complaints:
            raise FoundError("\n".join(self.complaints))

    def _judge(self, written: Sequence[bytes]) -> None:
        for part in written:
            if found := _STATUS.match(part):
                status = int(found.group(1))
                self.counts[str(status)] += 1
                if status not in STATUSES | {101} or (status == 503 and PAGE not in part):
                    raise FoundError(f"status {status}: {written!r}")
            for code in _CODE.findall(part):
                if code.decode() not in CODES:
                    raise FoundError(f"the code {code!r}: {part[:800]!r}")
            if found_text := INNER.search(part.decode("utf-8", "replace")):
                raise FoundError(f"{found_text.group()!r} is told: {part[:800]!r}")

    async def end(self) -> None:
        """Raise FoundError if anything is left of those who were here."""
        for _ in range(100):
            await asyncio.sleep(0)
        endpoint = self.endpoint
        if endpoint.bodies.held or list(endpoint.channels):
            raise FoundError(f"{endpoint.bodies.held} bytes and {len(list(endpoint.channels))} channels are held")


class _Complaints(logging.Handler):
    """Notes what is logged as an error."""

    def __init__(self, complaints: list[str]) -> None:
        super().__init__(logging.ERROR)
        self.complaints = complaints

    def emit(self, record: logging.LogRecord) -> None:
        self.complaints.append(self.format(record))


@asynccontextmanager
async def opened() -> AsyncIterator[Protocols]:
    """Open an application on memory."""
    app = create_app(Settings.from_environment({"STORAGE_BACKEND": "memory"}))
    config = configured(app, port=0)
    config.load()
    endpoint = next(route.app for route in app.routes if isinstance(route, Route) and isinstance(route.app, Endpoint))
    protocols = Protocols(config, endpoint)
    handler = _Complaints(protocols.complaints)
    logging.getLogger().addHandler(handler)
    loop = asyncio.get_running_loop()
    former = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: protocols.complaints.append(_told(context)))
    try:
        async with app.router.lifespan_context(app):
            before = len(asyncio.all_tasks())
            yield protocols
            await protocols.end()
            if len(asyncio.all_tasks()) > before:
                raise FoundError(f"left behind: {asyncio.all_tasks()}")
    finally:
        loop.set_exception_handler(former)
        logging.getLogger().removeHandler(handler)


def _told(context: dict[str, Any]) -> str:
    error = context.get("exception")
    return f"{context.get('message')} {told(error) if error else ''}"


def told(error: BaseException) -> str:
    """Return an exception with its traceback."""
    return "".join(traceback.format_exception(error))


async def replay(arrivals: Sequence[Arrival]) -> None:
    """Let a client speak with an application of its own."""
    async with opened() as protocols:
        await protocols.converse(arrivals)


async def play(seed: str, inputs: int, found: Path) -> Counter[str]:
    """Draw connections until so many inputs arrived; write what is found to a folder. Return the counts."""
    counts: Counter[str] = Counter()
    number = 0
    while counts["inputs"] < inputs:
        wanted = min(ROUND, inputs - counts["inputs"])
        async with opened() as protocols:
            while protocols.counts["inputs"] < wanted:
                name = f"{seed}:{number}"
                number += 1
                arrivals = conversation(Random(name))
                try:
                    await protocols.converse(arrivals)
                except FoundError as error:
                    print(f"FOUND in connection {name}: {error}", flush=True)
                    counts["found"] += 1
                    keep(found, f"bytes-{name.replace(':', '-')}", arrivals)
                    protocols.complaints.clear()
        counts += protocols.counts
        print(dict(counts), flush=True)
    return counts
