"""The reading side of a SQL storage: every method of the Store port but `apply` and `ping`."""

from persistence.sql.counts import CountReads
from persistence.sql.log import LogReads
from persistence.sql.runs import RunReads


class SqlReads(RunReads, CountReads, LogReads):
    """Answers the Store port's questions; a storage inherits it and runs the statements."""
