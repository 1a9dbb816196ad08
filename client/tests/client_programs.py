"""Programs that report, and what the server knows of them afterwards."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.support.servers.served import PATIENCE, Served

RUNS = """{ runs(first: 200, filter: {not: {ids: ["default"]}}) { nodes { id } } }"""
RUN = """query ($id: ID!) { run(id: $id) {
  id name status error tags metadata parentId startedAt
  results(first: 500) { totalCount nodes { itemId output latency error scores { scorerId value } retryCount } }
  events(first: 500) { nodes { stream payload } }
} }"""
Run = dict[str, Any]


def environment(url: str, directory: Path) -> dict[str, str]:
    """Return the variables of a program that reports."""
    return {"RUNINDEX_URL": url, "RUNINDEX_SPOOL": str(directory / "spool")}


def start(script: str, url: str, directory: Path, **variables: str) -> "subprocess.Popen[str]":
    """Start a program that reports to an address; its output can be read."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RUNINDEX_")}
    path = directory / f"program-{uuid4().hex}.py"
    path.write_text("import runindex_client as runindex\n" + script)
    return subprocess.Popen(
        [sys.executable, path],
        env=inherited | environment(url, directory) | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(script: str, url: str, directory: Path, code: int = 0, **variables: str) -> str:
    """Run a program to its end, hold its exit code to be this one, and return its output."""
    with start(script, url, directory, **variables) as program:
        output, errors = program.communicate(timeout=PATIENCE)
    assert program.returncode == code, errors
    return output


def flush(url: str, directory: Path, code: int = 0) -> str:
    """Run `runindex-client flush`."""
    return finish("from runindex_client.commands.main import main\nmain(['flush'])", url, directory, code)


def runs(server: Served) -> dict[str, Run]:
    """Return the server's runs by their names, which they have alone."""
    nodes = [server.execute(RUN, id=node["id"])["run"] for node in server.execute(RUNS)["runs"]["nodes"]]
    named = {node["name"]: node for node in nodes}
    assert len(named) == len(nodes), nodes
    return named


def spooled(directory: Path) -> list[str]:
    """Return the files that are left in the spool."""
    return sorted(path.name for path in (directory / "spool").glob("*"))


def items(run: Run) -> list[str]:
    """Return the items of a run's results."""
    return sorted(node["itemId"] for node in run["results"]["nodes"])


def payloads(run: Run, stream: str) -> list[Any]:
    """Return the payloads of a stream, in their order."""
    return [node["payload"] for node in run["events"]["nodes"] if node["stream"] == stream]
