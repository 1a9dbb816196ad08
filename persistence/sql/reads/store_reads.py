"""All reads of a SQL storage: every method of the Store port but `apply` and `ping`."""

from persistence.sql.reads.children import ChildReads
from persistence.sql.reads.counts import CountReads
from persistence.sql.reads.hierarchy import HierarchyReads
from persistence.sql.reads.log import LogReads
from persistence.sql.reads.records import RecordReads
from persistence.sql.reads.results import ResultReads
from persistence.sql.reads.retention import RetentionReads
from persistence.sql.reads.runs import RunReads
from persistence.sql.reads.search import SearchReads
from persistence.sql.reads.tags import TagReads
from persistence.sql.reads.timeline import TimelineReads
from persistence.sql.reads.values import ValueReads


class SqlReads(
    RunReads,
    ChildReads,
    HierarchyReads,
    LogReads,
    SearchReads,
    CountReads,
    TimelineReads,
    TagReads,
    ValueReads,
    RecordReads,
    ResultReads,
    RetentionReads,
):
    """Reads for the Store port; a storage inherits it and runs the statements."""
