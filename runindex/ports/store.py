"""The Store port: batches in, reads out.

These docstrings are the contract that `tests/contract` holds every storage to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from runindex.commands import AnyCommand
from runindex.commands.outcomes import Outcome
from runindex.domain.instants import Micros
from runindex.domain.runs.changes import Change
from runindex.domain.runs.filters import RunFilter
from runindex.domain.runs.retention import Removable
from runindex.domain.runs.timeline import TimelineInterval
from runindex.ports.queries import Columns, DistinctField, Row, RunGroupKey, RunQuery, Window
from runindex.ports.record_lists import ListQuery, Owner, RecordList
from runindex.ports.statistics import ResultStatistics, ScoreStatistics, TimelineRow


@dataclass(frozen=True, slots=True)
class LogState:
    """The log's epoch, its last sequence number, and the highest one that compaction removed."""

    epoch: str
    head: int
    floor: int


@dataclass(frozen=True, slots=True)
class ChangeQuery:
    """Log entries with `after` < seq, oldest first, at most `limit`.

    With a filter, which hides nothing by itself, only entries whose run matches before or after the change.
    """

    after: int
    limit: int
    filter: RunFilter | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """A batch's result: the outcome of each command, and the log entries it made, in log order."""

    outcomes: Sequence[Outcome | Exception]
    changes: Sequence[Change] = ()


@dataclass(frozen=True, slots=True)
class DescendantQuery:
    """A window of a run's descendants: by depth, then newest first. A position is (depth, created_at, id)."""

    filter: RunFilter
    window: Window
    columns: Columns
    max_depth: int | None = None


