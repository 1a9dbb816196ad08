"""The examples are to be copied: each runs alone, in a folder that has nothing else."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.support.paths import ROOT
from tests.support.servers.interrupts import hearing_interrupts
from tests.support.servers.ports import free_port
from tests.support.servers.served import PATIENCE, Served

EXAMPLES: Final = ROOT / "examples"
ALONE: Final = ("reader.py", "worker.py", "demo.py")


@pytest.fixture
def copied(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Copy one example into a folder of its own."""
    folder = tmp_path / "copied"
    folder.mkdir()
    return Path(shutil.copy(EXAMPLES / request.param, folder))


def start(file: Path, *options: str) -> subprocess.Popen[str]:
    """Start a copied example where the project cannot be found."""
    with hearing_interrupts():
        return subprocess.Popen(
            [sys.executable, "-W", "error", file.name, *options],
            cwd=file.parent,
            env={"PATH": os.defpath, "HOME": str(file.parent)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def finish(process: subprocess.Popen[str], *, interrupt: bool = False) -> tuple[int, str, str]:
    """Wait for the end, after Ctrl-C if wanted; return the exit code and what was written."""
    if interrupt:
        process.send_signal(signal.SIGINT)
    said, error = process.communicate(timeout=PATIENCE)
    return process.returncode, said, error


@pytest.mark.parametrize("copied", ["reader.py"], indirect=True)
def test_a_copied_reader_reads(copied: Path, served: Served) -> None:
    process = start(copied, "--url", served.ws_url)
    assert process.stderr is not None
    assert process.stderr.readline() == "1 runs\n"
    code, said, error = finish(process, interrupt=True)
    assert (code, said, error) == (0, "ACTIVE 1 default None\n", "")


@pytest.mark.parametrize("copied", ["reader.py"], indirect=True)
def test_a_reader_that_finds_no_server_is_ended_without_a_word(copied: Path) -> None:
    process = start(copied, "--url", f"ws://127.0.0.1:{free_port()}/graphql")
    assert process.stderr is not None
    assert process.stderr.readline().startswith("again in a moment: ")
    code, said, error = finish(process, interrupt=True)
    assert (code, said) == (0, "")
    assert "Traceback" not in error


@pytest.mark.parametrize("copied", ["worker.py"], indirect=True)
def test_a_copied_worker_works(copied: Path, served: Served) -> None:
    options = ("--url", served.url, "--queue", "nobody's")
    assert finish(start(copied, *options, "--until-idle")) == (0, "0 jobs executed\n", "")
    code, said, error = finish(start(copied, "--url", f"http://127.0.0.1:{free_port()}/graphql"))
    assert (code, said) == (1, "")
    assert error.startswith("worker: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize("copied", ["demo.py"], indirect=True)
def test_a_copied_demo_says_where_it_runs(copied: Path) -> None:
    code, said, error = finish(start(copied))
    assert (code, said) == (2, "")
    assert error.startswith("demo: it records tests of the project")


@pytest.mark.parametrize("copied", ALONE, indirect=True)
def test_every_copied_example_can_be_loaded(copied: Path) -> None:
    code, _, error = finish(start(copied, "--help")) if copied.name in {"reader.py", "worker.py"} else (0, "", "")
    assert (code, error) == (0, "")
    loaded = subprocess.run(
        [sys.executable, "-c", f"import {copied.stem}"],
        check=False,
        cwd=copied.parent,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert (loaded.returncode, loaded.stderr) == (0, "")


@pytest.mark.parametrize("name", [*ALONE, "reader.ts"])
def test_no_example_imports_the_project(name: str) -> None:
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    assert re.findall(r"^\s*(?:from|import) (?:examples|runindex|tests)\b", text, re.MULTILINE) == []
    assert re.findall(r"""from ["']\.""", text) == []


def test_the_readmes_listener_is_ended_without_a_word(served: Served, tmp_path: Path) -> None:
    (program,) = re.findall(r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    file = tmp_path / "listener.py"
    file.write_text(program.replace("127.0.0.1:8000", f"127.0.0.1:{served.port}"))
    process = start(file)
    assert process.stdout is not None
    assert process.stdout.readline() == "listening\n"
    code, said, error = finish(process, interrupt=True)
    assert (code, said, error) == (0, "", "")
