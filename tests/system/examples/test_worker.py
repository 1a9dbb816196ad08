"""The worker of the examples does the jobs of plans, at a real server on Postgres."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest

from tests.support.databases.shared import SharedPostgres
from tests.support.programs.workers import (
    Gate,
    Started,
    finish,
    job_of,
    lines_of,
    listening,
    move,
    run_of,
    start,
    start_shell,
    work,
    working,
)
from tests.support.servers.relay import losing_first_answers
from tests.support.servers.served import PATIENCE, Served, serving

ENQUEUE: Final = "mutation ($job: EnqueueJobInput!) { enqueueJob(input: $job) { ... on JobPayload { job { id } } } }"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with (
        SharedPostgres.inherit().fresh_database() as url,
        serving(tmp_path_factory.mktemp("served"), STORAGE_BACKEND="postgres", POSTGRESQL_URL=url) as server,
    ):
        yield server


@pytest.fixture
def queue() -> str:
    """Name a queue that is the test's own."""
    return uuid4().hex


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    """Make a gate that is shut."""
    return Gate(tmp_path / "gate")


@pytest.mark.asyncio
async def test_a_plan_is_run_under_the_eyes_of_a_subscriber(server: Served, queue: str, gate: Gate) -> None:
    started = start_shell(server, queue, f"echo one; echo two >&2; cat {gate.path}; echo three")
    async with listening(server, started.run_id) as lines:
        with working(server.url, queue, "--until-idle") as worker:
            # The command waits: what it prints is there before it ends.
            assert [await anext(lines), await anext(lines)] == ["one", "two"]
            run = run_of(server, started)
            assert (run["status"], run["finishedAt"], job_of(server, started)[0]) == ("ACTIVE", None, "RUNNING")
            assert run["startedAt"] is not None
            gate.open()
            assert await anext(lines) == "three"
            assert finish(worker) == 1
    run = run_of(server, started)
    assert (run["status"], run["error"]) == ("COMPLETED", None)
    assert lines_of(run) == ["one", "two", "three"]
    assert run["results"]["nodes"] == [{"itemId": "command", "retryCount": 0, "output": {"exitCode": 0}, "error": None}]
    assert run["resultSummary"] == {"total": 1, "items": 1, "succeeded": 1, "failed": 0}
    assert job_of(server, started) == ("COMPLETED", 1, None)


def test_a_command_that_fails_fails_its_run(server: Served, queue: str) -> None:
    started = start_shell(server, queue, "echo it breaks; exit 3", maxAttempts=1)
    assert work(server, queue) == 1
    run, error = run_of(server, started), "exit code 3\nit breaks"
    assert (run["status"], run["error"]) == ("FAILED", error)
    assert run["results"]["nodes"] == [
        {"itemId": "command", "retryCount": 0, "output": {"exitCode": 3}, "error": error}
    ]
    assert run["resultSummary"] == {"total": 1, "items": 1, "succeeded": 0, "failed": 1}
    assert job_of(server, started) == ("FAILED", 1, error)


def test_a_command_that_does_not_exist_fails_its_run(server: Served, queue: str) -> None:
    started = start(server, queue, {"command": ["no-such-command"]}, maxAttempts=1)
    assert work(server, queue) == 1
    run = run_of(server, started)
    assert run["status"] == "FAILED"
    assert run["error"].startswith("exit code 127\n")
    assert "no-such-command" in run["error"]
    assert lines_of(run) == []


@pytest.mark.asyncio
async def test_a_command_that_fails_once_is_tried_again(server: Served, queue: str, tmp_path: Path) -> None:
    started = start_shell(server, queue, f"echo begins; mkdir {tmp_path}/once || exit 0; exit 1")
    async with listening(server, started.run_id) as lines:
        with working(server.url, queue) as worker:
            assert [await anext(lines), await anext(lines)] == ["begins", "begins"]
            worker.terminate()
            assert finish(worker) == 2
    run = run_of(server, started)
    assert (run["status"], run["error"]) == ("COMPLETED", None)
    assert [result["retryCount"] for result in run["results"]["nodes"]] == [0, 1]
    assert run["resultSummary"] == {"total": 2, "items": 1, "succeeded": 1, "failed": 0}
    # The job keeps what the first attempt said.
    assert job_of(server, started) == ("COMPLETED", 2, "exit code 1\nbegins")


@pytest.mark.parametrize("data", [None, {"command": []}, {"command": "true"}, ["true"]])
def test_a_job_without_a_command_fails_for_good(server: Served, queue: str, data: object) -> None:
    started = start(server, queue, data)
    assert work(server, queue) == 1
    run = run_of(server, started)
    assert (run["status"], run["error"]) == ("FAILED", "no command")
    assert job_of(server, started) == ("FAILED", 1, "no command")


def test_a_job_without_a_run_fails_for_good(server: Served, queue: str) -> None:
    job = server.execute(ENQUEUE, job={"queue": queue, "data": {"command": ["true"]}})["enqueueJob"]["job"]
    assert work(server, queue) == 1
    assert job_of(server, Started("", job["id"])) == ("FAILED", 1, "no run")


