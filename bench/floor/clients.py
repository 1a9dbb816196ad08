"""Clients that keep a number of requests in flight, over connections that they keep."""

import asyncio
import time
from collections.abc import Callable, Sequence

Next = Callable[[], bytes]


class Client:
    """A client with one request in flight at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Use an open connection."""
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, port: int) -> "Client":
        """Connect to a port of this machine."""
        return cls(*await asyncio.open_connection("127.0.0.1", port, limit=1 << 20))

    async def ask(self, request: bytes) -> bytes:
        """Send a request and return the body of its answer; raise RuntimeError unless it is one of success."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length:")[2].partition(b"\r")[0])
        body = await self._reader.readexactly(size)
        if not head.startswith(b"HTTP/1.1 200") or b'"errors"' in body[:20] or b'"message"' in body[:60]:
            raise RuntimeError(f"{head.decode()}{body[:300].decode()}\n{request.decode()}")
        return body

    def close(self) -> None:
        """Break the connection off."""
        self._writer.close()


async def loaded(clients: Sequence[Client], nexts: Sequence[Next], seconds: float) -> list[float]:
    """Ask with all clients for so many seconds and return how long each request took, seconds, in order of size."""
    took: list[float] = []
    end = time.perf_counter() + seconds

    async def ask(client: Client, next_request: Next) -> None:
        began = time.perf_counter()
        while began < end:
            await client.ask(next_request())
            now = time.perf_counter()
            took.append(now - began)
            began = now

    await asyncio.gather(*(ask(client, each) for client, each in zip(clients, nexts, strict=True)))
    return sorted(took)
