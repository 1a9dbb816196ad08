"""Programs that end in every way, and processes that share a run."""

import signal
from pathlib import Path

import pytest

import client_programs
from tests.support.servers.served import PATIENCE, Served

# It says when its results are reported, and then waits for whatever befalls it.
WAITING = """
import os, sys, signal, threading, time
with runindex.run("it") as run:
    for number in range(200):
        run.record(f"item {number:03}", output=number)
    print("ready", flush=True)
    %s
"""
# It sends what another program left, too: 204 entries.
NEXT = """
import time
with runindex.run("next"):
    deadline = time.monotonic() + 60
    while runindex.report().sent < 204:
        assert time.monotonic() < deadline
        runindex.flush(0.05)
        time.sleep(0.01)
"""
ITEMS = [f"item {number:03}" for number in range(200)]


@pytest.mark.parametrize("is_there", [True, False], ids=["with a server", "without one"])
def test_a_killed_program_loses_nothing(away: Served, tmp_path: Path, is_there: bool) -> None:  # noqa: FBT001
    if is_there:
        away.start()
    with client_programs.start(WAITING % "time.sleep(60)", away.root, tmp_path) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        program.send_signal(signal.SIGKILL)
    if not is_there:
        away.start()
    client_programs.flush(away.root, tmp_path)
    run = client_programs.runs(away)["it"]
    assert run["results"]["totalCount"] == 200
    assert run["status"] == "ACTIVE"
    assert client_programs.spooled(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "handler", "code"),
    [
        (signal.SIGTERM, "", -signal.SIGTERM),
        (signal.SIGINT, "", -signal.SIGINT),
        (signal.SIGTERM, "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))", 7),
        (signal.SIGTERM, "signal.signal(signal.SIGTERM, signal.default_int_handler)", -signal.SIGINT),
    ],
)
def test_a_signal_cancels_the_run_and_ends_the_program_as_before(
    served: Served, tmp_path: Path, number: signal.Signals, handler: str, code: int
) -> None:
    script = "import signal, sys\n" + handler + WAITING % "time.sleep(60)"
    with client_programs.start(script, served.root, tmp_path) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        program.send_signal(number)
        errors = program.communicate(timeout=PATIENCE)[1]
    assert program.returncode == code, errors
    client_programs.flush(served.root, tmp_path)
    run = client_programs.runs(served)["it"]
    assert (run["status"], run["error"], run["results"]["totalCount"]) == ("CANCELLED", None, 200)


def test_an_ignored_signal_stays_ignored(served: Served, tmp_path: Path) -> None:
    script = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)" + WAITING % "os.kill(os.getpid(), 15)"
    client_programs.finish(script, served.root, tmp_path)
    assert client_programs.runs(served)["it"]["status"] == "COMPLETED"


def test_exit_without_ado_loses_nothing(served: Served, tmp_path: Path) -> None:
    client_programs.finish(WAITING % "os._exit(5)", served.root, tmp_path, code=5)
    # The next program sends it.
    client_programs.finish(NEXT, served.root, tmp_path)
    runs = client_programs.runs(served)
    assert runs["it"]["results"]["totalCount"] == 200
    assert runs["next"]["status"] == "COMPLETED"
    assert client_programs.spooled(tmp_path) == []


def test_an_exception_in_a_thread_leaves_the_run_of_the_others_alone(served: Served, tmp_path: Path) -> None:
    body = "t = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()"
    client_programs.finish(WAITING % body, served.root, tmp_path)
    assert client_programs.runs(served)["it"]["status"] == "COMPLETED"


FORKING = """
import os
with runindex.run("parent") as run:
    run.record("before")
    pids = []
    for number in range(4):
        pid = os.fork()
        if not pid:
            for item in range(50):
                run.record(f"child {number}, {item}")
            with runindex.run(f"child {number}"):
                pass
            END
        pids.append(pid)
    for pid in pids:
        os.waitpid(pid, 0)
    run.record("after")
runindex.flush()
"""


@pytest.mark.parametrize("end", ["os._exit(0)", "raise SystemExit", "runindex.flush(); os._exit(0)"])
def test_forked_processes_report_of_the_run_and_leave_its_end_to_its_owner(
    served: Served, tmp_path: Path, end: str
) -> None:
    client_programs.finish(FORKING.replace("END", end), served.root, tmp_path)
    client_programs.flush(served.root, tmp_path)
    runs = client_programs.runs(served)
    assert runs["parent"]["results"]["totalCount"] == 4 * 50 + 2
    assert {name: run["status"] for name, run in runs.items()} == dict.fromkeys(
        ["parent", *(f"child {number}" for number in range(4))], "COMPLETED"
    )
    assert {runs[f"child {number}"]["parentId"] for number in range(4)} == {runs["parent"]["id"]}


POOL = """
import multiprocessing
def work(number):
    with runindex.run(f"worker {number}") as below:
        for item in range(25):
            runindex.attach(NAMED).record(f"{number}, {item}")
if __name__ == "__main__":
    context = multiprocessing.get_context("METHOD")
    with runindex.run("pool") as run:
        PARENT = run.id
        with context.Pool(3) as pool:
            pool.map(work, range(8), chunksize=1)
            pool.close()
            pool.join()
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_of_multiprocessing_find_their_parent(served: Served, tmp_path: Path, method: str) -> None:
    named = "PARENT" if method == "fork" else ""  # else it is in the environment
    client_programs.finish(POOL.replace("METHOD", method).replace("NAMED", named), served.root, tmp_path)
    client_programs.flush(served.root, tmp_path)
    runs = client_programs.runs(served)
    assert runs["pool"]["results"]["totalCount"] == 8 * 25
    assert {runs[f"worker {number}"]["parentId"] for number in range(8)} == {runs["pool"]["id"]}
    assert {run["status"] for run in runs.values()} == {"COMPLETED"}


def test_a_program_that_is_started_finds_its_parent(served: Served, tmp_path: Path) -> None:
    below = "import runindex_client as r\nwith r.run('below'): pass"
    script = f"""
import os, subprocess, sys
with runindex.run("above"):
    subprocess.run([sys.executable, "-c", {below!r}], check=True)
assert "RUNINDEX_RUN_ID" not in os.environ
"""
    client_programs.finish(script, served.root, tmp_path)
    client_programs.flush(served.root, tmp_path)
    runs = client_programs.runs(served)
    assert runs["below"]["parentId"] == runs["above"]["id"]


def test_a_forked_process_that_is_terminated_says_nothing_of_the_run(served: Served, tmp_path: Path) -> None:
    body = """
    ready, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.write(writing, b"1")
        time.sleep(60)
    os.read(ready, 1)
    os.kill(pid, 15)
    os.waitpid(pid, 0)
"""
    client_programs.finish(WAITING % body.strip(), served.root, tmp_path)
    assert client_programs.runs(served)["it"]["status"] == "COMPLETED"


def test_it_is_quiet(served: Served, tmp_path: Path) -> None:
    script = "import logging\nlogging.basicConfig(level=logging.INFO)\nwith runindex.run('quiet'): pass"
    with client_programs.start(script, served.root, tmp_path) as program:
        assert program.communicate(timeout=PATIENCE) == ("", "")
