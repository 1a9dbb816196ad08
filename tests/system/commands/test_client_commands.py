"""`runindex exec` and the other commands of the client, under the server's name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runindex.cli.client import NAMES
from tests.support.servers.served import COMMAND, PATIENCE, Served

RUN = '{ runs(filter: {nameContains: "wrapped"}) { nodes { name status tags metadata } } }'


def run(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [COMMAND, *arguments],
        check=False,
        env={"PATH": os.defpath} | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def test_a_command_is_a_run(served: Served, tmp_path: Path) -> None:
    told = {"RUNINDEX_URL": served.root, "RUNINDEX_SPOOL": str(tmp_path / "spool"), "RUNINDEX_EXIT_SECONDS": "60"}
    command = [sys.executable, "-c", "import sys; print(sys.argv[1:]); sys.exit(4)", "--name", "--", "--help"]
    done = run("exec", "--name", "wrapped", "--tag", "a", "--", *command, **told)
    # What the command is given stays its own, and no variable is taken for a wrong setting.
    assert (done.returncode, done.stdout, done.stderr) == (4, "['--name', '--', '--help']\n", "")
    (node,) = served.execute(RUN)["runs"]["nodes"]
    assert (node["status"], node["tags"], node["metadata"]["command"]) == ("FAILED", ["a"], command)
    assert "wrapped" in run("list", "--tag", "a", **told).stdout
    assert run("doctor", **told).returncode == 0


@pytest.mark.parametrize("name", NAMES)
def test_each_has_the_clients_help(name: str) -> None:
    done = run(name, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: runindex {name} ")
    assert f"  {name} " in run("--help").stdout


def test_a_mistake_is_told_with_the_exit_code_of_one(tmp_path: Path) -> None:
    assert run("list", "--nonsense").returncode == 2
    away = run("list", RUNINDEX_URL="http://127.0.0.1:9", RUNINDEX_SPOOL=str(tmp_path))
    assert (away.returncode, away.stdout) == (1, "")
    assert away.stderr.startswith("runindex: http://127.0.0.1:9/graphql does not answer")
