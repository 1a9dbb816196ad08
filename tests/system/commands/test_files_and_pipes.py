"""Exports and imports go through files, pipes and devices as those of other tools do."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.support.paths import ROOT

SECONDS: Final = 60
COMMAND: Final = [sys.executable, "-c", "from runindex.cli.main import main; main(prog_name='runindex')"]
BROKEN_PIPE: Final = 141


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Make an index in a directory of its own, and return its directory."""
    run(tmp_path, "migrate")
    return tmp_path


def environment_of(directory: Path) -> dict[str, str]:
    return {
        "PATH": os.defpath,
        "HOME": str(directory),
        "PYTHONPATH": str(ROOT),
        "SQLITE_PATH": str(directory / "index.db"),
    }


def run(directory: Path, *arguments: str, given: bytes | None = b"", code: int = 0) -> tuple[bytes, str]:
    """Run a command in a directory; return what it wrote to standard output and to standard error."""
    result = subprocess.run(
        [*COMMAND, *arguments],
        check=False,
        cwd=directory,
        env=environment_of(directory),
        input=given,
        capture_output=True,
        timeout=SECONDS,
    )
    assert result.returncode == code, result
    return result.stdout, result.stderr.decode()


def run_in_shell(directory: Path, script: str) -> tuple[str, str]:
    """Run a script in which `runindex` is the command; return what it wrote."""
    words = " ".join(f'"{word}"' for word in COMMAND)
    result = subprocess.run(
        ["/bin/bash", "-c", f'runindex() {{ {words} "$@"; }}\n{script}'],
        check=False,
        cwd=directory,
        env=environment_of(directory),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        text=True,
    )
    return result.stdout, result.stderr


def assert_is_one_line(text: str, words: str) -> None:
    assert text.startswith("runindex: ")
    assert text.count("\n") == 1
    assert words in text


def test_a_dash_is_standard_output_and_input(index: Path) -> None:
    shown, _ = run(index, "export", "--output", "-")
    assert shown == run(index, "export")[0]
    assert shown.startswith(b'{"format":"runindex-export"')
    assert {path.name for path in index.iterdir() if "index.db" not in path.name} == set()
    said, _ = run(index, "import", "-", given=b"\xef\xbb\xbf" + shown + b"\r\n")
    assert said.startswith(b"added: 1 runs")
    assert run(index, "import", given=shown) == (said, "")
    run(index, "export", "--output", "./-")
    assert (index / "-").read_bytes() == shown


def test_a_pipe_that_nobody_reads_ends_a_command_quietly(index: Path) -> None:
    for command in ("export --output -", "print-schema", "export --output /dev/stdout"):
        # The reader is gone long before the command begins to write.
        script = f"{{ runindex {command}; echo $? >&2; }} | true"
        assert run_in_shell(index, script) == ("", f"{BROKEN_PIPE}\n"), command
    said, code = run_in_shell(index, 'runindex print-schema | head -1; echo "${PIPESTATUS[0]}" >&2')
    assert (len(said.splitlines()), code) in {(1, "0\n"), (1, f"{BROKEN_PIPE}\n")}


@pytest.mark.parametrize("command", ["export", "export --output -", "export --output /dev/full", "print-schema"])
def test_a_full_device_is_told_in_one_line(index: Path, command: str) -> None:
    said, error = run_in_shell(index, f'runindex {command} > /dev/full; echo "$?"')
    assert said == "1\n"
    assert_is_one_line(error, "cannot be written: No space left on device")


def test_what_cannot_be_opened_is_told_in_one_line(index: Path) -> None:
    for arguments, words in (
        (("import", "absent"), "absent cannot be read: No such file or directory"),
        (("import", "."), ". cannot be read: Is a directory"),
        (("export", "--output", "."), ". cannot be written: Is a directory"),
        (("export", "--output", "absent/file"), "absent/file cannot be written: No such file or directory"),
    ):
        assert_is_one_line(run(index, *arguments, code=2)[1], words)
    for script in ("runindex import <&-", "runindex export >&-"):
        _, error = run_in_shell(index, f'{script}; [ "$?" = 2 ] || echo wrong >&2')
        assert_is_one_line(error, "is closed")


def test_a_fault_in_a_file_is_told_with_its_line(index: Path) -> None:
    shown, _ = run(index, "export")
    lines = shown.splitlines(keepends=True)
    (index / "utf-16").write_bytes(shown.decode().encode("utf-16"))
    assert_is_one_line(run(index, "import", "utf-16", code=1)[1], "this is UTF-16")
    broken = b"".join([lines[0], lines[1], b'{"run":\n', *lines[2:]])
    assert_is_one_line(run(index, "import", given=broken, code=1)[1], "line 3 is not as an export has it")


def test_compaction_deletes_done_jobs_when_it_is_told_to(index: Path) -> None:
    kept = b"removed of 0 runs: changes=0 events=0 receipts=0 value_versions=0\n"
    assert run(index, "compact")[0] == kept
    assert run(index, "compact", "--jobs-older-than", "0")[0] == kept + b"removed: 0 jobs that are done\n"
    assert run(index, "compact", "--dry-run", "--jobs-older-than", "86400")[0].endswith(
        b"to remove: 0 jobs that are done\n"
    )
    run(index, "compact", "--jobs-older-than", "-1", code=2)
