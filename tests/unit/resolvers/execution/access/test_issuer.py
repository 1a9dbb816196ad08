"""Which tokens of an issuer count, and what they allow."""

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import jwt
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from resolvers.execution.access import issuer as module
from resolvers.execution.access.issuer import Issuer
from resolvers.execution.access.rights import ForbiddenError
from runindex.domain.errors import UnavailableError
from runindex.ports.clock import SystemClock
from tests.support.issuing import AUDIENCE, ISSUER, TestIssuer

pytestmark = pytest.mark.asyncio
NOW = SystemClock().now


@pytest.fixture
def other(tmp_path: Path) -> TestIssuer:
    return TestIssuer(tmp_path / "keys.json")


@pytest.mark.parametrize(
    ("claim", "scope"),
    [
        ("read", "read"),
        ("openid runindex:write profile", "write"),
        (["admin"], "admin"),
        (["read", 1, None, "write"], "write"),
    ],
)
async def test_the_widest_scope_of_the_claim_counts(other: TestIssuer, claim: object, scope: str) -> None:
    caller = await Issuer(other.settings, NOW).caller_of(other.token(claim))
    assert caller is not None
    assert (caller.actor, caller.scope) == ("ann", scope)


@pytest.mark.parametrize("claim", ["", "reader", None, 7, {"read": True}, ["Read"], "runindex:", True])
async def test_a_token_without_any_scope_is_forbidden(other: TestIssuer, claim: object) -> None:
    with pytest.raises(ForbiddenError):
        await Issuer(other.settings, NOW).caller_of(other.token(claim))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"aud": []},
        {"exp": 1},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 10**400},
        {"nbf": 1 << 40},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "a\0b"},
        {"sub": "a" * 256},
    ],
)
async def test_a_token_of_another_or_of_another_time_does_not_count(other: TestIssuer, claims: dict[str, Any]) -> None:
    assert await Issuer(other.settings, NOW).caller_of(other.token(**claims)) is None


async def test_a_token_is_one_of_a_list_of_audiences(other: TestIssuer) -> None:
    assert await Issuer(other.settings, NOW).caller_of(other.token(aud=["another", AUDIENCE])) is not None


async def test_no_other_signature_counts(other: TestIssuer, tmp_path: Path) -> None:
    stranger = TestIssuer(tmp_path / "stranger.json")
    body = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "exp": time.time() + 3600, "scope": "admin"}
    head, claims, signature = other.token().split(".")
    forged = [
        stranger.token("admin"),
        jwt.encode(body, "", "none", {"kid": "first"}),
        jwt.encode(body, "a secret that is as long as it has to be", "HS256", {"kid": "first"}),
        f"{head}.{claims}.",
        f"{head}.{claims}.{signature[::-1]}",
        f"{head}.{_encoded(body)}.{signature}",
        f"{_encoded({'alg': 'ES256', 'kid': ['first']})}.{claims}.{signature}",
        f"{_encoded({'alg': 'none', 'kid': 'first'})}.{claims}.",
        f"{base64.urlsafe_b64encode(b'[' * 30_000).decode()}.{claims}.{signature}",
        "..",
        "a.b.c",
        "é.ü.\0",
    ]
    known = Issuer(other.settings, NOW)
    for token in forged:
        assert await known.caller_of(token) is None, token


def _encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


@given(place=st.integers(0, 10_000), letter=st.characters(codec="utf-8"))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
async def test_a_token_that_was_changed_does_not_count(other: TestIssuer, place: int, letter: str) -> None:
    token = other.token()
    place %= token.rindex(".")
    assume(token[place] != letter)
    assert await Issuer(other.settings, NOW).caller_of(token[:place] + letter + token[place + 1 :]) is None


async def test_a_key_that_comes_counts_and_one_that_goes_does_not(
    other: TestIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Issuer(other.settings, NOW)
    old = await known.caller_of(other.token())
    assert old is not None
    other.add_key("second")
    assert await known.caller_of(other.token(key="second")) is None  # so soon after the last look, it is not read again
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.0)
    assert await known.caller_of(other.token(key="second")) is not None
    assert known.is_good(old)
    del other.keys["first"]
    other.file.write_text(other.key_set)
    await known.refresh(0.0)
    assert not known.is_good(old)


async def test_keys_that_are_known_outlast_a_file_that_is_gone(other: TestIssuer) -> None:
    known = Issuer(other.settings, NOW)
    assert await known.caller_of(other.token()) is not None
    for trouble in ("", "{}", "[1]", '{"keys": []}', "[" * 100_000):
        other.file.write_text(trouble)
        await known.refresh(0.0)
        assert await known.caller_of(other.token(sub="bob")) is not None


async def test_without_any_key_nobody_is_judged(other: TestIssuer) -> None:
    other.file.unlink()
    with pytest.raises(UnavailableError):
        await Issuer(other.settings, NOW).caller_of(other.token())


async def test_a_checked_token_stops_to_count_at_its_end(other: TestIssuer) -> None:
    clock = [NOW()]
    known = Issuer(other.settings, lambda: clock[0])
    token = other.token()
    assert await known.caller_of(token) is not None
    clock[0] += 3603 * 1_000_000
    assert await known.caller_of(token) is None


class Handler(BaseHTTPRequestHandler):
    """Answers with a set of keys, or with what is no success."""

    body: ClassVar[bytes] = b""
    status: ClassVar[int] = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def answering() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/keys"
        finally:
            server.shutdown()
            thread.join()


async def test_keys_are_read_from_an_address(other: TestIssuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.0)
    with answering() as address:
        monkeypatch.setattr(Handler, "status", 500)
        known = Issuer(replace(other.settings, keys=address), NOW)
        with pytest.raises(UnavailableError):
            await known.caller_of(other.token())
        monkeypatch.setattr(Handler, "status", 200)
        monkeypatch.setattr(Handler, "body", other.key_set.encode())
        assert await known.caller_of(other.token()) is not None
    await known.refresh(0.0)
    assert await known.caller_of(other.token(sub="bob")) is not None
