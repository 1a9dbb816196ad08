"""A server that is away, is slow, refuses, loses answers, is killed and comes back."""

import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import client_programs
import runindex_client as runindex
from tests.support.servers.relay import losing_first_answers, relaying
from tests.support.servers.served import PATIENCE, Served

REPORTING = """
with runindex.run("it") as run:
    for number in range(300):
        run.record(f"item {number:03}", output=number)
        run.event("step", {"number": number})
"""


def is_whole(server: Served) -> bool:
    run = client_programs.runs(server)["it"]
    numbers = [payload["number"] for payload in client_programs.payloads(run, "step")]
    assert (run["status"], run["results"]["totalCount"], numbers) == ("COMPLETED", 300, list(range(300)))
    return True


def test_without_a_server_the_program_ends_and_another_sends_it(away: Served, tmp_path: Path) -> None:
    client_programs.finish(REPORTING, away.root, tmp_path)
    assert len(client_programs.spooled(tmp_path)) == 1
    assert "bytes left" in client_programs.flush(away.root, tmp_path, code=1)
    away.start()
    assert client_programs.flush(away.root, tmp_path).startswith("603 sent, 0 refused, 0 bytes")
    assert is_whole(away)
    assert client_programs.flush(away.root, tmp_path).startswith("0 sent, 0 refused, 0 bytes")


def test_what_went_to_the_other_spool_is_sent_too(away: Served, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    places = {"RUNINDEX_SPOOL": str(tmp_path / "file" / "spool"), "TMPDIR": str(tmp_path)}
    client_programs.finish(REPORTING, away.root, tmp_path, 0, **places)
    assert "bytes left" in client_programs.flush(away.root, tmp_path, 1, **places)
    away.start()
    assert client_programs.flush(away.root, tmp_path, 0, **places).startswith("603 sent, 0 refused, 0 bytes")
    assert is_whole(away)


def test_what_is_spooled_is_only_sent_to_its_own_server(served: Served, tmp_path: Path) -> None:
    client_programs.finish(REPORTING, "http://127.0.0.1:9", tmp_path)
    client_programs.flush(served.root, tmp_path, code=1)
    assert client_programs.runs(served) == {}


def test_lost_answers_repeat_nothing(served: Served, tmp_path: Path) -> None:
    with losing_first_answers(served.url) as url:
        client_programs.finish(REPORTING + "assert runindex.flush()", url, tmp_path)
    assert is_whole(served)


def test_a_program_killed_before_the_answer_repeats_nothing(served: Served, tmp_path: Path) -> None:
    came, killed = threading.Event(), threading.Event()

    def hold(_: bytes) -> bool:
        if came.is_set():
            return True
        came.set()
        assert killed.wait(PATIENCE)
        return False

    with relaying(served.url, after=hold) as url:
        with client_programs.start(REPORTING + "import signal\nsignal.pause()", url, tmp_path) as program:
            assert came.wait(PATIENCE)
            program.send_signal(signal.SIGKILL)
        killed.set()
        client_programs.flush(url, tmp_path)
    events = client_programs.runs(served)["it"]["events"]["nodes"]
    numbers = [node["payload"]["number"] for node in events]
    assert numbers == list(range(len(numbers)))


def test_a_slow_server_does_not_slow_the_program(served: Served, tmp_path: Path) -> None:
    came, done = threading.Event(), threading.Event()

    def answer_late(_: bytes) -> None:
        came.set()
        assert done.wait(PATIENCE)

    with relaying(served.url, before=answer_late) as url:
        script = REPORTING + "print('done', flush=True)\nassert runindex.flush(60)"
        with client_programs.start(script, url, tmp_path) as program:
            assert program.stdout is not None
            # No request is answered before the program has done its work.
            assert program.stdout.readline() == "done\n"
            assert came.wait(PATIENCE)
            done.set()
            assert program.wait(PATIENCE) == 0
    assert is_whole(served)


def test_a_server_is_killed_and_comes_back(reporting: Served) -> None:
    with runindex.run("it") as run:
        for number in range(300):
            run.record(f"item {number:03}", output=number)
            run.event("step", {"number": number})
            if number == 100:
                assert runindex.flush()
                reporting.kill()
            if number == 200:
                _fails()
                reporting.start()
    assert runindex.flush()
    assert is_whole(reporting)


def _fails() -> None:
    """Wait until the client has noticed."""
    deadline = time.monotonic() + PATIENCE
    while not runindex.report().failures:
        assert time.monotonic() < deadline
        runindex.flush(0.05)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 502, 503])
def test_a_server_that_refuses_is_asked_again(reporting: Served, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    class Refusing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing."""

    ThreadingHTTPServer.allow_reuse_address = True
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as refusing:
        thread = threading.Thread(target=refusing.serve_forever, args=(0.05,))
        thread.start()
        port = refusing.server_port
        monkeypatch.setenv("RUNINDEX_URL", f"http://127.0.0.1:{port}")
        with runindex.run("it") as run:
            for number in range(300):
                run.record(f"item {number:03}", output=number)
                run.event("step", {"number": number})
        _fails()
        assert runindex.report().refused == 0
        refusing.shutdown()
        thread.join()
    reporting.kill()
    reporting.port = port
    reporting.start()
    assert runindex.flush()
    assert is_whole(reporting)


def test_a_full_spool_drops_and_counts(reporting: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNINDEX_SPOOL_BYTES", "4000")
    monkeypatch.setenv("RUNINDEX_URL", "http://127.0.0.1:9")
    del reporting
    with runindex.run("it") as run:
        for number in range(300):
            run.record(f"item {number:03}", output=number)
    report = runindex.report()
    assert report.dropped > 200
    assert report.unsent_bytes <= 4000


def test_a_spool_that_cannot_be_made_is_made_elsewhere(
    reporting: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("RUNINDEX_SPOOL", str(tmp_path / "file" / "spool"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    with runindex.run("it"):
        pass
    assert runindex.flush()
    assert client_programs.runs(reporting)["it"]["status"] == "COMPLETED"


def test_the_token_is_sent_and_is_in_no_file(tmp_path: Path, away: Served) -> None:
    token = "ri_" + "a" * 40
    server = Served(tmp_path, {"RUNINDEX_TOKENS": f"reporter:write:{token}"}, port=away.port, token=token)
    client_programs.finish(REPORTING, server.root, tmp_path, RUNINDEX_TOKEN=token)
    assert all(token.encode() not in path.read_bytes() for path in (tmp_path / "spool").iterdir())
    server.start()
    try:
        client_programs.flush(server.root, tmp_path, RUNINDEX_TOKEN=token)
        assert is_whole(server)
    finally:
        server.kill()
