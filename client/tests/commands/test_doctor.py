"""`doctor`: what it finds, and its exit code."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import client_programs
from tests.support.servers.served import COMMAND, Served

READER, WRITER = "ri_" + "r" * 40, "ri_" + "w" * 40


def doctor(url: str, directory: Path, code: int, **variables: str) -> dict[str, list[tuple[str, str]]]:
    """Return what is found, by subject: states and words."""
    said = client_programs.command(url, directory, "doctor", code=code, **variables)
    found: dict[str, list[tuple[str, str]]] = {}
    for line in said.splitlines():
        state, subject, words = line.split(maxsplit=2)
        found.setdefault(subject, []).append((state, words))
    return found


def test_all_is_well(served: Served, tmp_path: Path) -> None:
    found = doctor(served.root, tmp_path, 0)
    assert {state for all_of in found.values() for state, _ in all_of} == {"ok"}
    assert found.keys() == {"address", "version", "clock", "read", "report", "spool"}
    version = subprocess.run([COMMAND, "--version"], check=True, capture_output=True, text=True).stdout.split()[-1]
    assert found["version"] == [("ok", f"RunIndex {version}")]


def test_nobody_is_there(tmp_path: Path) -> None:
    found = doctor("http://127.0.0.1:9", tmp_path, 1)
    assert found["address"][0][0] == "fail"
    assert "http://127.0.0.1:9" in found["address"][0][1]
    assert found.keys() == {"address", "spool"}
    assert doctor("nonsense", tmp_path, 1)["address"][0][0] == "fail"


@pytest.mark.parametrize(("token", "states"), [(WRITER, "ok ok"), (READER, "ok fail"), ("", "fail fail")])
def test_what_a_token_may_do(tmp_path: Path, away: Served, token: str, states: str) -> None:
    tokens = {"RUNINDEX_TOKENS": f"reader:read:{READER},writer:write:{WRITER}"}
    server = Served(tmp_path, tokens, port=away.port)
    server.start()
    try:
        found = doctor(server.root, tmp_path, int("fail" in states), RUNINDEX_TOKEN=token)
    finally:
        server.kill()
    assert [found[subject][0][0] for subject in ("read", "report")] == states.split()
    # It looked, and left nothing.
    assert token not in str(found) or not token


def test_what_is_unsent_is_told_with_its_age(served: Served, tmp_path: Path) -> None:
    client_programs.finish("with runindex.run('left'): pass", "http://127.0.0.1:9", tmp_path)
    found = doctor(served.root, tmp_path, 0)
    assert [state for state, _ in found["spool"]] == ["ok", "note"]
    assert "bytes unsent in 1 file, the oldest of" in found["spool"][1][1]
    assert found["spool"][1][1].endswith("http://127.0.0.1:9/graphql")
    own = doctor("http://127.0.0.1:9", tmp_path, 1)["spool"]
    assert "left by ended processes: `runindex-client flush`" in own[1][1]
    waiting = "import signal\nrun = runindex.run('open').start()\nprint('ready', flush=True)\nsignal.pause()"
    with client_programs.start(waiting, "http://127.0.0.1:9", tmp_path) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        told = doctor("http://127.0.0.1:9", tmp_path, 1)["spool"]
        program.kill()
    assert "in 2 files" in told[0][1]
    assert "in 1 file" in told[1][1]


def test_a_spool_that_cannot_be_written(served: Served, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = doctor(served.root, tmp_path, 1, RUNINDEX_SPOOL=str(tmp_path / "file" / "spool"))
    assert found["spool"][0][0] == "fail"


@contextmanager
def answering(status: int, **headers: str) -> Iterator[str]:
    """Give the address of something that answers everything alike."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            self.rfile.read(length)
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_something_else_is_there(tmp_path: Path) -> None:
    with answering(404) as url:
        assert "answers 404" in doctor(url, tmp_path, 1)["address"][0][1]
    with answering(200, date="Thu, 01 Jan 2026 00:00:00 GMT") as url:
        found = doctor(url, tmp_path, 1)
    assert found["version"][0][0] == "note"
    assert "s ahead of the server's" in found["clock"][0][1]
    assert found["read"][0][0] == "fail"
