"""Report runs, results and events to RunIndex, and read the changes of runs.

Reporting never raises because of the server and never waits for it: everything goes to a spool on disk first, and is
sent from there in the background, by this process or by the next.
"""

from runindex_client.changes import Change, Changes, changes
from runindex_client.problems import Away, CursorExpired, Problem, Refused, RunIndexError
from runindex_client.reporter import Report, close
from runindex_client.reporter import reporter as _reporter
from runindex_client.runs.run import Run, attach, current, run
from runindex_client.runs.track import track

__all__ = [
    "Away",
    "Change",
    "Changes",
    "CursorExpired",
    "Problem",
    "Refused",
    "Report",
    "Run",
    "RunIndexError",
    "attach",
    "changes",
    "close",
    "current",
    "flush",
    "report",
    "run",
    "track",
]


def flush(seconds: float = 30.0) -> bool:
    """Wait at most so long until the server has everything that this process reported; tell whether it has."""
    return _reporter().flush(seconds)


def report() -> Report:
    """Return what became of everything that this process reported."""
    return _reporter().report()
