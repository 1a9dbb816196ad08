"""`watch`: a table of runs that follows their changes; a line for each change where there is no terminal."""

import argparse
import contextlib
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from queue import Empty, SimpleQueue
from shutil import get_terminal_size
from types import FrameType
from typing import Final, NoReturn

from runindex_client.changes import Change, Changes, changes
from runindex_client.commands.board import Board
from runindex_client.commands.reading import MOST, add_filter_arguments, filter_of, read
from runindex_client.commands.terminal import has_screen, seen
from runindex_client.problems import CursorExpired
from runindex_client.settings import Settings

DRAW_SECONDS: Final = 0.2
TICK_SECONDS: Final = 1.0
RUNS: Final = """
query ($filter: RunFilter, $first: Int) {
  runs(filter: $filter, first: $first) { nodes { id version status name createdAt startedAt finishedAt tags } }
}
"""
NOW: Final = "NOW"  # as it was when the watch began
CURSOR: Final = "{ changeCursor }"
ENTER: Final = "\x1b[?1049h\x1b[?25l"
LEAVE: Final = "\x1b[?25h\x1b[?1049l"
# From the upper left; each line is cleared to its end, and what is below the last.
HOME, END_OF_LINE, REST = "\x1b[H", "\x1b[K\n", "\x1b[J"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_filter_arguments(parser)


def watch(options: argparse.Namespace) -> int:
    """Show runs and their changes until Ctrl-C."""
    conditions = filter_of(options)
    most = min(options.first, MOST)
    is_table = has_screen(sys.stdout)
    shown = _screen() if is_table else contextlib.nullcontext()
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError), shown:
        while True:
            # The cursor is older than the list, so nothing between them is missed.
            cursor = str(read(CURSOR, {})["changeCursor"])
            board = Board(read(RUNS, {"filter": conditions, "first": most})["runs"]["nodes"], most)
            follower = Follower(changes(conditions, cursor))
            with contextlib.suppress(CursorExpired):
                if is_table:
                    _show_table(board, follower)
                else:
                    _show_lines(board, follower)
    return 0


class Follower:
    """Reads changes in a thread of its own."""

    def __init__(self, source: Changes) -> None:
        self.source = source
        self._queue: SimpleQueue[Change | Exception] = SimpleQueue()
        threading.Thread(target=self._follow, name="runindex-watch", daemon=True).start()

    def next(self, seconds: float | None) -> Change | None:
        """Return the next change, None if there is none in so many seconds; raise what ended the stream."""
        try:
            item = self._queue.get(timeout=seconds)
        except Empty:
            return None
        if isinstance(item, Exception):
            raise item
        return item

    def _follow(self) -> None:
        try:
            for change in self.source:
                self._queue.put(change)
        except Exception as error:
            self._queue.put(error)


def _show_table(board: Board, follower: Follower) -> NoReturn:
    address = Settings.from_environment().url.removesuffix("/graphql")
    while True:
        size = get_terminal_size()
        title = address if follower.source.is_connected else f"{address} (connecting)"
        lines = board.lines(title, size.columns - 1, size.lines - 1, datetime.now(timezone.utc))
        sys.stdout.write(HOME + END_OF_LINE.join([*lines, ""]) + REST)
        sys.stdout.flush()
        change = follower.next(TICK_SECONDS)
        # What comes together is drawn together.
        until = time.monotonic() + DRAW_SECONDS
        while change is not None:
            board.take(change)
            change = follower.next(max(0.0, until - time.monotonic()))


def _show_lines(board: Board, follower: Follower) -> NoReturn:
    for run in reversed(board.newest()):
        print(_line((run["createdAt"], run["id"], f"{NOW:9}", f"{run['status']:9}", run["name"] or "", *run["tags"])))
    sys.stdout.flush()
    while True:
        change = follower.next(None)
        if change is not None:
            name = (change.run or {}).get("name") or ""
            told = (change.at, change.run_id, f"{change.kind:9}", f"{change.status:9}", name, *change.tags)
            print(_line(told), flush=True)


def _line(told: Iterable[str]) -> str:
    return seen("  ".join(told))


@contextmanager
def _screen() -> Iterator[None]:
    """Draw on the terminal's other screen, and leave the first as it was, on SIGTERM too."""
    before = signal.signal(signal.SIGTERM, _terminate)
    sys.stdout.write(ENTER)
    try:
        yield
    finally:
        sys.stdout.write(LEAVE)
        sys.stdout.flush()
        signal.signal(signal.SIGTERM, before)


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    del frame
    sys.exit(128 + number)
