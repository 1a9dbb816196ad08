"""Texts and instants, as the index takes them."""

from datetime import datetime, timezone
from typing import Final
from uuid import NAMESPACE_URL, uuid5

MAX_NAME: Final = 256
MAX_ITEM: Final = 512


def item_of(nodeid: str) -> str:
    """Return a test's item id: its name in full, or a shorter one if that is too long."""
    text = plain(nodeid)
    digest = uuid5(NAMESPACE_URL, text).hex
    return text if len(text) <= MAX_ITEM else f"{text[: MAX_ITEM - len(digest)]}{digest}"


def instant(seconds: float) -> str:
    """Return an instant as the API reads it."""
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat()


def plain(text: str) -> str:
    """Return the text without characters that no storage keeps: NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
