"""The thread that sends what the spool holds: this process's own file, and those of processes that have ended."""

import contextlib
import logging
import threading
import time
from itertools import chain
from queue import Empty, SimpleQueue
from typing import Final

from runindex_client.problems import Away
from runindex_client.sending.delivery import NONE, Delivery, Patience, Tally, Waiting
from runindex_client.sending.transport import THREAD, Transport
from runindex_client.settings import Settings, without_credentials
from runindex_client.spool.directory import orphans
from runindex_client.spool.file import SpoolFile

GATHER_SECONDS: Final = 0.05
SYNC_SECONDS: Final = 0.1
FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 5.0
ORPHAN_SECONDS: Final = 10.0
POLL_SECONDS: Final = 0.005
AWAY_EXIT_SECONDS: Final = 0.5
OTHERS_EXIT_SECONDS: Final = 1.0
log: Final = logging.getLogger("runindex_client")


class Sender:
    """Sends a file in the background, and again until the server has it."""

    def __init__(self, file: SpoolFile, settings: Settings, tally: Tally) -> None:
        self.file = file
        self.failures = 0
        self.trouble: str | None = None
        self._settings = settings
        self._transport = Transport(file.url, settings.token)
        self._delivery = Delivery(file, self._transport, tally)
        self._tally = tally
        # A signal's handler may wake the thread while another call does: only these queues can take that.
        self._wakes: SimpleQueue[int] = SimpleQueue()
        self._hurries: SimpleQueue[int] = SimpleQueue()
        self._dirty: SimpleQueue[int] = SimpleQueue()
        self._is_awake = False
        self._is_dirty = False
        self._is_waiting = False
        self._is_stopped = False
        self._busy = threading.Lock()
        self._orphans_at = time.monotonic()
        self._patience: dict[str, Patience] = {}
        for work in (self._work, self._sync):
            threading.Thread(target=work, name=THREAD, daemon=True).start()

    def wake(self) -> None:
        """Say that the file has grown."""
        if not self._is_dirty:
            self._is_dirty = True
            self._dirty.put(1)
        if not self._is_awake:
            self._is_awake = True
            self._wakes.put(1)

    def flush(self, seconds: float, *, is_end: bool, tries: int = 1) -> bool:
        """Wait until the server has all of the file or the time is over; tell whether it has.

        At the end of a program it gives up earlier: when so many more attempts in turn fail, and soon for what depends
        on other processes, or if the server was away before and one attempt is enough.
        """
        failures, start = self.failures, time.monotonic()
        if is_end:
            self._orphans_at = start
            seconds = min(seconds, AWAY_EXIT_SECONDS) if failures and tries == 1 else seconds
        self._hurries.put(1)
        self.wake()
        while self.file.unsent or (is_end and self._orphans_at <= start):
            depends = is_end and (self._is_waiting or not self.file.unsent)
            if time.monotonic() - start >= (min(seconds, OTHERS_EXIT_SECONDS) if depends else seconds):
                break
            if is_end and self.failures >= failures + tries:
                break
            time.sleep(POLL_SECONDS)
        return not self.file.unsent

    def stop(self) -> None:
        """Let the threads end, and give the file up."""
        self._is_stopped = True
        self._hurries.put(1)
        self._wakes.put(1)
        self._dirty.put(0)
        # A request that is under way for longer is left to the next process.
        if self._busy.acquire(timeout=AWAY_EXIT_SECONDS):
            self.file.close()

    def _work(self) -> None:
        """Send whenever there is something; wait longer after each failure."""
        while not self._is_stopped:
            try:
                self._wakes.get(timeout=ORPHAN_SECONDS)
            except Empty:
                pass
            else:
                self._pause(GATHER_SECONDS)
            self._is_awake = False
            with self._busy:
                self._send_all()

    def _send_all(self) -> None:
        """Send the own file, then the others, until nothing is left."""
        while not self._is_stopped:
            try:
                self._send_once()
            except Waiting:  # noqa: PERF203 - a request takes longer
                self._is_waiting = True
                self._pause(FIRST_PAUSE * 3)
            except Away as away:
                self._fail(str(away), away.pause)
            except Exception as error:
                log.exception("reporting to %s failed", without_credentials(self.file.url))
                self._fail(repr(error), LONGEST_PAUSE)
            else:
                return

    def _send_once(self) -> None:
        while not self._is_stopped and self._delivery.step():
            self.failures, self.trouble = 0, None
        self._is_waiting = False
        self.file.reclaim()
        if time.monotonic() >= self._orphans_at and not self._is_stopped:
            self._send_orphans()
            self._orphans_at = time.monotonic() + ORPHAN_SECONDS

    def _fail(self, message: str, pause: float) -> None:
        if not self.failures:
            log.warning("%s; what is reported is kept in %s", message, self.file.path)
        self.failures += 1
        self.trouble = message
        import random

        longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self.failures, 10))
        self._pause(max(pause, longest * random.uniform(0.5, 1)))  # noqa: S311 - many clients should not come at once

    def _send_orphans(self) -> None:
        """Send what ended processes left, a request at a time; the own file goes first."""
        for file in chain.from_iterable(orphans(spool, self.file.url) for spool in self._settings.spools):
            name = file.path.name
            delivery = Delivery(file, self._transport, self._tally, self._patience.pop(name, NONE))
            try:
                while not self._is_stopped and delivery.step_or_leave():
                    while self._delivery.step():
                        pass
            finally:
                if delivery.patience != NONE:
                    self._patience[name] = delivery.patience
                file.close()

    def _sync(self) -> None:
        """Have the disk keep what the server has not taken within a tenth of a second."""
        while self._dirty.get():
            time.sleep(SYNC_SECONDS)
            self._is_dirty = False
            with contextlib.suppress(OSError):
                if self.file.unsent:
                    self.file.sync()

    def _pause(self, seconds: float) -> None:
        """Wait, but not when there is a hurry."""
        with contextlib.suppress(Empty):
            self._hurries.get(timeout=seconds)
