"""Tokens are kept without their secrets, on every storage."""

from dataclasses import replace

import pytest

from runindex.domain.tokens import TokenScope, hash_of, new_token
from runindex.ports.maintenance import Storage

pytestmark = pytest.mark.asyncio
HOUR = 3_600_000_000


async def test_a_new_storage_has_no_tokens(storage: Storage) -> None:
    assert list(await storage.list_tokens()) == []


async def test_tokens_are_listed_as_they_were_kept_oldest_first(storage: Storage) -> None:
    late, _ = new_token("b", TokenScope.ADMIN, 2 * HOUR)
    early, secret = new_token("a", TokenScope.READ, HOUR, 3 * HOUR)
    await storage.add_token(late)
    await storage.add_token(early)
    assert list(await storage.list_tokens()) == [early, late]
    assert early.hash == hash_of(secret)


async def test_a_revoked_token_stays_listed_and_is_revoked_once(storage: Storage) -> None:
    token, _ = new_token("a", TokenScope.WRITE, HOUR)
    other, _ = new_token("a", TokenScope.WRITE, HOUR + 1)
    await storage.add_token(token)
    await storage.add_token(other)
    await storage.revoke_token(token.id, 2 * HOUR)
    await storage.revoke_token(token.id, 3 * HOUR)
    await storage.revoke_token("absent", 3 * HOUR)
    assert list(await storage.list_tokens()) == [replace(token, revoked_at=2 * HOUR), other]
    assert not (await storage.list_tokens())[0].is_good(2 * HOUR)
