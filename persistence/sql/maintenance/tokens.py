"""Tokens in a SQL storage."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from sqlalchemy import bindparam, insert, select, update

from persistence.sql.batch.transactions import TransactionRunner
from persistence.sql.queries.where import INSTANT, TEXT
from persistence.sql.statements import Flow, StatementRunner
from persistence.sql.tables.tokens import tokens
from runindex.domain.instants import Micros
from runindex.domain.tokens import Token, TokenScope


class SqlTokens(StatementRunner, TransactionRunner):
    """Implements the Tokens port; a storage inherits it and runs the statements."""

    async def add_token(self, token: Token) -> None:
        """Keep a new token."""

        def flow() -> Flow[None]:
            yield self.dialect.query(_ADD, asdict(token) | {"scope": token.scope.value})

        await self._transact(flow)

    async def list_tokens(self) -> Sequence[Token]:
        """Return all tokens, oldest first."""
        return [Token(**{**row, "scope": TokenScope(row["scope"])}) for row in await self._fetch(_LIST)]

    async def revoke_token(self, token_id: str, at: Micros) -> None:
        """Revoke a token."""

        def flow() -> Flow[None]:
            yield self.dialect.query(_REVOKE, {"token_id": token_id, "at": at})

        await self._transact(flow)


_ADD: Final = insert(tokens).values({column.name: bindparam(column.name, type_=column.type) for column in tokens.c})
_LIST: Final = select(tokens).order_by(tokens.c.created_at, tokens.c.id)
_REVOKE: Final = (
    update(tokens)
    .where(tokens.c.id == bindparam("token_id", type_=TEXT), tokens.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at", type_=INSTANT))
)
