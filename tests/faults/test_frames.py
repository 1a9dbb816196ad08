"""Ten thousand frames of every kind: each conversation goes on, or ends by the code that the protocols name."""

import asyncio
import json
from collections import Counter
from random import Random
from typing import Final

import pytest
from websockets.asyncio.client import connect
from websockets.protocol import State
from websockets.typing import Subprotocol

from tests.faults.frames import Conversation
from tests.support.drawn.effort import EFFORT
from tests.support.servers.served import Served

FRAMES: Final = 10_000 * EFFORT
AT_ONCE: Final = 8
PROTOCOL: Final = Subprotocol("graphql-transport-ws")
PATIENCE: Final = 60.0


def opened(url: str) -> connect:
    return connect(url, subprotocols=[PROTOCOL], compression=None, ping_interval=None, max_queue=None)


async def harmless(url: str, random: Random) -> int:
    """Send frames that keep the connection open, and check each answer. Return how many were sent."""
    talk = Conversation(random)
    frames = [talk.init(), *(talk.harmless() for _ in range(random.randrange(1, 20)))]
    assert {frame.code for frame in frames} == {None}
    wanted = Counter({("", "connection_ack"): 1})
    wanted.update((name, "error") for name in talk.mistaken)
    wanted.update((name, kind) for name in talk.answered for kind in ("next", "complete"))
    got: Counter[tuple[str, str]] = Counter()
    async with opened(url) as connection:
        connection.transport.write(b"".join(frame.data for frame in frames))
        async with asyncio.timeout(PATIENCE):
            while not wanted <= got:
                message = json.loads(await connection.recv())
                got[message.get("id", ""), message["type"]] += 1
    assert set(got - wanted) <= {("", "pong")}
    return len(frames)


async def deadly(url: str, random: Random) -> int:
    """Send frames until the server closes the connection, and on. Return how many were sent."""
    talk = Conversation(random)
    before = [talk.init(), *(talk.harmless() for _ in range(random.randrange(8)))] if random.random() < 0.8 else []
    last = talk.deadly()
    after = [talk.harmless() for _ in range(random.choice((0, 0, 1, 3)))] if talk.is_open else []
    async with opened(url) as connection:
        for frame in (*before, last, *after):
            if connection.state is State.OPEN:
                connection.transport.write(frame.data)
            await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE):
            await connection.wait_closed()
    assert connection.close_code == last.code, (last.data[:200], connection.close_reason)
    return len(before) + 1 + len(after)


async def leaving(url: str, random: Random) -> int:
    """Break off in the middle of a message. Return how many frames were sent."""
    talk = Conversation(random)
    frames = [talk.init(), *(talk.harmless() for _ in range(random.randrange(8))), talk.deadly()]
    async with opened(url) as connection:
        connection.transport.write(b"".join(frame.data for frame in frames))
        if random.random() < 0.5:
            connection.transport.abort()
    return len(frames)


async def talk_on(url: str, random: Random, frames: int) -> None:
    """Open connections until so many frames were sent."""
    while frames > 0:
        frames -= await random.choice((harmless, harmless, deadly, deadly, leaving))(url, random)


@pytest.mark.asyncio
@pytest.mark.timeout(180)
async def test_no_frame_does_harm(served: Served) -> None:
    async with opened(served.ws_url) as silent:
        async with asyncio.TaskGroup() as group:
            for seed in range(AT_ONCE):
                group.create_task(talk_on(served.ws_url, Random(seed), FRAMES // AT_ONCE))
        async with asyncio.timeout(PATIENCE):
            await silent.wait_closed()
        assert silent.close_code == 4408
    assert await harmless(served.ws_url, Random(0))
    assert served.execute("{ runCount }") == {"runCount": 1}
    assert served.stop() == 0
    assert "Traceback" not in served.log
    assert " ERROR " not in served.log
