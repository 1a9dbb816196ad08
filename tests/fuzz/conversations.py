"""What a client does on one connection, drawn at random: arrivals of bytes, and where it waits."""

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.fuzz.frames import INIT, frame, handshake
from tests.fuzz.mutations import pieces
from tests.fuzz.requests import request


@dataclass(frozen=True, slots=True)
class Arrival:
    """Bytes that arrive at a time; then the client waits for so many turns of the server's loop."""

    data: bytes
    turns: int = 0
    is_input: bool = True  # False for the second piece of one, and on


def conversation(random: Random) -> list[Arrival]:
    """Draw a connection."""
    if random.random() < 0.6:
        return _arrivals(random, [request(random) for _ in range(random.choice((1, 2, 3, 6)))])
    frames = [frame(random) for _ in range(random.randrange(5, 60))]
    inits = [INIT] if random.random() < 0.95 else []
    return _arrivals(random, [handshake(random), *inits, *frames])


def _arrivals(random: Random, inputs: Sequence[bytes]) -> list[Arrival]:
    arrivals = [
        Arrival(piece, random.choice((0, 0, 1, 5)), number == 0)
        for data in inputs
        for number, piece in enumerate(pieces(random, data))
    ]
    return [*arrivals, Arrival(b"", random.choice((0, 30, 60)), is_input=False)]


def keep(folder: Path, name: str, arrivals: Sequence[Arrival]) -> None:
    """Write a connection to a file."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [[b64encode(arrival.data).decode(), arrival.turns] for arrival in arrivals]
    (folder / f"{name}.json").write_text(json.dumps(lines, indent=1))


def kept(path: Path) -> list[Arrival]:
    """Read a connection from a file."""
    return [Arrival(b64decode(data), turns) for data, turns in json.loads(path.read_text())]
