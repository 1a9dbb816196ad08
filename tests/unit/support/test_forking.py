"""A forked server is as one that was started: it answers, logs, ends and is told apart from others equally."""

import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Final

import httpx
import psutil
import pytest

from tests.support.servers.forking import can_fork
from tests.support.servers.served import COMMAND, HTTP, PATIENCE, Served, serving

FILL: Final = 'mutation { createRun(input: {name: "one", tags: ["é"]}) { ... on RunPayload { run { name version } } } }'
LOOK: Final = """
{
  runs(filter: {}) { totalCount nodes { name version tags status metadata } }
  __schema { types { name fields { name } } }
}
"""
WRONG: Final = "{ noSuchField }"


def answers(server: Served) -> list[object]:
    """Return what a server answers, without what differs between any two."""
    told: list[object] = []
    for document in (FILL, LOOK, WRONG):
        response = HTTP.post(server.url, json={"query": document})
        headers = sorted(name for name in response.headers if name != "date")
        told.append((response.status_code, response.json(), headers))
    for path in ("/livez", "/readyz", "/nowhere", "/graphql"):
        response = HTTP.get(server.root + path)
        told.append((response.status_code, response.headers.get("content-type")))
    metrics = HTTP.get(f"{server.root}/metrics").text.splitlines()
    return [*told, [line.rpartition(" ")[0] for line in metrics if not line.startswith("#")]]


def facts(server: Served) -> list[object]:
    """Return what the machine says of a server's process."""
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    home = Path("/proc", str(process.pid))
    files = [str(file.readlink()) for file in sorted((home / "fd").iterdir(), key=lambda file: int(file.name))]
    return [
        process.ppid(),
        os.getpgid(process.pid),
        plain(process.cwd(), server),
        [plain(name, server) for name in files[:3]],
        {plain(re.sub(r"\[\d+\]", "", name), server) for name in files[3:]},
        (home / "limits").read_text(),
        [line for line in (home / "status").read_text().splitlines() if line.startswith(("Sig", "Umask"))],
    ]


def plain(text: str, server: Served) -> str:
    """Return a text without a server's directory and port, and without numbers of several digits."""
    return re.sub(r"\d{2,}", "N", text.replace(str(server.directory), "").replace(str(server.port), ""))


def test_a_forked_server_is_as_one_that_was_started(tmp_path: Path) -> None:
    for name in ("forked", "started"):
        (tmp_path / name).mkdir()
    with serving(tmp_path / "forked") as forked, serving(tmp_path / "started", str(COMMAND)) as started:
        assert not isinstance(forked.process, subprocess.Popen)
        assert isinstance(started.process, subprocess.Popen)
        assert answers(forked) == answers(started)
        assert facts(forked) == facts(started)
        assert (forked.stop(), started.stop()) == (0, 0)
        assert plain(forked.log, forked) == plain(started.log, started)


def test_a_forked_server_has_its_own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNINDEX_UNKNOWN", "1")
    for tokens in (f"a:read:{'x' * 32}", ""):
        with serving(tmp_path, RUNINDEX_TOKENS=tokens) as server:
            response = HTTP.post(server.url, json={"query": "{ runCount }"})
            assert (response.status_code == httpx.codes.OK) == (not tokens)
            assert "UNKNOWN" not in server.log


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_forked_server_ends_by_signals(served: Served, sign: signal.Signals) -> None:
    process = served.process
    assert process is not None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0)
    process.send_signal(sign)
    assert process.wait(PATIENCE) == (-sign if sign is signal.SIGKILL else 0)
    process.send_signal(sign)  # which is nobody's now
    assert process.wait() == process.wait(0)
    assert not psutil.pid_exists(process.pid)


def test_what_matters_when_a_program_is_loaded_is_not_forked() -> None:
    assert can_fork({"PATH": "", "HOME": "", "SQLITE_PATH": "", "RUNINDEX_POOL_SIZE": "1"})
    for name in ("LD_PRELOAD", "PYTHONASYNCIODEBUG", "FAKETIME", "TZ", "PGPASSWORD", "UNKNOWN"):
        assert not can_fork({name: ""})
