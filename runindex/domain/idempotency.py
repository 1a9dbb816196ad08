"""Idempotency keys: a mutation that is sent again with its key is not executed, but answered as the first time."""

from dataclasses import dataclass
from typing import Final

from runindex.domain.instants import SECOND, Micros
from runindex.domain.json_text import JsonText
from runindex.domain.problems import invalid
from runindex.domain.texts import fits

MAX_LENGTH: Final = 255
KEPT_FOR: Final = 48 * 3600 * SECOND  # the API promises 24 hours


@dataclass(frozen=True, slots=True)
class KeyScope:
    """An idempotency key, which is unique for its actor and mutation."""

    actor: str
    mutation: str
    key: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A stored reply: the success under a key as JSON text (`answer`), and the fingerprint of its input."""

    scope: KeyScope
    fingerprint: str
    answer: JsonText
    created_at: Micros


def check_key(key: str | None, field: str = "idempotency_key") -> str | None:
    """Return the key; refuse one that does not fit."""
    if key is not None and not fits(key, MAX_LENGTH):
        raise invalid(f"an idempotency key has 1 to {MAX_LENGTH} characters", field)
    return key
