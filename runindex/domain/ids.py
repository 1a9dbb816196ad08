"""Run ids: `default`, or a UUID in its lower-case hyphenated form."""

import os
import re
import time
import uuid
from typing import Final

DEFAULT_RUN: Final = "default"
_LONGEST_UUID_TEXT: Final = 64  # "urn:uuid:{…}" is 47
_STORED: Final = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NIL: Final = str(uuid.UUID(int=0))


def find_run_id(text: str) -> str | None:
    """Return the id in its stored form, None for text that cannot be an id."""
    if text == DEFAULT_RUN:
        return text
    # What clients were told of comes back as it was.
    if _STORED.fullmatch(text):
        return None if text == _NIL else text
    if len(text) > _LONGEST_UUID_TEXT or not text.isascii():
        return None
    try:
        value = uuid.UUID(text)
    except ValueError:
        return None
    return str(value) if value.int else None


def new_id() -> str:
    """Return a new UUID of version 7, which sorts by its millisecond of creation (RFC 9562, 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    bits = (milliseconds & (1 << 48) - 1) << 80 | random
    bits = bits & ~(0xF << 76) | 0x7 << 76
    bits = bits & ~(0x3 << 62) | 0x2 << 62
    text = f"{bits:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
