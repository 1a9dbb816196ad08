"""The kinds of records: what an export and a storage hold beside runs and their log."""

from typing import Final

from runindex.domain.records.events import Event
from runindex.domain.records.jobs import Job
from runindex.domain.records.plans import Plan
from runindex.domain.records.record import Record
from runindex.domain.records.results import Item, Result, ResultScore
from runindex.domain.records.run_data import Cell, Document, Value, ValueVersion
from runindex.domain.records.runtimes import Receipt, ReceiptHead, Runtime, RuntimeInput
from runindex.domain.records.views import DefaultView, View

# Kinds whose rows belong to one run, by its incarnation (`owner`), and go with it; each run's Totals count them.
OWNED: Final[tuple[type[Record], ...]] = (
    Result,
    Item,
    ResultScore,
    Value,
    ValueVersion,
    Event,
    Cell,
    Document,
    Receipt,
    ReceiptHead,
)
FREE: Final[tuple[type[Record], ...]] = (Plan, Job, Runtime, RuntimeInput, View, DefaultView)
# Those of them whose ids are unique among all nodes.
NODES: Final[tuple[type[Record], ...]] = (Plan, Job, View)
