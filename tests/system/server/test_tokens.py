"""Tokens of the command line, and what a whole server does with them."""

import os
import subprocess
from pathlib import Path

import httpx

from tests.support.servers.served import COMMAND, PATIENCE
from tests.system.server.test_starts import ADDRESS, started


def run(directory: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.defpath, "HOME": str(directory), "SQLITE_PATH": str(directory / "x.db")}
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
