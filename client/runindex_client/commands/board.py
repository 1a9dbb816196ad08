"""The newest runs of a filter, as changes make them, and the table of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any, Final

from runindex_client.changes import Change
from runindex_client.commands.terminal import coloured, fitted, is_plain

HEAD_LINES: Final = 3
STATUS_WIDTH: Final = 9
TIME_WIDTH: Final = 19
TOOK_WIDTH: Final = 9
GAPS: Final = 8  # two columns between each two
LEAST_WIDTH: Final = 10


class Board:
    """Runs by id, at most so many: the newest."""

    def __init__(self, runs: Iterable[Mapping[str, Any]], most: int) -> None:
        self._runs = {run["id"]: run for run in runs}
        self._most = most

    def take(self, change: Change) -> None:
        """Show what a change says; a run that no longer passes the filter, or is deleted, goes."""
        if change.run is None or change.membership == "LEFT":
            self._runs.pop(change.run_id, None)
            return
        known = self._runs.get(change.run_id)
        if known is None or known["version"] <= change.run["version"]:
            self._runs[change.run_id] = change.run
        if len(self._runs) > self._most:
            self._runs = {run["id"]: run for run in self.newest()[: self._most]}

    def lines(self, title: str, width: int, height: int, now: datetime) -> list[str]:
        """Return the lines of the table, as many as there is room for."""
        counts = Counter(run["status"] for run in self._runs.values())
        told = ", ".join(f"{count} {status.lower()}" for status, count in sorted(counts.items())) or "no runs"
        flexible = max(LEAST_WIDTH * 2, width - STATUS_WIDTH - TIME_WIDTH - TOOK_WIDTH - GAPS)
        names, tags = flexible - flexible // 3, flexible // 3
        head = _joined("STATUS", "CREATED", "TOOK".rjust(TOOK_WIDTH), fitted("NAME", names), "TAGS")
        lines = [fitted(f"{title}  {told}", width), "", fitted(head, width)]
        for run in self.newest()[: max(0, height - HEAD_LINES)]:
            status = coloured(fitted(run["status"], STATUS_WIDTH), run["status"], is_plain=is_plain())
            took = fitted(duration_of(run, now), TOOK_WIDTH).strip().rjust(TOOK_WIDTH)
            name = fitted(run["name"] or run["id"], names)
            lines.append(_joined(status, run["createdAt"], took, name, fitted(" ".join(run["tags"]), tags)))
        return lines

    def newest(self) -> list[Mapping[str, Any]]:
        """Return the runs, the newest first."""
        return sorted(self._runs.values(), key=lambda run: (run["createdAt"], run["id"]), reverse=True)


def duration_of(run: Mapping[str, Any], now: datetime) -> str:
    """Return how long a run has taken, until now if it is active."""
    if run["startedAt"] is None:
        return ""
    end = instant_of(run["finishedAt"]) if run["finishedAt"] else now
    seconds = max(0.0, (end - instant_of(run["startedAt"])).total_seconds())
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h {minutes:02}m"
    return f"{minutes}m {rest:02}s" if minutes else f"{seconds:.1f}s"


def instant_of(text: str) -> datetime:
    """Return an instant of the API."""
    read = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return read if read.tzinfo else read.replace(tzinfo=timezone.utc)


def _joined(status: str, created: str, took: str, name: str, tags: str) -> str:
    status = status if status.endswith("m") else status.ljust(STATUS_WIDTH)
    return "  ".join((status, created[:TIME_WIDTH].ljust(TIME_WIDTH), took, name, tags))
