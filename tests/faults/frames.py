"""Frames that no client should send, and some that it should, each with the answer that the protocols name."""

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, TypeAlias

from websockets.frames import Opcode

Value: TypeAlias = Any
LONGEST: Final = 64 * 1024
MASK: Final = bytes(4)  # a mask of zeros leaves a payload as it is
INIT: Final = {"type": "connection_init"}
LIVE: Final = "subscription { runChanges { cursor } }"
# A mistake in a document ends its operation, and nothing else.
MISTAKES: Final[Sequence[Mapping[str, Value]]] = (
    {"query": ""},
    {"query": "{"},
    {"query": "\ud800"},
    {"query": "{ nope }"},
    {"query": "{" * 2_000},
    {"query": "fragment F on Run { id }"},
    {"query": "query A { runCount } query B { runCount }"},
    {"query": "{ runCount }", "operationName": "Nope"},
    {"query": "{ runCount }", "operationName": "\ud800"},
    {"query": "query ($id: ID!) { run(id: $id) { id } }", "variables": {"id": []}},
    {"query": "query ($id: ID!) { run(id: $id) { id } }", "variables": {"\ud800": 1e300}},
    {"query": "subscription { runCounts { count } runChanges { cursor } }"},
    {"query": 'subscription { runChanges(after: "x") { cursor } }'},
)
ANSWERED: Final[Sequence[Mapping[str, Value]]] = (
    {"query": "{ runCount }"},
    {"query": "{ runCount }", "variables": None, "operationName": None, "extensions": None},
    {"query": "query A { runCount } query B { tags { tag } }", "operationName": "A", "extensions": {"a": [1]}},
    {"query": '{ run(id: "nope") { id } }', "variables": {"unused": {"a": 10**300}}},
    {"query": 'mutation { pauseRun(input: {id: "nope"}) { __typename } }'},
)


@dataclass(frozen=True, slots=True)
class Frame:
    """The bytes to write, and the code by which the server closes the connection; None when it stays open."""

    data: bytes
    code: int | None = None


@dataclass(slots=True)
class Conversation:
    """The state of one socket: its operations that are alive, answered by an error, or by a result."""

    random: Random
    is_open: bool = False
    live: list[str] = field(default_factory=list)
    mistaken: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)

    def harmless(self) -> Frame:
        """Return a frame after which the conversation goes on."""
        return self.random.choice((self._ping, self._complete, self._start, self._mistake, self._operation))()

    def deadly(self) -> Frame:
        """Return a frame that ends the conversation."""
        return self.random.choice(
            (
                self._junk,
                self._wrong_message,
                self._binary,
                self._not_utf8,
                self._too_long,
                self._violation,
                self._out_of_order,
            )
        )()

    def init(self) -> Frame:
        """Return the frame that opens the conversation."""
        self.is_open = True
        return self._text(
            {**INIT, **self.random.choice(({}, {"payload": None}, {"payload": {"token": value(self.random)}}))}
        )

    def _ping(self) -> Frame:
        if self.random.random() < 0.2:
            return Frame(framed(Opcode.PING, self.random.randbytes(self.random.randrange(126))))
        kind = self.random.choice(("ping", "pong"))
        payload = self.random.choice(({}, {"payload": None}, {"payload": {"a": value(self.random)}}))
        return self._text({"type": kind, **payload})

    def _complete(self) -> Frame:
        if self.live and self.random.random() < 0.5:
            return self._text({"type": "complete", "id": self.live.pop()})
        return self._text({"type": "complete", "id": "unknown", "payload": value(self.random)})

    def _start(self) -> Frame:
        return self._subscribe({"query": LIVE}, self.live)

    def _mistake(self) -> Frame:
        return self._subscribe(self.random.choice(MISTAKES), self.mistaken)

    def _operation(self) -> Frame:
        return self._subscribe(self.random.choice(ANSWERED), self.answered)

    def _subscribe(self, payload: Mapping[str, Value], kept: list[str]) -> Frame:
        name = f"{self.random.choice(('', 'é', ' ', '0'))}{self.random.getrandbits(64)}"
        kept.append(name)
        return self._text({"type": "subscribe", "id": name, "payload": payload})

    def _junk(self) -> Frame:
        text = json.dumps(value(self.random, deep=3))
        wrong = self.random.choice(
            ("", "{", '{"type":"ping","payload":{"a":NaN}}', "[" * 5_000, "9" * 5_000, text, text[:-1] + "\0")
        )
        return Frame(self._fragments(wrong.encode()), 4400)

    def _wrong_message(self) -> Frame:
        message = self.random.choice(WRONG)(self.random)
        return Frame(self._fragments(json.dumps(message).encode()), 4400)

    def _binary(self) -> Frame:
        data = self.random.choice((b"", b"\0", json.dumps(INIT).encode(), self.random.randbytes(200)))
        return Frame(framed(Opcode.BINARY, data), 4400)

    def _not_utf8(self) -> Frame:
        return Frame(
            self._fragments(self.random.choice((b"\xff", b'{"type":"ping\xc3"}', b"\xed\xa0\x80", b"\xc0\x80"))), 1007
        )

    def _too_long(self) -> Frame:
        text = b'{"type":"ping","payload":{"a":"%s"}}' % (
            b"x" * self.random.choice((LONGEST, 2 * LONGEST, 40 * LONGEST))
        )
        return Frame(self._fragments(text), 1009)

    def _violation(self) -> Frame:
        data = self.random.choice(
            (
                framed(3, b""),  # reserved opcodes
                framed(11, b""),
                framed(Opcode.CONT, b"{}"),  # of nothing
                framed(Opcode.TEXT, b"{", fin=False) + framed(Opcode.TEXT, b"}"),
                framed(Opcode.PING, bytes(126)),
                framed(Opcode.PING, b"", fin=False),
                framed(Opcode.CLOSE, b"\0"),
                framed(Opcode.CLOSE, struct.pack("!H", 999)),
                b"\xf1\x80" + MASK,  # reserved bits
                b"\x81\x02{}",  # without a mask
            )
        )
        return Frame(data, 1002)

    def _out_of_order(self) -> Frame:
        if not self.is_open:
            return Frame(self._subscribe({"query": LIVE}, []).data, 4401)
        if self.live and self.random.random() < 0.7:
            payload = self.random.choice((*MISTAKES, *ANSWERED, {"query": LIVE}))
            again = {"type": "subscribe", "id": self.random.choice(self.live), "payload": payload}
            return Frame(self._text(again).data, 4409)
        return Frame(self._text(INIT).data, 4429)

    def _text(self, message: Mapping[str, Value]) -> Frame:
        escaped = self.random.random() < 0.5 or "\\ud800" in json.dumps(message)
        return Frame(self._fragments(json.dumps(message, ensure_ascii=escaped).encode()))

    def _fragments(self, data: bytes) -> bytes:
        """Write a text message in pieces, now and then with a ping in between."""
        pieces = self.random.choice((1, 1, 1, 2, 5))
        size = len(data) // pieces + 1
        frames = []
        for number in range(pieces):
            opcode = Opcode.CONT if number else Opcode.TEXT
            frames.append(framed(opcode, data[number * size : (number + 1) * size], fin=number == pieces - 1))
            if number < pieces - 1 and self.random.random() < 0.3:
                frames.append(framed(Opcode.PING, b"between"))
        return b"".join(frames)