class Store(Protocol):
    """Keeps runs and their log.

    Reads see every batch that any process applied before they began. Rows hold at least the requested columns and
    `id`. Texts order by Unicode code point. Any method raises UnavailableError when the
    storage cannot be reached or stays busy, OperationTimeoutError when a statement took too long; then nothing was
    written.
    """

    async def apply(self, batch: Sequence[AnyCommand]) -> Applied:
        """Decide and write a batch of checked commands in one transaction, durable on return.

        All are decided at one instant of the storage's clock, the same for all processes: what is due, who has a lease.
        What is written has that instant, or, where that clock was set back, the last one written of the same run, job,
        plan or input. Commands are decided in their order, each on the state that its predecessors left
        (`runindex.decisions`). A command that selects by filter comes first in its batch: it selects from the state
        before it, newest first. The batch's changes get consecutive sequence numbers in commit order, over all
        processes. Raise OutcomeUnknownError when it cannot be found out whether the commit took place.
        """
        ...

    async def log_state(self) -> LogState:
        """Return the log's epoch, head and floor."""
        ...

    async def list_changes(self, query: ChangeQuery) -> list[Change]:
        """Return log entries in log order."""
        ...

    async def list_history(self, run_ids: Sequence[str], window: Window) -> Mapping[str, Sequence[Change]]:
        """Return the log of each run's present incarnation, oldest first. A position is (seq,)."""
        ...

    async def find_as_of(self, run_ids: Sequence[str], at: Micros) -> Mapping[str, Change]:
        """Return the newest entry of each run's present incarnation that is not younger than `at`.

        A run is left out when it did not exist then, or when compaction removed that entry.
        """
        ...

    async def find_runs(self, run_ids: Sequence[str], columns: Columns) -> Mapping[str, Row]:
        """Return the runs of those ids that exist."""
        ...

    async def list_runs(self, query: RunQuery) -> Sequence[Row]:
        """Return a window of a list of runs. Rows have the order's column too, and with a path its sort key."""
        ...

    async def count_runs(self, run_filter: RunFilter, at_most: int | None = None) -> int:
        """Return how many runs the filter matches, exactly; counting stops at `at_most`."""
        ...

    async def group_runs(self, run_filter: RunFilter, key: RunGroupKey, limit: int | None) -> Sequence[tuple[str, int]]:
        """Return groups and their sizes, largest first, then by key. Runs without the key are in no group."""
        ...

    async def count_timeline(
        self,
        run_filter: RunFilter,
        interval: TimelineInterval,
        start: Micros,
        end: Micros,
    ) -> Sequence[TimelineRow]:
        """Return the buckets of [start, end) that are not empty, oldest first; only events in it count."""
        ...

    async def search_runs(
        self, tokens: Sequence[str], run_filter: RunFilter, limit: int, columns: Columns
    ) -> Sequence[tuple[Row, float]]:
        """Return the best matches and their scores (`domain.runs.search`), best first, then newest, then largest id."""
        ...

    async def list_tags(self, prefix: str, limit: int) -> Sequence[tuple[str, int]]:
        """Return tags of runs that are not archived, with how many have them, in code-point order."""
        ...

    async def list_values(self, field: DistinctField, prefix: str, limit: int) -> Sequence[str]:
        """Return the distinct values of a field of all runs, archived ones too, in code-point order."""
        ...

    async def list_children(self, parent_ids: Sequence[str], query: RunQuery) -> Mapping[str, Sequence[Row]]:
        """Return for each parent a window of its children (those that also match the query's filter)."""
        ...

    async def count_children(
        self, parent_ids: Sequence[str], run_filter: RunFilter, at_most: int | None = None
    ) -> Mapping[str, int]:
        """Return for each parent how many of its children the filter matches, at most so many; 0 may be left out."""
        ...

    async def list_plan_runs(self, plan_ids: Sequence[str], query: RunQuery) -> Mapping[str, Sequence[Row]]:
        """Return for each plan a window of its runs (those that also match the query's filter)."""
        ...

    async def count_plan_runs(
        self, plan_ids: Sequence[str], run_filter: RunFilter, at_most: int | None = None
    ) -> Mapping[str, int]:
        """Return for each plan how many of its runs the filter matches, at most so many; 0 may be left out."""
        ...

    async def list_ancestors(self, run_ids: Sequence[str], columns: Columns) -> Mapping[str, Sequence[Row]]:
        """Return each run's ancestors, nearest first, up to a root or a dangling parent."""
        ...

    async def find_roots(self, run_ids: Sequence[str], columns: Columns) -> Mapping[str, Row]:
        """Return each run's topmost existing ancestor, the run itself if it has none."""
        ...

    async def list_descendants(self, run_ids: Sequence[str], query: DescendantQuery) -> Mapping[str, Sequence[Row]]:
        """Return for each run a window of its descendants; each row has a column `depth`, 1 for a child.

        The filter hides runs, not what is below them.
        """
        ...

    async def count_descendants(self, run_ids: Sequence[str]) -> Mapping[str, Sequence[tuple[str, int]]]:
        """Return for each run the statuses of all its descendants, in enum order, with how many have them."""
        ...

    async def count_removable(self, run_ids: Sequence[str], now: Micros) -> Mapping[str, Removable]:
        """Return for each run that exists how much of its history compaction would remove now."""
        ...

    async def find_records(self, kind: type, keys: Sequence[tuple[object, ...]], columns: Columns) -> Sequence[Row]:
        """Return the records that exist under those keys, in any order; `kind` is their class, a row has its fields."""
        ...

    async def list_records(
        self, query: ListQuery, owners: Sequence[Owner], columns: Columns
    ) -> Mapping[Owner, Sequence[Row]]:
        """Return for each owner a window of the list; without owner field, one under the key 0."""
        ...

    async def count_records(self, listing: RecordList, owners: Sequence[Owner]) -> Mapping[Owner, int]:
        """Return for each owner how many records the list has, under the key 0 without owner field."""
        ...

    async def find_results(self, result_ids: Sequence[str], columns: Columns) -> Mapping[str, Row]:
        """Return the results of those ids, of runs and generations that exist."""
        ...

    async def summarize_results(self, owners: Sequence[int]) -> Mapping[int, ResultStatistics]:
        """Return the statistics of each run's present results; a run without results may be left out.

        Percentiles interpolate linearly between the two nearest results.
        """
        ...

    async def average_last_scores(self, owners: Sequence[int]) -> Mapping[int, Sequence[ScoreStatistics]]:
        """Return by scorer id the figures of each run's scores, of the last attempt at each item alone."""
        ...

    async def list_compared_items(self, owners: Sequence[int], after: str | None, limit: int) -> Sequence[str]:
        """Return the ids of the items that any of the runs has, in code-point order, after `after`."""
        ...

    async def find_last_results(
        self, owners: Sequence[int], item_ids: Sequence[str], columns: Columns
    ) -> Sequence[Row]:
        """Return the last attempt (the largest retry count) at each of the items in each of the runs."""
        ...

    async def now(self) -> Micros:
        """Return the instant of the storage's clock, to within some milliseconds."""
        ...

    async def ping(self) -> None:
        """Return when the storage answers."""
        ...

    async def check_writable(self) -> None:
        """Return when the storage could take a mutation; raise UnavailableError when it could not."""
        ...

    async def write_nothing(self) -> None:
        """Return when something was written and committed that changes nothing; raise as `apply` does."""
        ...
