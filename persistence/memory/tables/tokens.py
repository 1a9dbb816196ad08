"""Tokens in the process's own memory."""

from collections.abc import Sequence
from dataclasses import replace

from runindex.domain.instants import Micros
from runindex.domain.tokens import Token


class MemoryTokens:
    """Implements the Tokens port; the storage inherits it."""

    _tokens: dict[str, Token]

    async def add_token(self, token: Token) -> None:
        """Keep a new token."""
        self._tokens[token.id] = token

    async def list_tokens(self) -> Sequence[Token]:
        """Return all tokens, oldest first."""
        return sorted(self._tokens.values(), key=lambda token: (token.created_at, token.id))

    async def revoke_token(self, token_id: str, at: Micros) -> None:
        """Revoke a token."""
        token = self._tokens.get(token_id)
        if token is not None and token.revoked_at is None:
            self._tokens[token_id] = replace(token, revoked_at=at)
