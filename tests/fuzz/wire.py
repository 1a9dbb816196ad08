"""Bytes and frames sent to a server's process over sockets."""

import asyncio
import os
import re
from collections import Counter
from pathlib import Path
from random import Random
from typing import Final

from tests.fuzz.conversations import Arrival, conversation, keep
from tests.fuzz.protocols import PAGE
from tests.fuzz.verdicts import CODES, INNER, STATUSES, FoundError
from tests.support.servers.served import Served

AT_ONCE: Final = 16
PATIENCE: Final = 30.0
WARM: Final = 0.2  # of the inputs; what the process holds from then on is compared
GROWTH: Final = 64 * 2**20
_STATUS: Final = re.compile(rb"(?:^|\r\n|[}\n>])HTTP/1\.[01] (\d{3}) ")
_CODE: Final = re.compile(rb'"code": ?"([A-Z_]+)"')


def play(served: Served, seed: str, inputs: int, found: Path) -> Counter[str]:
    """Draw connections until so many inputs were sent; write what is found to a folder. Return the counts.

    Raise FoundError if the server does not go on as before.
    """
    counts: Counter[str] = Counter()
    asyncio.run(_play(served, seed, int(inputs * WARM), found, counts))
    before = held(served)
    asyncio.run(_play(served, f"{seed}:on", inputs, found, counts))
    after = held(served)
    print(f"held, warm and at the end: {before} {after}", flush=True)
    if served.execute("{ runCount }") != {"runCount": 1}:
        raise FoundError("runs were made")
    if after[0] - before[0] > GROWTH or after[1] - before[1] > AT_ONCE:
        raise FoundError(f"the process grew: {before} {after}")
    if served.stop() != 0:
        raise FoundError("the server did not stop in order")
    if " ERROR " in served.log or "Traceback" in served.log:
        raise FoundError(served.log[-4_000:])
    return counts


def held(served: Served) -> tuple[int, int]:
    """Return the resident bytes and the open files of the server's process."""
    assert served.process is not None
    process = Path("/proc", str(served.process.pid))
    pages = int((process / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE"), len(list((process / "fd").iterdir()))


async def _play(served: Served, seed: str, inputs: int, found: Path, counts: Counter[str]) -> None:
    async def speak(worker: int) -> None:
        number = 0
        while counts["inputs"] < inputs:
            name = f"{seed}:{worker}:{number}"
            number += 1
            if worker == 0 and number % 50 == 0:
                print(dict(counts), flush=True)
            random = Random(name)
            arrivals = conversation(random)
            try:
                await _converse(served.port, arrivals, random.choice((0.0, 0.0, 0.0, 0.01)), counts)
            except FoundError as error:
                print(f"FOUND in connection {name}: {error}", flush=True)
                counts["found"] += 1
                keep(found, f"wire-{name.replace(':', '-')}", arrivals)

    async with asyncio.TaskGroup() as group:
        for worker in range(AT_ONCE):
            group.create_task(speak(worker))


async def _converse(port: int, arrivals: list[Arrival], patience: float, counts: Counter[str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    reading = asyncio.create_task(_read(reader))
    try:
        for arrival in arrivals:
            if reading.done() or writer.is_closing():
                break
            writer.write(arrival.data)
            counts["inputs"] += arrival.is_input
            await writer.drain()
            await asyncio.sleep(0)
        if patience:
            await asyncio.wait([reading], timeout=patience)
        if not writer.is_closing() and writer.can_write_eof():
            writer.write_eof()
        answer = await asyncio.wait_for(reading, PATIENCE)
    except (ConnectionError, OSError):
        answer = b""
    except TimeoutError:
        raise FoundError("the connection is not closed") from None
    finally:
        reading.cancel()
        writer.close()
        await asyncio.gather(reading, return_exceptions=True)
    counts["connections"] += 1
    _judge(answer, counts)


async def _read(reader: asyncio.StreamReader) -> bytes:
    parts = []
    try:
        while part := await reader.read(2**16):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)


def _judge(answer: bytes, counts: Counter[str]) -> None:
    for found in _STATUS.finditer(answer):
        status = int(found.group(1))
        counts[f"wire {status}"] += 1
        if status not in STATUSES | {101, 503} or (status == 503 and PAGE not in answer):
            raise FoundError(f"status {status}: {answer[:800]!r}")
    if any(code.decode() not in CODES for code in _CODE.findall(answer)):
        raise FoundError(f"a code that is not told of: {answer[:800]!r}")
    if inner := INNER.search(answer.decode("utf-8", "replace")):
        raise FoundError(f"{inner.group()!r} is told: {answer[:800]!r}")
