"""Imports from other systems beside a server that serves, and tables of what was imported."""

import csv
import io
import json
import os
import subprocess
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.support.servers.served import COMMAND, PATIENCE, Served

AT: Final = "2024-02-03T09:00:00Z"
LINES: Final[list[dict[str, Any]]] = [
    {"id": "child", "parentId": "parent", "name": "=HYPERLINK(1)", "error": "-boom", "createdAt": AT, "tags": ["+a"]},
    {"id": "parent", "createdAt": AT, "results": [{"itemId": "@x", "error": "no", "latency": 5}, {"itemId": "y"}]},
]


def run(directory: Path, *words: str | Path, given: str = "", code: int = 0) -> str:
    """Run a command on the index of a directory; return what it wrote, to standard error too if it fails."""
    environment = {"PATH": os.defpath, "HOME": str(directory), "SQLITE_PATH": str(directory / "runindex.db")}
    ended = subprocess.run(
        [str(COMMAND), *words],
        env=environment,
        cwd=directory,
        input=given,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode == code, ended
    return ended.stdout + (ended.stderr if code else "")


def text_of(runs: list[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(each)}\n" for each in runs)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_server_tells_its_subscribers_of_what_is_imported_beside_it(served: Served) -> None:
    query = {"query": "subscription { runChanges { __typename ... on RunChange { kind run { name createdAt } } } }"}
    head = {"Accept": "text/event-stream"}
    with httpx.stream("POST", served.url, json=query, headers=head, timeout=PATIENCE) as stream:
        said = run(served.directory, "import", "--format", "jsonl", "-", given=text_of(LINES))
        assert said == "added: 2 runs, 2 results; changed: 0 runs; there already: 0 runs\n"
        told = ""
        for line in stream.iter_lines():
            told += line
            if "HYPERLINK" in told and "STATUS" in told:
                break
    assert "2024-02-03T09:00:00.000000Z" in told
    again = run(served.directory, "import", "--format", "jsonl", given=text_of(LINES))
    assert again == "added: 0 runs, 0 results; changed: 0 runs; there already: 2 runs\n"
    runs = rows_of(run(served.directory, "export", "--format", "csv", "--filter", '{"status": ["FAILED"]}'))
    assert [(row["name"], row["error"], row["tags"]) for row in runs] == [("'=HYPERLINK(1)", "'-boom", "'+a")]
    of_results = ("export", "--format", "csv", "--of", "results")
    results = rows_of(run(served.directory, *of_results))
    assert [(row["itemId"], row["latency"]) for row in results] == [("'@x", "5.0"), ("y", "0.0")]
    assert [row["itemId"] for row in rows_of(run(served.directory, *of_results, "--failed"))] == ["'@x"]
    run(served.directory, "verify")


def test_a_fault_leaves_nothing_and_a_contradiction_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "runs.jsonl").write_text(text_of([*LINES, {"oops": 1}]))
    said = run(tmp_path, "import", "--format", "jsonl", "runs.jsonl", code=1)
    assert said == "runindex: runs.jsonl, line 3: oops is no field of it\n"
    assert len(rows_of(run(tmp_path, "export", "--format", "csv"))) == 1
    run(tmp_path, "import", "--format", "jsonl", given=text_of(LINES))
    other = [LINES[0] | {"error": "another"}, {"id": "new"}]
    said = run(tmp_path, "import", "--format", "jsonl", given=text_of(other), code=1)
    assert "added: 1 runs" in said
    assert "standard input, line 1: the run is there already, with another error than in the source" in said
    assert said.endswith("runindex: 1 runs contradict what is there, and were left as they are\n")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("import", "--format", "mlflow", "."), 1, "is no store of MLflow: no folder in it has a meta.yaml"),
        (("import", "--format", "mlflow", "a", "b"), 2, "--format mlflow reads one store"),
        (("import", "--format", "junit", "missing.xml"), 2, "missing.xml cannot be read"),
        (("import", "a", "b"), 2, "An export of RunIndex is one file."),
        (("export", "--failed"), 2, "they need --format csv"),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path: Path, words: tuple[str, ...], code: int, said: str) -> None:
    run(tmp_path, "migrate")
    assert said in run(tmp_path, *words, code=code)


def test_progress_is_shown_on_a_terminal_only(tmp_path: Path) -> None:
    environment = {"PATH": os.defpath, "HOME": str(tmp_path), "SQLITE_PATH": str(tmp_path / "runindex.db")}
    (tmp_path / "runs.jsonl").write_text(text_of(LINES))
    ours, theirs = os.openpty()
    command = [str(COMMAND), "import", "--format", "jsonl", "runs.jsonl"]
    ended = subprocess.run(
        command, env=environment, cwd=tmp_path, stderr=theirs, stdout=subprocess.PIPE, timeout=PATIENCE, check=True
    )
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        assert b"runs imported" in terminal.read(4096)
    assert ended.stdout.startswith(b"added: 2 runs")
