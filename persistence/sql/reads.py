"""The reading side of a SQL storage: every method of the Store port but `apply` and `ping`."""

from persistence.sql.fetching import Fetching


class SqlReads(Fetching):
    """Answers the Store port's questions; a storage inherits it and runs the statements."""
