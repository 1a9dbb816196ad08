"""Random ids (UUIDs of version 4), drawn many at a time: to ask the system for each would cost most of a call."""

import os
from typing import Final

_BYTES: Final = 16
_MANY: Final = 100
_drawn: Final[list[str]] = []


def new_id() -> str:
    """Return an id that no other process, thread or call has."""
    try:
        return _drawn.pop()
    except IndexError:
        text = os.urandom(_BYTES * _MANY).hex()
        _drawn.extend(_id(text[start : start + 2 * _BYTES]) for start in range(0, len(text), 2 * _BYTES))
        return new_id()


def _id(digits: str) -> str:
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


# A forked process would draw what its parent draws.
os.register_at_fork(after_in_child=_drawn.clear)
