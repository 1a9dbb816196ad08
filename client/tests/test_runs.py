"""What a run says of itself, by the ways in which it ends."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

import client_programs
import runindex_client as runindex
from tests.support.servers.served import Served

EXAMPLE = """
with runindex.run("train", tags=["env:dev"], metadata={"lr": 0.1}) as run:
    run.record("item-7", output={"answer": 42}, latency_ms=12.5, score={"accuracy": 0.91})
    run.event("epoch", {"loss": 0.3})
    with run.child("evaluate"):
        ...
"""


def known(server: Served) -> dict[str, client_programs.Run]:
    assert runindex.flush()
    return client_programs.runs(server)


def test_the_example_of_the_readme(served: Served, tmp_path: Path) -> None:
    client_programs.finish(EXAMPLE, served.root, tmp_path)
    runs = client_programs.runs(served)
    assert runs.keys() == {"train", "evaluate"}
    train, evaluate = runs["train"], runs["evaluate"]
    assert (train["status"], train["tags"], train["metadata"]) == ("COMPLETED", ["env:dev"], {"lr": 0.1})
    assert train["startedAt"] is not None
    (result,) = train["results"]["nodes"]
    assert result == {
        "itemId": "item-7",
        "output": {"answer": 42},
        "latency": 12.5,
        "error": None,
        "scores": [{"scorerId": "accuracy", "value": 0.91}],
        "retryCount": 0,
    }
    assert client_programs.payloads(train, "epoch") == [{"loss": 0.3}]
    assert (evaluate["status"], evaluate["parentId"]) == ("COMPLETED", train["id"])
    assert client_programs.spooled(tmp_path) == []


def test_an_exception_fails_the_run_and_leaves_its_traceback(reporting: Served) -> None:
    with pytest.raises(ZeroDivisionError), runindex.run("outer"), runindex.run("inner"):
        _ = 1 / 0
    runs = known(reporting)
    for name in ("outer", "inner"):
        assert (runs[name]["status"], runs[name]["error"]) == ("FAILED", "ZeroDivisionError: division by zero")
        (event,) = client_programs.payloads(runs[name], "exception")
        assert "_ = 1 / 0" in event["traceback"]
    assert runs["inner"]["parentId"] == runs["outer"]["id"]


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (KeyboardInterrupt(), "CANCELLED", None),
        (asyncio.CancelledError(), "CANCELLED", None),
        (SystemExit(0), "COMPLETED", None),
        (SystemExit(3), "FAILED", "exit code 3"),
        (SystemExit("no input"), "FAILED", "no input"),
        (SystemExit(143), "CANCELLED", None),
        (ValueError("x" * 100_000), "FAILED", ("ValueError: " + "x" * 100_000)[:4000]),
    ],
)
def test_what_leaves_the_block_ends_the_run(
    reporting: Served, error: BaseException, status: str, told: str | None
) -> None:
    with pytest.raises(type(error)), runindex.run("it"):
        raise error
    run = known(reporting)["it"]
    assert (run["status"], run["error"]) == (status, told)


def test_values_of_any_kind_are_taken(reporting: Served) -> None:
    class Odd:
        def __str__(self) -> str:
            raise ValueError

    when = datetime(2026, 1, 2, tzinfo=timezone.utc)
    deep: list[object] = []
    for _ in range(3000):
        deep = [deep]
    with runindex.run("odd", metadata={"nan": float("nan"), "when": when, "set": {1}, "odd": Odd()}) as run:
        run.record("number", output=5, score=1, error="")
        run.record("text", output="\ud800 \0", score={"a": {"value": 0.5, "reason": "so"}, "b": None, "c": "bad"})
        run.event("bare", 7)
        run.event("deep", {"deep": deep})
        run.event("none")
    found = known(reporting)["odd"]
    assert found["status"] == "COMPLETED"
    assert found["metadata"] == {"nan": "nan", "when": "2026-01-02T00:00:00+00:00", "set": [1], "odd": "<Odd>"}
    assert client_programs.payloads(found, "bare") == [{"value": 7}]
    assert client_programs.payloads(found, "none") == [{}]
    by_item = {node["itemId"]: node for node in found["results"]["nodes"]}
    assert (by_item["number"]["output"], by_item["number"]["error"]) == (5, "")
    # What the server refuses is passed over and told.
    assert runindex.report().dropped == 0


def test_what_is_refused_is_counted_and_takes_nothing_with_it(reporting: Served) -> None:
    with runindex.run("kept", metadata={"_runindex_x": 1}, tags=["a", "", "b" * 300]) as run:
        run.record("once", output=1)
        run.record("once", output=2)
        run.record("", output=3)
        run.event("_runindex_mine", {})
        run.event("good", {})
    found = known(reporting)["kept"]
    assert (found["status"], client_programs.items(found)) == ("COMPLETED", ["once"])
    assert client_programs.payloads(found, "good") == [{}]
    report = runindex.report()
    assert (report.refused, report.dropped, report.unsent_bytes) == (3, 0, 0)
    assert report.problem is not None


def test_a_run_changes_while_it_is_open(reporting: Served) -> None:
    run = runindex.run("by hand", tags="first", metadata={"a": 1, "b": 1})
    run.start()
    run.start()
    run.tag("second")
    run.update({"b": None, "c": 2})
    run.touch()
    run.fail("enough")
    run.close()
    found = known(reporting)["by hand"]
    assert (found["tags"], found["metadata"]) == (["first", "second"], {"a": 1, "c": 2})
    assert (found["status"], found["error"]) == ("FAILED", "enough")


def test_threads_have_runs_of_their_own_and_may_share_one(reporting: Served) -> None:
    def work(number: int) -> None:
        with runindex.run(f"thread {number}", parent=shared):
            shared.record(f"item {number}", output=number)
            if number == 3:
                raise ValueError("three")

    def ignored(_: threading.ExceptHookArgs) -> None:
        pass

    hook, threading.excepthook = threading.excepthook, ignored
    try:
        with runindex.run("shared") as shared:
            threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    finally:
        threading.excepthook = hook
    runs = known(reporting)
    assert client_programs.items(runs["shared"]) == sorted(f"item {number}" for number in range(8))
    assert {name for name, run in runs.items() if run["status"] == "FAILED"} == {"thread 3"}
    assert len(runs) == 9


def test_each_call_of_a_tracked_function_is_a_run(reporting: Served) -> None:
    @runindex.track(name="outer", tags=["tracked"])
    def outer() -> int:
        return sum(generated()) + asyncio.run(waiting())

    @runindex.track(name="generated")
    def generated() -> Iterator[int]:
        yield 1
        assert runindex.current() is not None
        yield 2

    @runindex.track(name="waiting")
    async def waiting() -> int:
        await asyncio.sleep(0)
        return 3 + sum([value async for value in streaming()])

    @runindex.track(name="streaming")
    async def streaming() -> AsyncIterator[int]:
        yield 4

    assert outer() == 10
    runs = known(reporting)
    assert runs.keys() == {"outer", "generated", "waiting", "streaming"}
    assert {run["status"] for run in runs.values()} == {"COMPLETED"}
    assert runs["outer"]["tags"] == ["tracked"]
    assert {runs[name]["parentId"] for name in ("generated", "waiting")} == {runs["outer"]["id"]}
    assert runs["streaming"]["parentId"] == runs["waiting"]["id"]


@pytest.mark.asyncio
async def test_tasks_have_parents_of_their_own(reporting: Served) -> None:
    async def work(name: str) -> None:
        async with runindex.run(name):
            await asyncio.sleep(0)
            async with runindex.run(f"{name}, below"):
                await asyncio.sleep(0)

    await asyncio.gather(work("a"), work("b"))
    stuck = asyncio.create_task(work("c"))
    await asyncio.sleep(0)
    stuck.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stuck
    runs = known(reporting)
    assert {name: runs[f"{name}, below"]["parentId"] == runs[name]["id"] for name in "ab"} == {"a": True, "b": True}
    assert runs["c"]["status"] == "CANCELLED"
