"""Cursors: opaque texts for positions in the log and in lists.

A cursor is checked when it comes back, so that a damaged one, or one of another list, is refused and never misread.
"""

import binascii
import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, Final

import orjson

from runindex.domain.errors import BadRequestError, CursorExpiredError
from runindex.ports.store import LogState

SHARD: Final = 0
# The format's version. As the first byte it makes the text start with a letter: commands take a leading dash for an
# option.
_VERSION: Final = b"\x01"
_DIGEST: Final = 6  # bytes
_LONGEST: Final = 4096  # characters


def log_cursor(epoch: str, seq: int) -> str:
    """Return the cursor of a log position; one position has one text."""
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
            raise BadRequestError(f"`{field}` is not a cursor of the change log")
    if epoch != state.epoch or seq > state.head or seq < state.floor:
        raise CursorExpiredError(
            "the change log no longer reaches back to this cursor: read the present state, then start anew"
        )
    return seq


def list_cursor(binding: bytes, position: tuple[Any, ...]) -> str:
    """Return the cursor of an entry of the list that `binding` names (see `binding_of`)."""
    return _seal(binding, orjson.dumps(position))


def read_list_cursor(binding: bytes, cursor: str, field: str) -> tuple[Any, ...]:
    """Return the position of a cursor of this very list; raise BadRequestError for any other text."""
    values = _open(binding, cursor)
    if not isinstance(values, list):
        raise BadRequestError(f"`{field}` is not a cursor of this list, with this filter and this order")
    return tuple(values)


def binding_of(*parts: object) -> bytes:
    """Return a digest of a list's name, filter and order, which binds cursors to the list."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).digest()


def _seal(binding: bytes, payload: bytes) -> str:
    return urlsafe_b64encode(_VERSION + _digest(binding, payload) + payload).rstrip(b"=").decode()


def _open(binding: bytes, cursor: str) -> object:
    if len(cursor) > _LONGEST or not cursor.isascii():
        return None
    try:
        sealed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError):
        return None
    start = len(_VERSION) + _DIGEST
    digest, payload = sealed[len(_VERSION) : start], sealed[start:]
    # One position has one text: another spelling that decodes alike is refused.
    if digest != _digest(binding, payload) or _seal(binding, payload) != cursor:
        return None
    return orjson.loads(payload)


def _digest(binding: bytes, payload: bytes) -> bytes:
    return hashlib.blake2b(payload, digest_size=_DIGEST, key=binding[:64]).digest()
