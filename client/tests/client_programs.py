"""Programs that report, and what the server knows of them afterwards."""

import os
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.support.servers.interrupts import hearing_interrupts
from tests.support.servers.served import PATIENCE, Served

RUNS = """query ($from: DateTime!) {
  runs(first: 200, filter: {not: {ids: ["default"]}, createdAt: {from: $from}}) { nodes { id } }
}"""
RUN = """query ($id: ID!) { run(id: $id) {
  id name status error tags metadata parentId startedAt
  results(first: 500) { totalCount nodes { itemId output latency error scores { scorerId value } retryCount } }
  events(first: 500) { nodes { stream payload } }
} }"""
Run = dict[str, Any]
_begun = [datetime.now(timezone.utc)]


def environment(url: str, directory: Path) -> dict[str, str]:
    """Return the variables of a program that reports."""
    # On a busy machine the end of a program may take longer than usually is waited for.
    patience = {"RUNINDEX_EXIT_SECONDS": str(PATIENCE)}
    return {"RUNINDEX_URL": url, "RUNINDEX_SPOOL": str(directory / "spool")} | patience


def start(script: str, url: str, directory: Path, **variables: str) -> "subprocess.Popen[str]":
    """Start a program that reports to an address; its output can be read."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RUNINDEX_")}
    path = directory / f"program-{uuid4().hex}.py"
    path.write_text("import runindex_client as runindex\n" + script)
    with hearing_interrupts():
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


def flush(url: str, directory: Path, code: int = 0, **variables: str) -> str:
    """Run `runindex-client flush`."""
    return command(url, directory, "flush", code=code, **variables)


def command(url: str, directory: Path, *arguments: str, code: int = 0, **variables: str) -> str:
    """Run a command of `runindex-client` to its end, and return what it printed."""
    return finish(calling(*arguments), url, directory, code, **variables)


def calling(*arguments: str) -> str:
    """Return the program that is a command of `runindex-client`."""
    return f"import sys\nfrom runindex_client.commands.main import main\nmain({list(arguments)})"


def forget_runs() -> None:
    """Leave out of `runs` what was created before now."""
    _begun[0] = datetime.now(timezone.utc)


def runs(server: Served) -> dict[str, Run]:
    """Return the runs that the server was told of in this test, by their names, which they have alone."""
    found = server.execute(RUNS, **{"from": _begun[0].isoformat()})["runs"]["nodes"]
    nodes = [server.execute(RUN, id=node["id"])["run"] for node in found]
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
