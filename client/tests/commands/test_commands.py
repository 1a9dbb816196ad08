"""The commands of `runindex-client`."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

import client_programs
from tests.support.servers.served import PATIENCE, Served


def command(served: Served, directory: Path, *arguments: str, code: int = 0) -> str:
    return client_programs.command(served.root, directory, *arguments, code=code)


@pytest.mark.parametrize(
    ("script", "ended"),
    [
        ("print('well')", (0, "COMPLETED", None)),
        ("print('out'); sys.exit('broken')", (1, "FAILED", "exit code 1")),
        ("sys.exit(42)", (42, "FAILED", "exit code 42")),
        ("import os; os.kill(os.getpid(), 9)", (137, "FAILED", "SIGKILL")),
        ("import os; os.kill(os.getpid(), 15)", (143, "CANCELLED", None)),
    ],
)
def test_exec_reports_how_a_command_ended(
    served: Served, tmp_path: Path, script: str, ended: tuple[int, str, str | None]
) -> None:
    code, status, error = ended
    options = ["exec", "--name", "it", "--tag", "a", "--tag", "b", "--"]
    command(served, tmp_path, *options, sys.executable, "-c", f"import sys; {script}", code=code)
    run = client_programs.runs(served)["it"]
    assert (run["status"], run["tags"]) == (status, ["a", "b"])
    assert (run["error"] or "").splitlines()[:1] == ([error] if error else [])
    if "broken" in script:
        assert sorted(run["error"].splitlines()[1:]) == ["broken", "out"]


def test_exec_keeps_the_last_lines_and_passes_all_on(served: Served, tmp_path: Path) -> None:
    script = "import sys\nfor n in range(500): print(n)\nprint('end', end=''); sys.exit(1)"
    output = command(served, tmp_path, "exec", "--", sys.executable, "-c", script, code=1)
    assert output == "\n".join([*map(str, range(500)), "end"])
    (run,) = client_programs.runs(served).values()
    assert run["name"] == Path(sys.executable).name
    assert run["error"].splitlines() == ["exit code 1", *map(str, range(481, 500)), "end"]


def test_exec_passes_all_on_to_a_reader_that_takes_its_time(served: Served, tmp_path: Path) -> None:
    script = f"import os; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); os.write(1, b'x' * 120_000)"
    hurried = "from runindex_client.commands import wrapper\nwrapper.SILENT_SECONDS = 0.01\n"
    calling = client_programs.calling("exec", "--name", "it", "--", sys.executable, "-c", script)
    with client_programs.start(hurried + calling, served.root, tmp_path) as program:
        assert program.stdout is not None
        first = program.stdout.read(1)  # it has begun
        psutil.Process(int((tmp_path / "pid").read_text())).wait(PATIENCE)
        assert first + program.stdout.read() == "x" * 120_000
        assert program.wait(PATIENCE) == 0


@pytest.mark.parametrize("seconds", ["inf", "nan", "0", "-1", "x"])
def test_exec_refuses_a_heartbeat_that_is_none(served: Served, tmp_path: Path, seconds: str) -> None:
    command(served, tmp_path, "exec", "--heartbeat", seconds, "--", "true", code=2)


def test_exec_of_what_is_not_there(served: Served, tmp_path: Path) -> None:
    command(served, tmp_path, "exec", "--name", "none", "--", "no-such-command", code=127)
    command(served, tmp_path, "exec", "--name", "folder", "--", str(tmp_path), code=126)
    assert {run["status"] for run in client_programs.runs(served).values()} == {"FAILED"}
    command(served, tmp_path, "exec", code=2)


def test_exec_passes_signals_on(served: Served, tmp_path: Path) -> None:
    script = "import signal, sys\nsignal.signal(15, lambda *_: sys.exit(3))\nprint('ready', flush=True)\nsignal.pause()"
    arguments = ["exec", "--name", "it", "--", sys.executable, "-c", script]
    with client_programs.start(client_programs.calling(*arguments), served.root, tmp_path) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        program.send_signal(signal.SIGTERM)
        assert program.wait(PATIENCE) == 3
    assert client_programs.runs(served)["it"]["status"] == "CANCELLED"


def test_a_program_below_exec_is_its_child(served: Served, tmp_path: Path) -> None:
    script = "import runindex_client as r\nwith r.run('below'): pass"
    command(served, tmp_path, "exec", "--name", "above", "--", sys.executable, "-c", script)
    client_programs.flush(served.root, tmp_path)
    runs = client_programs.runs(served)
    assert runs["below"]["parentId"] == runs["above"]["id"]


def test_list_and_show(served: Served, tmp_path: Path) -> None:
    script = """
with runindex.run("a", tags=["x"], metadata={"k": 1}) as run:
    run.record("item")
    run.event("said", {"hello": 1})
    with run.child("below"):
        pass
"""
    client_programs.finish(script, served.root, tmp_path)
    runs = client_programs.runs(served)
    listed = command(served, tmp_path, "list", "--tag", "x", "--status", "completed")
    (line,) = listed.splitlines()
    assert line.startswith(f"{runs['a']['id']}  COMPLETED")
    below = json.loads(command(served, tmp_path, "list", "--parent", runs["a"]["id"], "--json"))
    assert below["id"] == runs["below"]["id"]
    shown = command(served, tmp_path, "show", runs["a"]["id"])
    assert "results     1\n" in shown
    assert '{"hello": 1}' in shown
    assert runs["below"]["id"] in shown
    assert json.loads(command(served, tmp_path, "show", runs["a"]["id"], "--json"))["metadata"] == {"k": 1}
    command(served, tmp_path, "show", "8f7c9a52-1c0e-4c57-9d0e-6a4f3c1b2d10", code=1)


def test_the_installed_command(served: Served, tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("runindex-client")
    done = subprocess.run(
        [script, "list", "--first", "500"],
        env=client_programs.environment(served.root, tmp_path),
        check=True,
        capture_output=True,
        text=True,
    )
    assert "default" in done.stdout
