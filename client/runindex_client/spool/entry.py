"""One line of the spool: what one call of the program adds to a mutation."""

import json
import time
from typing import Any, NamedTuple

from runindex_client.json_text import json_text


class Entry(NamedTuple):
    """An input of a mutation about a run, with the key that makes its repetition harmless and when it was made."""

    mutation: str
    run_id: str
    key: str
    input: dict[str, Any]
    at: float
    if_new: bool = False  # a result whose attempt is recorded otherwise needs no more

    @property
    def objects(self) -> int:
        """Return how many input objects it adds to a request."""
        return 1 + len(self.input.get("scores") or ())


def encode(mutation: str, run_id: str, key: str, fields: dict[str, Any], *, if_new: bool = False) -> bytes:
    """Return the line of an entry made now."""
    told = {"m": mutation, "r": run_id, "k": key, "t": time.time(), "i": fields}
    text = json_text(told | {"n": 1} if if_new else told)
    return text.encode() + b"\n"


def decode(line: bytes) -> Entry | None:
    """Return the entry of a line; None for a line that is empty, or was torn when its disk was full."""
    try:
        read = json.loads(line)
        return Entry(
            str(read["m"]), str(read["r"]), str(read["k"]), dict(read["i"]), float(read["t"]), bool(read.get("n"))
        )
    except (ValueError, KeyError, TypeError):
        return None
