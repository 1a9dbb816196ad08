"""What a process costs."""

import os
from pathlib import Path
from typing import Final

from tests.support.served import Served

_TICKS: Final = os.sysconf("SC_CLK_TCK")


def pid_of(server: Served) -> int:
    """Return the id of a running server's process."""
    if server.process is None:
        raise RuntimeError("the server does not run")
    return server.process.pid


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident(pid: int) -> int:
    """Return a process's memory, bytes."""
    (line,) = (line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return 1024 * int(line.split()[1])
