"""What this process reports with: its file of the spool and the thread that sends it, made when first needed."""

import atexit
import contextlib
import logging
import os
import sys
import threading
import weakref
from dataclasses import dataclass
from typing import Any, Final

from runindex_client.problems import Problem
from runindex_client.sending.delivery import Tally
from runindex_client.sending.sender import Sender
from runindex_client.settings import Settings, temporary_spool
from runindex_client.spool.entry import encode
from runindex_client.spool.file import SpoolFile

log: Final = logging.getLogger("runindex_client")


@dataclass(frozen=True, slots=True)
class Report:
    """What became of what this process reported.

    `sent` and `refused` count entries, those of other processes that were sent here included; `problem` is the reason
    of the last refusal. `dropped` counts entries that neither the server nor the disk took. `unsent_bytes` wait in the
    spool, and `failures` attempts to send them have failed since the last one that did not; `trouble` is why the last
    of them did.
    """

    sent: int
    refused: int
    dropped: int
    unsent_bytes: int
    failures: int
    trouble: str | None
    problem: Problem | None


_all: "weakref.WeakSet[Reporter]" = weakref.WeakSet()


class Reporter:
    """Takes entries from the program; never raises, and never waits for the server."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings.from_environment()
        self.dropped = 0
        self._tally = Tally()
        self._sender: Sender | None = None
        self._is_closed = False
        self._lock = threading.RLock()
        _all.add(self)

    def put(self, mutation: str, run_id: str, key: str, fields: dict[str, Any], *, if_new: bool = False) -> None:
        """Append an entry to the spool, from where it is sent; a result perhaps only if its attempt is not recorded."""
        try:
            line = encode(mutation, run_id, key, fields, if_new=if_new)
            sender = self._sender or self._start()
            if sender is None or not sender.file.append(line, self.settings.most_spool_bytes):
                self._drop("the spool does not take it")
            else:
                sender.wake()
        except Exception as error:
            self._drop(repr(error))

    def flush(self, seconds: float, *, is_end: bool = False, tries: int = 1) -> bool:
        """Wait at most so long until the server has everything, at the end only while there is hope; tell if it has."""
        sender = self._sender
        return sender is None or sender.flush(seconds, is_end=is_end, tries=tries)

    def report(self) -> Report:
        """Return the counts."""
        sender = self._sender
        return Report(
            sent=self._tally.sent,
            refused=self._tally.refused,
            dropped=self.dropped,
            unsent_bytes=sender.file.unsent if sender else 0,
            failures=sender.failures if sender else 0,
            trouble=sender.trouble if sender else None,
            problem=self._tally.problem,
        )

    def close(self) -> None:
        """Send what can be sent within the seconds of the settings, and leave the rest in the spool."""
        sender, self._sender = self._sender, None
        if sender is not None:
            with contextlib.suppress(Exception):
                sender.flush(self.settings.exit_seconds, is_end=True)
                sender.stop()

    def abandon(self) -> None:
        """Close what a forked process has of its parent's file."""
        sender, self._sender, self._is_closed = self._sender, None, True
        if sender is not None:
            with contextlib.suppress(OSError):
                sender.file.abandon()

    def _start(self) -> Sender | None:
        """Open the file and start its sender, once."""
        with self._lock:
            if self._sender is None and not self._is_closed:
                file = self._open()
                if file is None:
                    self._is_closed = True  # it would not open a moment later either
                else:
                    self._sender = Sender(file, self.settings, self._tally)
                    _finish_with_process()
            return self._sender

    def _open(self) -> SpoolFile | None:
        """Make the file where the settings say, else in the temporary directory."""
        for is_other in (False, True):
            try:
                return SpoolFile.create(temporary_spool() if is_other else self.settings.spool, self.settings.url)
            except OSError as error:  # noqa: PERF203 - two rounds
                log.warning("no spool: %s", error)
        return None

    def _drop(self, why: str) -> None:
        if not self.dropped:
            log.warning("something reported is dropped: %s", why)
        self.dropped += 1


_state: dict[str, Reporter] = {}


def reporter() -> Reporter:
    """Return this process's reporter."""
    found = _state.get("reporter")
    return found if found is not None else _state.setdefault("reporter", Reporter())


def close() -> None:
    """Send what can be sent soon, leave the rest in the spool, and read the environment anew when next used."""
    found = _state.pop("reporter", None)
    if found is not None:
        found.close()


def _close_at_exit() -> None:
    """Close, and let a program that Ctrl-C ended exit by SIGINT all the same, as shells want to know.

    Python forgets why it ends when text is executed as code meanwhile, which modules do that are loaded for sending.
    """
    close()
    if getattr(sys, "last_type", None) is KeyboardInterrupt:
        with contextlib.suppress(KeyboardInterrupt):
            exec("raise KeyboardInterrupt")  # noqa: S102 - it is what Python remembers


def _leave_to_parent() -> None:
    """Begin anew in a forked process: threads, lock and file are the parent's."""
    _state.clear()
    for found in list(_all):
        found.abandon()


def _finish_with_process() -> None:
    """Have `close` called when this process ends; one of multiprocessing does not call what atexit has."""
    atexit.unregister(_close_at_exit)
    atexit.register(_close_at_exit)
    util = sys.modules.get("multiprocessing.util")
    if util is not None:
        util.Finalize(None, close, exitpriority=-100)


os.register_at_fork(after_in_child=_leave_to_parent)
