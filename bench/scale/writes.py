"""What is written: each kind of write, over HTTP, on runs of its own."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from bench.floor.clients import Client
from bench.floor.works import TRANSITION, request_of

_PAYLOAD: Final = "{ ... on RunPayload { run { id } } ... on Problem { message } }"
_CREATE: Final = f"mutation Create($input: CreateRunInput!) {{ createRun(input: $input) {_PAYLOAD} }}"
_ADD: Final = f"mutation Add($input: RunTagsInput!) {{ addRunTags(input: $input) {_PAYLOAD} }}"
_REMOVE: Final = f"mutation Remove($input: RunTagsInput!) {{ removeRunTags(input: $input) {_PAYLOAD} }}"
_CHANGE: Final = f"mutation Change($input: UpdateRunMetadataInput!) {{ updateRunMetadata(input: $input) {_PAYLOAD} }}"
_AT_ONCE: Final = 20
_MANY: Final = (
    "mutation Many("
    + ", ".join(f"$i{n}: CreateRunInput!" for n in range(_AT_ONCE))
    + ") {"
    + " ".join(f"c{n}: createRun(input: $i{n}) {_PAYLOAD}" for n in range(_AT_ONCE))
    + "}"
)
_BULK: Final = 1_000
_CLIENTS: Final = 10
_TURNS: Final = 20


class Writes:
    """The kinds of writes to a server; each returns how long one took, in milliseconds."""

    def __init__(self, port: int) -> None:
        """Write to the server on a port."""
        self._port = port
        self._number = 0
        self.kinds: dict[str, Callable[[], Awaitable[float]]] = {
            "create one": self._create,
            f"create {_BULK:,}": self._create_many,
            "transition": self._move,
            "change of a tag": self._tag,
            "change of metadata": self._patch,
        }

    async def _create(self) -> float:
        return await self._timed([request_of(_CREATE, {"input": self._input()}) for _ in range(_TURNS)])

    async def _create_many(self) -> float:
        requests = [
            request_of(_MANY, {f"i{n}": self._input() for n in range(_AT_ONCE)}) for _ in range(_BULK // _AT_ONCE)
        ]
        clients = [await Client.open(self._port) for _ in range(_CLIENTS)]

        async def send(client: Client, mine: list[bytes]) -> None:
            for request in mine:
                await client.ask(request)
            client.close()

        begin = time.perf_counter()
        await asyncio.gather(*(send(client, requests[place::_CLIENTS]) for place, client in enumerate(clients)))
        return 1_000 * (time.perf_counter() - begin)

    async def _move(self) -> float:
        run_id = await self._made()
        turns = ("PAUSED", "ACTIVE") * (_TURNS // 2)
        return await self._timed([request_of(TRANSITION, {"input": {"id": run_id, "to": to}}) for to in turns])

    async def _tag(self) -> float:
        tags = {"id": await self._made(), "tags": ["team:5"]}
        return await self._timed(
            [request_of(document, {"input": tags}) for document in (_ADD, _REMOVE) * (_TURNS // 2)]
        )

    async def _patch(self) -> float:
        run_id = await self._made()
        changes = ({"id": run_id, "change": {"patch": {"loss": number / 7}}} for number in range(_TURNS))
        return await self._timed([request_of(_CHANGE, {"input": change}) for change in changes])

    async def _timed(self, requests: list[bytes]) -> float:
        client = await Client.open(self._port)
        begin = time.perf_counter()
        for request in requests:
            await client.ask(request)
        took = time.perf_counter() - begin
        client.close()
        return 1_000 * took / len(requests)

    async def _made(self) -> str:
        client = await Client.open(self._port)
        made = json.loads(await client.ask(request_of(_CREATE, {"input": self._input()})))
        client.close()
        run_id: str = made["data"]["createRun"]["run"]["id"]
        return run_id

    def _input(self) -> dict[str, Any]:
        self._number += 1
        number = self._number
        tags = [
            f"team:{number % 7 % 5}",
            f"branch:{number % 31}",
            f"suite:{number % 101}",
            f"host:{number % 499}",
            "new",
        ]
        metadata = {"model": "new", "seed": -number, "loss": 0.5, "git": {"commit": f"{number:010x}", "dirty": False}}
        return {"name": f"written {number:07}", "tags": tags, "metadata": metadata}
