"""A trouble of a storage: how it begins, how it is healed, and whether mutations are impossible meanwhile."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TypeAlias

# Begins the trouble, and heals it at the end.
Strike: TypeAlias = Callable[[], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A trouble that can be healed; after a `passing` one nothing needs to be healed, as when a session is ended."""

    name: str
    strike: Strike
    passing: bool = False
