"""A run's events: append-only, numbered without gaps across all streams, each chained to the previous by its hash."""

import hashlib
import json
import struct
from dataclasses import dataclass
from typing import ClassVar, Final

from runindex.domain import json_text
from runindex.domain.instants import Micros
from runindex.domain.json_text import JsonText, JsonValue
from runindex.domain.problems import invalid
from runindex.domain.records.record import Record
from runindex.domain.texts import check_text

MAX_STREAM: Final = 256
RESERVED: Final = "_runindex_"
# The index's own stream: what happens to a run's results after they were recorded.
RESULT_STREAM: Final = f"{RESERVED}results"


@dataclass(frozen=True, slots=True)
class Event(Record):
    """One event; `owner` is the run's incarnation, `hash` lower-case hex; `late` is 1 when the run was closed before.

    The hash does not cover `late`, so that whoever knows the stream's content can recompute the chain.
    """

    KEY: ClassVar = ("owner", "sequence")

    owner: int
    sequence: int
    stream: str
    payload: JsonText
    at: Micros
    hash: str
    late: int = 0


def event_hash(sequence: int, stream: str, at: Micros, payload: JsonValue, previous: str) -> str:
    """Return the hex SHA-256 of an event; `previous` is the hash of the event before it, 64 zeros for the first.

    The bytes: sequence (8, little-endian), length of the stream's UTF-8 (4), the stream, microseconds since the epoch
    (8), length of the payload (4), the payload as compact JSON with sorted keys in UTF-8, the previous hash (32).
    """
    name, body = stream.encode(), sorted_json(payload).encode()
    return hashlib.sha256(
        struct.pack("<QI", sequence, len(name))
        + name
        + struct.pack("<QI", at, len(body))
        + body
        + bytes.fromhex(previous)
    ).hexdigest()


def sorted_json(value: JsonValue) -> JsonText:
    """Return compact JSON with keys sorted at every level."""
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    except TypeError:
        return json_text.dumps(_sorted(value))


def _sorted(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value


def check_stream(stream: str, field: str) -> str:
    """Return a stream's name; refuse one that does not fit."""
    return check_text(stream, field, MAX_STREAM, "a stream")


def check_own_stream(stream: str, field: str) -> str:
    """Return the name of a stream that clients may append to; refuse the index's own, too."""
    if stream.startswith(RESERVED):
        raise invalid(f"streams whose names start with `{RESERVED}` are the index's own", field)
    return check_stream(stream, field)