@pytest.mark.parametrize(
    ("printed", "lines"),
    [
        (b"", []),
        (b"\n\n", ["", ""]),
        (b"no newline", ["no newline"]),
        (b"\xff\xfe\0a\x01\r\nb\x1b[0m\n", ["\ufffd\ufffda\x01\r", "b\x1b[0m"]),
        ("ü🛷\n".encode() + "🛷".encode()[:3], ["ü🛷", "\ufffd"]),
        (b"".join(b"%d\n" % number for number in range(499)), [str(number) for number in range(499)]),
    ],
    ids=["nothing", "empty-lines", "no-newline", "garbage", "half-a-character", "many-lines"],
)
def test_whatever_is_printed_arrives(
    server: Served, queue: str, tmp_path: Path, printed: bytes, lines: Sequence[str]
) -> None:
    (tmp_path / "printed").write_bytes(printed)
    started = start(server, queue, {"command": ["cat", str(tmp_path / "printed")]})
    assert work(server, queue) == 1
    run = run_of(server, started)
    assert (run["status"], lines_of(run)) == ("COMPLETED", lines)


@pytest.mark.parametrize("character", ["x", "\x01", "🛷"])
def test_a_line_without_end_arrives_in_pieces(server: Served, queue: str, tmp_path: Path, character: str) -> None:
    text = character * 1_500_000
    (tmp_path / "printed").write_text(text)
    started = start(server, queue, {"command": ["cat", str(tmp_path / "printed")]})
    assert work(server, queue) == 1
    run = run_of(server, started)
    assert run["status"] == "COMPLETED"
    assert "".join(lines_of(run)) == text


@pytest.mark.asyncio
async def test_a_worker_that_is_told_to_stop_finishes_its_job(server: Served, queue: str, gate: Gate) -> None:
    first = start_shell(server, queue, f"echo begins; cat {gate.path}; echo ends")
    second = start_shell(server, queue, "true")
    async with listening(server, first.run_id) as lines:
        with working(server.url, queue) as worker:
            assert await anext(lines) == "begins"
            worker.terminate()
            gate.open()
            assert finish(worker) == 1
        assert await anext(lines) == "ends"
    assert (run_of(server, first)["status"], job_of(server, first)) == ("COMPLETED", ("COMPLETED", 1, None))
    assert (run_of(server, second)["status"], job_of(server, second)) == ("ACTIVE", ("PENDING", 0, None))


@pytest.mark.asyncio
async def test_the_job_of_a_worker_that_was_killed_is_done_by_another(
    server: Served, queue: str, tmp_path: Path, gate: Gate
) -> None:
    started = start_shell(server, queue, f"echo begins; mkdir {tmp_path}/once && cat {gate.path}; echo ends")
    async with listening(server, started.run_id) as lines:
        with working(server.url, queue, "--lease", "1") as worker:
            assert await anext(lines) == "begins"
            worker.kill()
        with working(server.url, queue) as worker:
            # What mkdir says is the proof that this is the second time.
            assert [(await anext(lines))[:6] for _ in range(3)] == ["begins", "mkdir:", "ends"]
            worker.terminate()
            assert finish(worker) == 1
    # The first command goes on, but nobody hears it any more.
    gate.open()
    run = run_of(server, started)
    assert (run["status"], len(lines_of(run))) == ("COMPLETED", 4)
    assert [result["retryCount"] for result in run["results"]["nodes"]] == [1]
    assert job_of(server, started) == ("COMPLETED", 2, None)


@pytest.mark.parametrize(
    ("status", "job"),
    [
        # As a worker leaves it that is killed before its last word.
        ("COMPLETED", ("COMPLETED", 1, None)),
        ("CANCELLED", ("FAILED", 1, "the run is CANCELLED")),
        ("PAUSED", ("RETRYING", 1, "the run is PAUSED")),
    ],
)
def test_the_command_of_a_run_that_is_not_active_is_not_run(
    server: Served, queue: str, status: str, job: tuple[str, int, str | None]
) -> None:
    started = start_shell(server, queue, "echo never")
    move(server, started, status)
    assert work(server, queue) == 1
    run = run_of(server, started)
    assert (run["status"], lines_of(run)) == (status, [])
    assert job_of(server, started) == job


@pytest.mark.asyncio
async def test_a_run_that_is_cancelled_ends_its_command(server: Served, queue: str, gate: Gate) -> None:
    started = start_shell(server, queue, f"echo begins; cat {gate.path}; echo goes on; exec cat {gate.path}")
    async with listening(server, started.run_id) as lines:
        with working(server.url, queue, "--until-idle") as worker:
            assert await anext(lines) == "begins"
            move(server, started, "CANCELLED")
            gate.open()
            _, complaint = worker.communicate(timeout=PATIENCE)
    assert worker.returncode == 0
    assert complaint == f"{started.job_id}: given up: appendRunEvents: the run is CANCELLED\n"
    run = run_of(server, started)
    assert (run["status"], lines_of(run)) == ("CANCELLED", ["begins"])


@pytest.mark.asyncio
@pytest.mark.parametrize(("code", "status"), [(0, "COMPLETED"), (1, "FAILED")])
async def test_lost_answers_double_nothing(server: Served, queue: str, code: int, status: str) -> None:
    # The first claim's answer gets lost too, and with it an attempt.
    started = start_shell(server, queue, f"echo once; exit {code}", maxAttempts=2)
    with losing_first_answers(server.url) as url:
        async with listening(server, started.run_id) as lines:
            with working(url, queue, "--lease", "1") as worker:
                assert await anext(lines) == "once"
                worker.terminate()
                assert finish(worker) == 1
    run = run_of(server, started)
    assert (run["status"], lines_of(run), len(run["results"]["nodes"])) == (status, ["once"], 1)
    assert job_of(server, started)[:2] == (status, 2)
