"""What the flow of a batch needs to say to a database, in the database's own words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Executable

from persistence.sql.batch.writes import Writes
from persistence.sql.statements import Flow, Rows, Statement
from runindex.domain.idempotency import KeyScope
from runindex.domain.instants import Micros


class Dialect(Protocol):
    """Makes the statements of a batch. Whoever holds the head row is alone: all that it reads then, lasts."""

    def query(self, query: Executable, parameters: Mapping[str, Any]) -> Statement:
        """Return a query made with SQLAlchemy, bound to parameters."""
        ...

    def choose(self, query: Executable) -> Flow[Rows]:
        """Answer a query made with SQLAlchemy that finds rows by other things than their keys."""
        ...

    def lock_runs(self, run_ids: Iterable[str], *, wait: bool) -> Statement:
        """Lock those of the runs that exist, in the order of their ids, and answer them with all columns.

        Without `wait`, those that somebody else has locked are left out.
        """
        ...

    def lock_head(self) -> Statement:
        """Lock the log's head and answer it as `n`."""
        ...

    def find_runs(self, run_ids: Iterable[str]) -> Statement:
        """Answer those of the runs that exist with all columns."""
        ...

    def find_kept(self, scopes: Iterable[KeyScope]) -> Statement:
        """Answer the kept answers under those keys."""
        ...

    def find_parents(self, run_ids: Iterable[str]) -> Statement:
        """Answer as `parent_id` those of the ids that some run names as its parent."""
        ...

    def find_lineage(self, run_ids: Iterable[str]) -> Statement:
        """Answer `id` and `parent_id` of those runs and all their ancestors."""
        ...

    def find_records(self, kind: type, keys: Sequence[tuple[Any, ...]]) -> Statement:
        """Answer the records of those keys that exist, locked unless their run's lock covers them."""
        ...

    def lock_due(self, queue: str, now: Micros, limit: int) -> Statement:
        """Answer jobs of a queue that may be claimed, best rank first, passing over those that others hold."""
        ...

    def lock_spent(self, queue: str, now: Micros, limit: int) -> Statement:
        """Answer jobs of a queue whose last lease has lapsed, passing over those that others hold."""
        ...

    def find_nodes(self, ids: Iterable[str]) -> Statement:
        """Answer as `id` those of the ids that a plan or a job has."""
        ...

    def find_results(self, ids: Iterable[str]) -> Statement:
        """Answer the results of those ids, and as `is_live` whether their run and generation exist."""
        ...

    def take_records(self, kind: type, keys: Sequence[tuple[Any, ...]]) -> Statement:
        """Delete the records of those keys, and answer a row for each that there was."""
        ...

    def write(self, writes: Writes) -> Flow[None]:
        """Yield what writes the rows; it is run in full or not at all."""
        ...