def framed(opcode: int, data: bytes, *, fin: bool = True) -> bytes:
    """Write one frame as a client does, whatever it holds."""
    head = (0x80 if fin else 0) | opcode
    if len(data) < 126:
        return struct.pack("!BB", head, 0x80 | len(data)) + MASK + data
    if len(data) < 2**16:
        return struct.pack("!BBH", head, 0x80 | 126, len(data)) + MASK + data
    return struct.pack("!BBQ", head, 0x80 | 127, len(data)) + MASK + data


def value(random: Random, deep: int = 2) -> Value:
    """Return a JSON value of any shape."""
    kind = random.randrange(9 if deep else 7)
    if kind == 7:
        return [value(random, deep - 1) for _ in range(random.randrange(4))]
    if kind == 8:
        return {text(random): value(random, deep - 1) for _ in range(random.randrange(4))}
    return (None, True, -1, 10**100, 0.1, "", text(random))[kind]


def text(random: Random) -> str:
    """Return a string of unusual characters."""
    return "".join(random.choice('a\0\n"\\é\u2028\ud800😀') for _ in range(random.randrange(5)))


def _no_object(random: Random) -> Value:
    found = value(random)
    return [found] if isinstance(found, dict) else found


def _no_text(random: Random) -> Value:
    found = value(random)
    return 5 if isinstance(found, str) else found


def _bad_id(random: Random) -> Value:
    return random.choice((_no_text(random), "", "a\0", "\ud800"))


def _bad_fields(random: Random) -> Value:
    wrong: Value = random.choice(
        (
            {"query": _no_text(random)},
            {"query": LIVE, "variables": random.choice(("{}", [], 5, True))},
            {"query": LIVE, "operationName": random.choice((5, [], {}, False))},
            {"query": LIVE, "extensions": random.choice(("", [], 0))},
            {},
        )
    )
    return {"type": "subscribe", "id": "1", "payload": wrong}


def _bad_type(random: Random) -> Value:
    kind = random.choice(
        (_no_text(random), "", "start", "stop", "connection_ack", "next", "error", "PING", "\ud800" * 300)
    )
    return {"type": kind, "id": "1", "payload": {"query": LIVE}}


WRONG: Final[Sequence[Callable[[Random], Value]]] = (
    _no_object,
    _bad_type,
    _bad_fields,
    lambda random: {text(random): value(random)},
    lambda random: {"type": "subscribe", "id": _bad_id(random), "payload": {"query": LIVE}},
    lambda random: {"type": "complete", "id": _bad_id(random)},
    lambda random: {"type": "subscribe", "id": "1", "payload": _no_object(random)},
    lambda random: {"type": "connection_init", "payload": random.choice(("x", 5, [], True))},
    lambda random: {"type": random.choice(("ping", "pong")), "payload": random.choice(("x", 5, [], True))},
    lambda _: {"type": "subscribe", "payload": {"query": LIVE}},
)
