"""Idempotency keys: a caller may send a mutation again and gets the first one's answer."""

from dataclasses import dataclass
from typing import Final

from runindex.domain.instants import SECOND, Micros
from runindex.domain.json_text import JsonText
from runindex.domain.problems import invalid
from runindex.domain.texts import fits

MAX_LENGTH: Final = 255
KEPT_FOR: Final = 48 * 3600 * SECOND  # promised are 24 h


@dataclass(frozen=True, slots=True)
class KeyScope:
    """Whose key it is and for what."""

    actor: str
    mutation: str
    key: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The success that a key stands for: `fingerprint` of its input, `answer` as JSON text."""

    scope: KeyScope
    fingerprint: str
    answer: JsonText
    created_at: Micros


def check_key(key: str | None, field: str = "idempotency_key") -> str | None:
    """Return the key; refuse an empty or overlong one."""
    if key is not None and not fits(key, MAX_LENGTH):
        raise invalid(f"an idempotency key has 1 to {MAX_LENGTH} characters", field)
    return key
