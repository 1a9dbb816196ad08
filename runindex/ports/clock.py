"""The Clock port, and clocks of a machine, from which storages without a server have the time."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Protocol

from runindex.domain.instants import SECOND, Micros

# By which part of the time that passes a steady clock may be faster, which shortens leases, or slower.
_FASTER: Final = 1000
_SLOWER: Final = 10
_INEXACT: Final = SECOND // 1000
_KEPT_FOR: Final = SECOND
_MUCH: Final = SECOND
_UPTIME: Final = Path("/proc/uptime")
_UPTIME_STEP: Final = SECOND // 100
_TIME_NAMESPACE: Final = Path("/proc/self/ns/time")
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> Micros:
        """Return the current instant."""
        ...


class SystemClock:
    """The machine's clock, which may be set at any time."""

    def now(self) -> Micros:
        """Return the current instant."""
        return time.time_ns() // 1000


@dataclass(frozen=True, slots=True)
class Reading:
    """What a machine's clocks say at one moment: `uptime` since the start `boot`, which is "" where it is not told."""

    instant: Micros
    boot: str = ""
    uptime: Micros = 0

    def steadied(self, before: "Reading | None") -> "Reading":
        """Return the reading as one of a clock that stood at `before` and cannot be set, only run faster or slower.

        After a new start of the machine there is nothing to go on from but its clock.
        """
        if before is None or not self.boot or self.boot != before.boot or self.uptime < before.uptime:
            return self
        passed = self.uptime - before.uptime
        expected = before.instant + passed
        earliest, latest = expected - passed // _SLOWER - _INEXACT, expected + passed // _FASTER + _INEXACT
        return Reading(min(max(self.instant, earliest), latest), self.boot, self.uptime)

    def is_worth_keeping(self, before: "Reading | None") -> bool:
        """Tell whether later readings had better be steadied by this one than by `before`."""
        if not self.boot:
            return False
        return before is None or self.boot != before.boot or not 0 <= self.uptime - before.uptime < _KEPT_FOR


def read_machine() -> Reading:
    """Read the machine's clocks; without those of Linux, only the one that may be set."""
    now = SystemClock().now()
    try:
        return Reading(now, _boot(), _uptime())
    except (OSError, ValueError, IndexError, AttributeError):
        return Reading(now)


@cache
def _boot() -> str:
    """Return what names the start of the machine, and the uptime that this process sees.

    Containers may have one of their own: by a namespace for time, or by a file system in front of the file (lxcfs).
    """
    namespace = _TIME_NAMESPACE.readlink() if _TIME_NAMESPACE.is_symlink() else ""
    device = _UPTIME.stat().st_dev
    return f"{_BOOT.read_text().strip()} {namespace}" + ("" if device == _UPTIME.parent.stat().st_dev else f" {device}")


@cache
def _uptime_file() -> int:
    """Return the open file, which says another time whenever it is read."""
    return os.open(_UPTIME, os.O_RDONLY | os.O_CLOEXEC)


def _uptime() -> Micros:
    """Return the time since the machine started, in suspension too.

    The file is coarse, and the same to all processes, even where a library or a namespace tells them another time.
    """
    fine = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000
    coarse = round(float(os.pread(_uptime_file(), 64, 0).split()[0]) * SECOND)
    return fine if abs(fine - coarse) <= 2 * _UPTIME_STEP else coarse


class SteadyClock:
    """A clock of this process that runs on when the machine's is set, and approaches it little by little."""

    def __init__(self, read: Callable[[], Reading] = read_machine) -> None:
        """Begin with the machine's time."""
        self._read = read
        self._kept: Reading | None = None

    def catch_up(self, is_held: Callable[[Micros], bool]) -> None:
        """Follow the machine's clock where it was set forward, unless that would end a lease held at the instant."""
        machine = self._read()
        told = machine.steadied(self._kept).instant
        if machine.instant - told > _MUCH and not is_held(told):
            self._kept = machine

    def now(self) -> Micros:
        """Return the current instant."""
        reading = self._read().steadied(self._kept)
        if reading.is_worth_keeping(self._kept):
            self._kept = reading
        return reading.instant
