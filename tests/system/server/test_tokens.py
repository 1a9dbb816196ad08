"""Tokens of the command line, and what a whole server does with them."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.servers.served import COMMAND, HTTP, PATIENCE, Served, serving
from tests.system.server.test_starts import ADDRESS, started


def run(directory: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.defpath, "HOME": str(directory), "SQLITE_PATH": str(directory / "x.db"), **settings}
    return subprocess.run(
        [str(COMMAND), *words], env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_a_token_is_made_used_listed_and_revoked_and_its_stream_ends(tmp_path: Path) -> None:
    secret = run(tmp_path, "token", "create", "--name", "ci", "--scope", "read", "--expires", "30d").stdout.strip()
    assert secret.startswith("ri_")
    assert secret.encode() not in (tmp_path / "x.db").read_bytes()
    again = run(tmp_path, "token", "create", "--name", "ci", "--scope", "read")
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)
    settings = {"STORAGE_BACKEND": "sqlite", "SQLITE_PATH": str(tmp_path / "x.db")}
    with started(tmp_path, "--port", "0", **settings) as line:
        (address,) = ADDRESS.findall(line)
        query = {"query": "subscription { runChanges { __typename } }"}
        assert httpx.post(address, json=query).status_code == httpx.codes.UNAUTHORIZED
        head = {"Authorization": f"Bearer {secret}", "Accept": "text/event-stream"}
        with httpx.stream("POST", address, json=query, headers=head, timeout=PATIENCE) as stream:
            assert stream.status_code == httpx.codes.OK
            assert run(tmp_path, "token", "revoke", "ci").returncode == 0
            assert "UNAUTHENTICATED" in stream.read().decode()
    listed = run(tmp_path, "token", "list").stdout
    assert " ci  read  revoked " in listed
    assert secret not in listed


def test_a_server_that_others_reach_does_not_start_without_a_token(tmp_path: Path) -> None:
    ended = run(tmp_path, "serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104 - it does not listen
    assert ended.returncode == 2
    assert "there is no token" in ended.stderr


@pytest.mark.parametrize("storage", ["sqlite", "postgres"])
def test_expiry_and_revocation_end_streams_on_every_replica(
    tmp_path: Path, storage: str, request: pytest.FixtureRequest
) -> None:
    settings = {"STORAGE_BACKEND": storage, "SQLITE_PATH": str(tmp_path / "shared.db")}
    if storage == "postgres":
        settings["POSTGRESQL_URL"] = request.getfixturevalue("postgres_url")
    words = {"expired": ("--expires", "20s"), "revoked": ()}
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(tmp_path, **settings)) for _ in range(2)]
        tokens = {
            name: run(tmp_path, "token", "create", "--name", name, "--scope", "read", *more, **settings).stdout.strip()
            for name, more in words.items()
        }
        streams = {
            name: [stack.enter_context(opened(server, token)) for server in servers] for name, token in tokens.items()
        }
        assert run(tmp_path, "token", "revoke", "revoked", **settings).returncode == 0
        for name in ("revoked", "expired"):
            for stream in streams[name]:
                assert "UNAUTHENTICATED" in stream.read().decode()
        for server in servers:
            for token in tokens.values():
                answer = HTTP.get(f"{server.root}/metrics", headers={"Authorization": f"Bearer {token}"})
                assert answer.status_code == httpx.codes.UNAUTHORIZED


@contextmanager
def opened(server: Served, token: str) -> Iterator[httpx.Response]:
    """Open a stream, once the server knows the token."""
    query = {"query": "subscription { runChanges { __typename } }"}
    head = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
    with HTTP.stream("POST", server.url, json=query, headers=head) as stream:
        assert stream.status_code == httpx.codes.OK
        yield stream
