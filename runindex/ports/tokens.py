"""The Tokens port. These docstrings are the contract that `tests/contract` holds every storage to."""

from collections.abc import Sequence
from typing import Protocol

from runindex.domain.instants import Micros
from runindex.domain.tokens import Token


class Tokens(Protocol):
    """Keeps tokens, of which there are few. Errors are raised as the Store port says."""

    async def add_token(self, token: Token) -> None:
        """Keep a new token, durable on return."""
        ...

    async def list_tokens(self) -> Sequence[Token]:
        """Return all tokens that were ever kept, revoked and expired ones too, oldest first, then by id."""
        ...

    async def revoke_token(self, token_id: str, at: Micros) -> None:
        """Revoke a token, durable on return; one that is revoked already or not there stays as it is."""
        ...
