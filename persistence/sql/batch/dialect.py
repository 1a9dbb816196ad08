"""The statements of a batch that each database words differently."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Executable

from persistence.sql.batch.writes import Writes
from persistence.sql.statements import NO_PARAMETERS, Flow, Rows, Statement
from runindex.domain.idempotency import KeyScope
from runindex.domain.instants import Micros


class Dialect(Protocol):
    """Makes the statements of a batch. The lock on the head row is exclusive: what is read under it stays true."""

    def query(self, query: Executable, parameters: Mapping[str, Any]) -> Statement:
        """Return a SQLAlchemy query as a statement, bound to parameters."""
        ...

    def choose(self, query: Executable, parameters: Mapping[str, Any] = NO_PARAMETERS) -> Flow[Rows]:
        """Run a SQLAlchemy query that finds rows by other columns than their keys."""
        ...

    def lock_runs(self, run_ids: Iterable[str], *, wait: bool) -> Statement:
        """Lock the runs that exist, in the order of their ids, and select all their columns.

        Where the storage has a clock of its own, each row has its instant as `now`. Without `wait`, runs that another
        transaction has locked are left out.
        """
        ...

    def lock_head(self, owners: Iterable[int], now: Micros | None) -> Statement:
        """Lock the log's head and select it as `n`, and as `now` the storage's instant unless one is given.

        `later` is a JSON object, or null: by owner, of those owners (whose runs are locked), the latest instant of its
        records, where that is later than `now`.
        """
        ...

    def find_runs(self, run_ids: Iterable[str]) -> Statement:
        """Select the runs that exist with all columns."""
        ...

    def find_kept(self, scopes: Iterable[KeyScope]) -> Statement:
        """Select the answers kept under those keys."""
        ...

    def find_parents(self, run_ids: Iterable[str]) -> Statement:
        """Select as `parent_id` those of the ids that a run names as its parent."""
        ...

    def find_lineage(self, run_ids: Iterable[str]) -> Statement:
        """Select `id` and `parent_id` of those runs and all their ancestors."""
        ...

    def find_records(self, kind: type, keys: Sequence[tuple[Any, ...]]) -> Statement:
        """Select the records of those keys, locked unless their run's lock covers them."""
        ...

    def lock_due(self, queue: str, now: Micros, limit: int) -> Statement:
        """Select and lock jobs of a queue that may be claimed, best rank first, without those locked already."""
        ...

    def lock_spent(self, queue: str, now: Micros, limit: int) -> Statement:
        """Select and lock jobs of a queue whose last lease has lapsed, without those locked already."""
        ...

    def find_nodes(self, ids: Iterable[str]) -> Statement:
        """Select as `id` those of the ids that a plan, a job or a view has."""
        ...

    def find_results(self, ids: Iterable[str]) -> Statement:
        """Select the results of those ids, and as `is_live` whether their run and generation exist."""
        ...

    def take_records(self, kind: type, keys: Sequence[tuple[Any, ...]]) -> Statement:
        """Delete the records of those keys and return a row for each."""
        ...

    def write(self, writes: Writes) -> Flow[None]:
        """Yield the statements that write the rows; the transaction runs all of them or none."""
        ...
