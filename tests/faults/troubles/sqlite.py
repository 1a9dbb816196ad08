"""What may befall a SQLite file while a server uses it."""

import asyncio
import os
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.troubles.trouble import Trouble

BLOCK = 1024 * 1024
ROOM = 8 * BLOCK


@dataclass(frozen=True, slots=True)
class SqliteTroubles:
    """Troubles of a file; `is_small` tells that its folder is on a device that can be filled."""

    path: Path
    is_small: bool = False

    def all(self) -> Sequence[Trouble]:
        """Return every trouble."""
        troubles = [
            Trouble("moved away", self.moved_away),
            Trouble("replaced", self.replaced),
            Trouble("log moved away", self.log_moved_away),
            Trouble("locked", self.locked),
        ]
        return [*troubles, *([Trouble("full", self.full)] if self.is_small else [])]

    @property
    def log(self) -> Path:
        """Return the path of the write-ahead log."""
        return Path(f"{self.path}-wal")

    @asynccontextmanager
    async def moved_away(self) -> AsyncIterator[None]:
        """Move the file, as good as deleted, and bring it back."""
        away = self.path.with_suffix(".away")
        self.path.rename(away)
        yield
        away.rename(self.path)

    @asynccontextmanager
    async def replaced(self) -> AsyncIterator[None]:
        """Put an empty file in its place, and bring it back."""
        away = self.path.with_suffix(".away")
        self.path.rename(away)
        self.path.touch()
        yield
        away.replace(self.path)

    @asynccontextmanager
    async def log_moved_away(self) -> AsyncIterator[None]:
        """Move the write-ahead log, and bring it back."""
        away = self.log.with_suffix(".away")
        self.log.rename(away)
        yield
        away.replace(self.log)

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """Hold the lock of the file's only writer."""
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
        try:
            await asyncio.to_thread(connection.execute, "BEGIN EXCLUSIVE")
            yield
        finally:
            connection.close()

    @asynccontextmanager
    async def full(self) -> AsyncIterator[None]:
        """Fill the device until nothing can be written."""
        ballast = self.path.with_name("ballast")
        await asyncio.to_thread(fill, ballast)
        # The log has room in itself for as much as it ever held; to write that into the file takes some too.
        os.truncate(ballast, ballast.stat().st_size - ROOM)
        with closing(sqlite3.connect(self.path, timeout=30, check_same_thread=False)) as connection:
            await asyncio.to_thread(connection.execute, "PRAGMA wal_checkpoint(TRUNCATE)")
        await asyncio.to_thread(fill, ballast)
        yield
        ballast.unlink()


def fill(ballast: Path) -> None:
    """Write a file until its device has no room."""
    with ballast.open("ab", buffering=0) as file:
        for size in (BLOCK, 4096):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


@contextmanager
def small_device(folder: Path, size: str) -> Iterator[bool]:
    """Mount a device of that size on a folder; tell whether this process may."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    is_mounted = os.geteuid() == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)  # noqa: S607 - found by the path
