"""Bearer tokens: what is kept of them, what each allows, and when they stop to count."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from runindex.domain.ids import new_id
from runindex.domain.instants import Micros

PREFIX: Final = "ri_"
RANDOM_BYTES: Final = 32
NAME: Final = re.compile(r"[A-Za-z0-9._@/-]{1,100}")


class TokenScope(StrEnum):
    """What a token allows: each scope has the rights of those before it."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    def allows(self, needed: "TokenScope") -> bool:
        """Tell whether the scope has the rights of another."""
        return _ORDER.index(self) >= _ORDER.index(needed)


_ORDER: Final = tuple(TokenScope)


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret, of which only the SHA-256 is kept; instants are microseconds since the epoch."""

    id: str
    name: str
    scope: TokenScope
    hash: str
    created_at: Micros
    expires_at: Micros | None = None
    revoked_at: Micros | None = None

    def is_good(self, now: Micros) -> bool:
        """Tell whether the token counts at an instant."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def hash_of(secret: str) -> str:
    """Return what is kept of a token. It is random and long, so that no slow hash is needed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def new_token(name: str, scope: TokenScope, now: Micros, expires_at: Micros | None = None) -> tuple[Token, str]:
    """Return a new token and its secret, which is shown once."""
    secret = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    return Token(new_id(), name, scope, hash_of(secret), now, expires_at), secret


def named(tokens: Iterable[Token], name_or_id: str) -> list[Token]:
    """Return the tokens of an id or a name that are not revoked."""
    return [token for token in tokens if name_or_id in {token.id, token.name} and token.revoked_at is None]
