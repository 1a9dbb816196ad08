"""Bytes changed at random."""

from collections.abc import Sequence
from random import Random
from typing import Final

TOKENS: Final[Sequence[bytes]] = (
    b"\0",
    b"\r\n",
    b"\n",
    b"\r\n\r\n",
    b" ",
    b"\t",
    b":",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xc0\x80",
    b"{",
    b"}",
    b"[",
    b'"',
    b"\\",
    b"\\ud800",
    b"null",
    b"NaN",
    b"-0",
    b"1e999",
    b"0",
    b"-1",
    b"4294967296",
    b"18446744073709551616",
    b"99999999999999999999999999",
    b"%00",
    b"%",
    b"..",
    b"#",
    b"...",
    b"$",
    b"@",
    b"__typename",
    b"__schema{types{name}}",
    b"...F",
    b'"""',
    b"\xef\xbb\xbf",
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Length: 5\r\n",
    b"Connection: close\r\n",
    b"Expect: 100-continue\r\n",
    b"Upgrade: h2c\r\n",
    b"Host: localhost\r\n",
    b"Accept: text/event-stream\r\n",
    b"HTTP/1.1",
    b"HTTP/1.0",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
)


def mutated(random: Random, data: bytes) -> bytes:
    """Return bytes with one to four changes."""
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        data = _changed(random, data)
    return data


def _changed(random: Random, data: bytes) -> bytes:  # noqa: PLR0911 - each a kind of change
    if not data:
        return random.choice(TOKENS)
    start = random.randrange(len(data))
    end = min(len(data), start + random.choice((1, 1, 2, 4, 16, 64)))
    match random.randrange(8):
        case 0:
            return data[:start] + bytes((data[start] ^ 1 << random.randrange(8),)) + data[start + 1 :]
        case 1:
            return data[:start] + data[end:]
        case 2:
            return data[:end] + data[start:end] * random.choice((1, 1, 3, 50)) + data[end:]
        case 3 | 4:
            return data[:start] + random.choice(TOKENS) + data[start:]
        case 5:
            return data[:start] + random.choice(TOKENS) + data[end:]
        case 6:
            return data[:start]
    return data[:start] + random.randbytes(end - start) + data[end:]


def pieces(random: Random, data: bytes) -> list[bytes]:
    """Cut bytes into what arrives at a time."""
    if random.random() < 0.7 or len(data) < 2:
        return [data]
    cuts = sorted(random.randrange(len(data)) for _ in range(random.choice((1, 1, 2, 5))))
    parts = [data[start:end] for start, end in zip((0, *cuts), (*cuts, len(data)), strict=True)]
    return [part for part in parts if part]
