"""A connection to a server on which a test writes HTTP byte by byte."""

import asyncio
from dataclasses import dataclass
from typing import Final

PATIENCE: Final = 30
BODY: Final = b'{"query":"{ runCount }"}'
ANSWER: Final = b'{"data":{"runCount":1}}'
ASKED: Final = "/graphql?query=%7BrunCount%7D"


@dataclass(frozen=True)
class Head:
    """The head of an answer."""

    status: int
    headers: dict[str, str]


class Wire:
    """A connection on which a test writes what it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, port: int) -> "Wire":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    def send(self, line: str, *headers: str, body: bytes = b"") -> None:
        self.writer.write("\r\n".join([line, *headers, "", ""]).encode("latin-1") + body)

    def post(
        self, *headers: str, body: bytes = BODY, version: str = "1.1", media_type: str = "application/json"
    ) -> None:
        """Post a body with its length."""
        host = () if version == "1.0" else ("Host: x",)
        described = (f"Content-Type: {media_type}", f"Content-Length: {len(body)}")
        self.send(f"POST /graphql HTTP/{version}", *host, *described, *headers, body=body)

    async def head(self) -> Head:
        async with asyncio.timeout(PATIENCE):
            lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = (line.partition(": ") for line in lines[1:-2])
        return Head(int(lines[0].split()[1]), {name.lower(): value for name, _, value in pairs})

    async def answer(self) -> tuple[Head, bytes]:
        """Read an answer that says how long it is."""
        head = await self.head()
        async with asyncio.timeout(PATIENCE):
            return head, await self.reader.readexactly(int(head.headers["content-length"]))

    async def rest(self) -> bytes:
        """Read until the server has ended the connection."""
        async with asyncio.timeout(PATIENCE):
            return await self.reader.read()

    async def is_kept(self) -> bool:
        """Tell whether another request is answered on the connection."""
        self.send(f"GET {ASKED} HTTP/1.1", "Host: x", "Connection: close")
        try:
            async with asyncio.timeout(PATIENCE):
                return (await self.reader.read()).endswith(ANSWER)
        except ConnectionError:
            return False
