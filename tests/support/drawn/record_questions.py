"""Reads of a store's records, drawn at random, over the ids and values of the drawn commands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from runindex.domain.records.events import RESULT_STREAM, Event
from runindex.domain.records.jobs import Job, JobStatus
from runindex.domain.records.plans import Plan
from runindex.domain.records.results import Result, ResultScore
from runindex.domain.records.run_data import Document, Value, ValueVersion
from runindex.domain.records.runtimes import Receipt, RuntimeInput
from runindex.ports.queries import Window
from runindex.ports.record_lists import (
    Condition,
    Contains,
    Equals,
    HasText,
    IsNull,
    ListQuery,
    OneOf,
    RecordList,
    ScoreBelow,
    StartsWith,
)
from runindex.ports.statistics import ResultStatistics
from runindex.ports.store import Store
from tests.support.drawn.record_mutations import ITEMS, KEYS, RESULTS, TARGETS
from tests.support.records import ORDERS, OWNED, UNOWNED, columns_of, record_from
from tests.support.stores import PLENTY, listed


@dataclass(frozen=True, slots=True)
class RecordQuestion:
    """A question about records; those of runs are asked of the runs that there are."""

    method: str
    arguments: tuple[Any, ...]

    async def ask(self, owners: Sequence[int], store: Store) -> object:
        """Return the answer in a form that does not differ where the port leaves a choice."""
        asked = [*owners, *owners[:1]]
        match self.method, self.arguments:
            case "list_records", (listing, window):
                return await listed_records(
                    store, listing, window, asked if listing.owner_field == "owner" else TARGETS
                )
            case "count_records", (listing,):
                counts = await store.count_records(listing, asked if listing.owner_field == "owner" else TARGETS)
                return {owner: count for owner, count in counts.items() if count}
            case "summarize_results", _:
                figures = await store.summarize_results(asked)
                return {owner: rounded(each) for owner, each in figures.items() if each.latency_mean is not None}
            case "list_compared_items", (after, limit):
                return list(await store.list_compared_items(asked, after, limit))
            case "find_last_results", (items,):
                rows = await store.find_last_results(asked, items, columns_of(Result))
                return {(row["owner"], row["item_id"]): record_from(Result, row) for row in rows}
            case _:
                found = await store.find_results([*RESULTS, TARGETS[0]], columns_of(Result))
                return {key: record_from(Result, row) for key, row in found.items()}


async def listed_records(store: Store, listing: RecordList, window: Window, owners: Sequence[int | str]) -> object:
    """Return the records of a listing by owner; owners that have none are left out."""
    answer = await store.list_records(ListQuery(listing, window), owners, columns_of(listing.kind))
    return {owner: [record_from(listing.kind, row) for row in rows] for owner, rows in answer.items() if rows}


async def all_records(store: Store) -> object:
    """Return all records that a store has of runs that exist, and those that belong to none."""
    owners = [run.incarnation for run in await listed(store)]
    whole = Window(PLENTY)
    owned = [
        await listed_records(store, RecordList(kind, ORDERS[kind], owner_field="owner"), whole, owners)
        for kind in OWNED
    ]
    return owned + [await listed_records(store, RecordList(kind, ORDERS[kind]), whole, ()) for kind in UNOWNED]


def rounded(figures: ResultStatistics) -> object:
    """Return aggregates without the last digits of means, which depend on the order of the sum."""
    return _rounded(astuple(figures))


def _rounded(value: Any) -> Any:  # noqa: ANN401 - aggregates, nested
    if isinstance(value, tuple):
        return tuple(_rounded(item) for item in value)
    return round(value, 9) if isinstance(value, float) else value


texts = st.sampled_from((*ITEMS, *KEYS, ""))
sizes = st.integers(1, 4)
# The conditions of lists of a kind.
CONDITIONS: Mapping[type, SearchStrategy[Condition]] = {
    Result: st.one_of(
        st.builds(Equals, st.just("item_id"), st.sampled_from(ITEMS)),
        st.builds(IsNull, st.just("error"), st.booleans()),
        st.builds(Contains, st.just("scores"), st.sampled_from(('"scorerId":"s"', '"scorerId":"S"'))),
        st.builds(Equals, st.just("late"), st.sampled_from((0, 1))),
        st.builds(Equals, st.just("trace_id"), st.sampled_from(("t", "T", "x"))),
        st.builds(HasText, st.just("labels"), st.sampled_from(("good", "b", 'a"b', "\\"))),
        st.builds(ScoreBelow, st.just("scores"), st.sampled_from(("s", "S")), st.sampled_from((0.5, 0.0, 2.0))),
    ),
    ResultScore: st.builds(Equals, st.just("scorer_id"), st.sampled_from(("s", "S"))),
    Value: st.just(Equals("deleted", 0)) | st.builds(StartsWith, st.just("key_name"), texts),
    ValueVersion: st.builds(Equals, st.just("key_name"), st.sampled_from(KEYS)),
    Event: st.builds(Equals, st.just("stream"), st.sampled_from(("s", "ü", RESULT_STREAM))),
    Document: st.builds(StartsWith, st.just("key_name"), texts),
    Receipt: st.builds(Equals, st.just("runtime_id"), st.sampled_from(("r", "R"))),
    Plan: st.builds(Contains, st.just("name_folded"), st.sampled_from(("a", "är", "pl"))),
    Job: st.one_of(
        st.builds(Equals, st.just("queue"), st.sampled_from(("default", "other"))),
        st.builds(Equals, st.just("run_id"), st.sampled_from(TARGETS)),
        st.builds(OneOf, st.just("status"), st.lists(st.sampled_from(JobStatus), min_size=1, max_size=3).map(tuple)),
    ),
    RuntimeInput: st.builds(Equals, st.just("runtime_id"), st.sampled_from(("r", "R"))),
}


@st.composite
def listings(draw: st.DrawFn) -> RecordList:
    """Draw a list of records of some kind."""
    kind = draw(st.sampled_from(list(CONDITIONS)))
    conditions = tuple(draw(st.lists(CONDITIONS[kind], max_size=2)))
    owner_field = "owner" if kind in OWNED else draw(st.sampled_from((None, "run_id"))) if kind is Job else None
    return RecordList(kind, ORDERS[kind], draw(st.booleans()), conditions, owner_field)


windows = st.builds(Window, sizes, backward=st.booleans())
_METHODS: Mapping[str, Callable[[], SearchStrategy[Any]]] = {
    "list_records": lambda: st.tuples(listings(), windows),
    "count_records": lambda: st.tuples(listings()),
    "summarize_results": lambda: st.just(()),
    "list_compared_items": lambda: st.tuples(st.none() | texts, sizes),
    "find_last_results": lambda: st.tuples(st.lists(st.sampled_from(ITEMS), max_size=3)),
    "find_results": lambda: st.just(()),
}


@st.composite
def record_questions(draw: st.DrawFn) -> RecordQuestion:
    """Draw a question about records."""
    method = draw(st.sampled_from(list(_METHODS)))
    return RecordQuestion(method, draw(_METHODS[method]()))
