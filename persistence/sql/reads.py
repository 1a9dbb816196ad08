"""The reading side of a SQL storage: every method of the Store port but `apply` and `ping`."""

from persistence.sql.children import ChildReads
from persistence.sql.counts import CountReads
from persistence.sql.hierarchy import HierarchyReads
from persistence.sql.log import LogReads
from persistence.sql.records import RecordReads
from persistence.sql.results import ResultReads
from persistence.sql.retention import RetentionReads
from persistence.sql.runs import RunReads
from persistence.sql.search import SearchReads
from persistence.sql.tags import TagReads
from persistence.sql.timeline import TimelineReads


class SqlReads(
    RunReads,
    ChildReads,
    HierarchyReads,
    LogReads,
    SearchReads,
    CountReads,
    TimelineReads,
    TagReads,
    RecordReads,
    ResultReads,
    RetentionReads,
):
    """Answers the Store port's questions; a storage inherits it and runs the statements."""
