"""Processes whose clocks are off, by libfaketime (Debian's package of that name)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest


def find_library() -> Path:
    """Return the library; skip the test where it is missing, but not in CI."""
    for folder in ("/usr/lib", "/usr/lib64", "/usr/local/lib"):
        for path in Path(folder).glob("**/faketime/libfaketimeMT.so.1"):
            return path
    if os.environ.get("CI"):
        pytest.fail("there is no libfaketime: apt-get install libfaketime")
    pytest.skip("there is no libfaketime")


@dataclass(frozen=True, slots=True)
class ShiftedClock:
    """The clock of a process, which can be set while it runs: a file says by how many seconds it is off."""

    file: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """Return the environment of a process that has the clock; its monotonic clock is true."""
        return {
            "LD_PRELOAD": str(find_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def set(self, seconds: int) -> None:
        """Set the clock to be off by so many seconds, at one stroke."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{seconds:+}s\n")
        new.replace(self.file)
