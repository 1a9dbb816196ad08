"""What is written on a WebSocket, most of it a little wrong."""

import json
import struct
from random import Random
from typing import Any, Final

from websockets.frames import Opcode

from tests.faults.frames import framed, value
from tests.fuzz.mutations import mutated
from tests.fuzz.requests import operation

HANDSHAKE: Final = (
    b"GET /graphql HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
INIT: Final = framed(Opcode.TEXT, b'{"type":"connection_init"}')
KINDS: Final = ("subscribe",) * 4 + ("complete", "ping", "pong", "connection_init", "start", "next")
SIZES: Final = (0, 1, 125, 126, 127, 65_535, 65_536, 2**31, 2**63 - 1, 2**63, 2**64 - 1)


def handshake(random: Random) -> bytes:
    """Return a handshake; one in ten is changed."""
    return mutated(random, HANDSHAKE) if random.random() < 0.1 else HANDSHAKE


def frame(random: Random) -> bytes:
    """Return the bytes of one frame; one in eight has a head that is wrong."""
    kind = random.random()
    if kind < 0.03:
        return mutated(random, _message(random))
    if kind < 0.06:
        return _wrong_head(random)
    if kind < 0.36:
        return framed(random.choice((Opcode.PING, Opcode.PONG)), random.randbytes(random.randrange(20)))
    return _message(random)


def _message(random: Random) -> bytes:
    text = json.dumps(_content(random)).encode()
    if random.random() < 0.04:
        text = mutated(random, text)
    if random.random() < 0.05:
        cut = random.randrange(len(text) + 1)
        return framed(Opcode.TEXT, text[:cut], fin=False) + framed(Opcode.CONT, text[cut:])
    return framed(Opcode.TEXT, text)


def _content(random: Random) -> Any:  # noqa: ANN401 - JSON
    if random.random() < 0.02:
        return value(random, deep=3)
    kind = random.choice(KINDS if random.random() < 0.05 else KINDS[:7])
    message: dict[str, Any] = {"type": kind}
    if kind in {"subscribe", "complete"}:
        message["id"] = str(random.randrange(1_000)) if random.random() < 0.99 else value(random)
    if kind == "subscribe":
        message["payload"] = _operation(random)
    elif random.random() < 0.3:
        message["payload"] = {"a": value(random)} if random.random() < 0.95 else value(random)
    return message


def _operation(random: Random) -> dict[str, Any]:
    """Return an operation that is of the right form most times: another ends the connection."""
    made = operation(random)
    if random.random() < 0.95:
        wanted: dict[str, type] = {"variables": dict, "operationName": str, "extensions": dict}
        return {key: each for key, each in made.items() if isinstance(each, wanted.get(key, str))}
    return made


def _wrong_head(random: Random) -> bytes:
    size = random.choice(SIZES)
    first = random.choice((0x80, 0x00, 0xC0, 0xA0, 0x90, 0xF0)) | random.randrange(16)
    masked = random.choice((0x80, 0x80, 0x80, 0))
    if size < 2**16:
        head = struct.pack("!BBH", first, masked | 126, size)
    else:
        head = struct.pack("!BBQ", first, masked | 127, size)
    return head + random.randbytes(4) + random.randbytes(min(size, 300))
