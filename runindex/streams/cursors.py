"""Opaque texts for positions: in the log, and in lists.

A cursor says nothing to its holder; it is checked when it comes back, so that a damaged one, or one of another list, is
refused and never misread.
"""

import binascii
import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, Final

import orjson

from runindex.domain.errors import BadRequestError, CursorExpiredError
from runindex.ports.store import LogState

SHARD: Final = 0
# How a cursor is made; as its first byte it also sees to it that the text starts with a letter: with a dash, a command
# would take it for an option.
_MAKE: Final = b"\x01"
_DIGEST: Final = 6
_LONGEST: Final = 4096


def log_cursor(epoch: str, seq: int) -> str:
    """Return the cursor of a log position: the same text for the same position."""
    return _seal(b"log", orjson.dumps([epoch, SHARD, seq]))


def read_log_cursor(cursor: str, state: LogState, field: str = "after") -> int:
    """Return the sequence number of a log cursor.

    Raise BadRequestError for text that is no log cursor, CursorExpiredError for one of another epoch, ahead of the
    log's head, or behind what compaction removed.
    """
    values = _open(b"log", cursor)
    match values:
        case [str() as epoch, int(), int() as seq] if not isinstance(seq, bool):
            pass
        case _:
            message = f"`{field}` is not a cursor of the change log"
            raise BadRequestError(message)
    if epoch != state.epoch or seq > state.head or seq < state.floor:
        message = "the change log no longer reaches back to this cursor: read the present state, then start anew"
        raise CursorExpiredError(message)
    return seq


def list_cursor(binding: bytes, position: tuple[Any, ...]) -> str:
    """Return the cursor of an entry of the list that `binding` stands for (see `binding_of`)."""
    return _seal(binding, orjson.dumps(position))


def read_list_cursor(binding: bytes, cursor: str, field: str) -> tuple[Any, ...]:
    """Return the position that a cursor of this very list stands for; raise BadRequestError for any other text."""
    values = _open(binding, cursor)
    if not isinstance(values, list):
        message = f"`{field}` is not a cursor of this list, with this filter and this order"
        raise BadRequestError(message)
    return tuple(values)


def binding_of(*parts: object) -> bytes:
    """Return what binds a cursor to its list: a digest of the list's name, filter and order."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).digest()


def _seal(binding: bytes, payload: bytes) -> str:
    return urlsafe_b64encode(_MAKE + _digest(binding, payload) + payload).rstrip(b"=").decode()


def _open(binding: bytes, cursor: str) -> object:
    if len(cursor) > _LONGEST or not cursor.isascii():
        return None
    try:
        sealed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError):
        return None
    start = len(_MAKE) + _DIGEST
    digest, payload = sealed[len(_MAKE) : start], sealed[start:]
    # One text for one position: what decodes alike but is spelled otherwise is no cursor of ours.
    if digest != _digest(binding, payload) or _seal(binding, payload) != cursor:
        return None
    return orjson.loads(payload)


def _digest(binding: bytes, payload: bytes) -> bytes:
    return hashlib.blake2b(payload, digest_size=_DIGEST, key=binding[:64]).digest()
