"""Reads of a store, drawn at random, over the ids and values of the drawn commands."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asyncpg import Record
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from runindex.domain.instants import SECOND
from runindex.domain.runs.filters import uses_ancestor
from runindex.domain.runs.search import tokens_of
from runindex.domain.runs.sort_keys import sort_key
from runindex.domain.runs.timeline import TimelineInterval
from runindex.ports.queries import (
    ALL_COLUMNS,
    RUN_COLUMNS,
    DistinctField,
    OrderDirection,
    RunGroupKey,
    RunOrder,
    RunOrderField,
    RunQuery,
    Window,
)
from runindex.ports.store import ChangeQuery, DescendantQuery, Store
from tests.support.drawn.mutations import INSTANTS, NAMES, TARGETS, VALUES, any_filter


@dataclass(frozen=True, slots=True)
class Question:
    """A method of the Store port that reads, and its arguments."""

    method: str
    arguments: tuple[Any, ...]

    async def ask(self, store: Store) -> object:
        """Return the answer in a form that does not differ where the port leaves a choice."""
        return comparable(await getattr(store, self.method)(*self.arguments))


def comparable(answer: object) -> object:
    """Return an answer with rows cut to the run's columns, and without empty entries."""
    if isinstance(answer, Record | sqlite3.Row):
        answer = dict(answer)
    match answer:
        case {"incarnation": _, **row}:
            return {name: answer[name] for name in (*RUN_COLUMNS, *({"depth"} & row.keys()))}  # type: ignore[index]
        case Mapping():
            return {key: comparable(value) for key, value in answer.items() if value not in (0, [], ())}
        case Sequence() if not isinstance(answer, str) and not hasattr(answer, "_fields"):
            return [comparable(item) for item in answer]
    return answer


paths = st.sampled_from((("v",), ("w",), ("v", "k"), ("a.b",)))
orders = st.sampled_from(RunOrderField).flatmap(
    lambda field: st.builds(
        RunOrder,
        st.just(field),
        st.sampled_from(OrderDirection),
        paths if field is RunOrderField.METADATA else st.none(),
    )
)
# Positions in each order; in orders by a text, that of a name or of a sort key.
PLACES = {
    RunOrderField.NAME: st.sampled_from(NAMES),
    RunOrderField.METADATA: st.sampled_from(VALUES).map(sort_key),
    RunOrderField.DURATION: st.sampled_from((0, SECOND, 5 * SECOND)),
}
sizes = st.integers(1, 4)
all_columns = st.just(ALL_COLUMNS)
some_ids = st.lists(st.sampled_from(TARGETS), min_size=1, max_size=5)


@st.composite
def run_queries(draw: st.DrawFn) -> RunQuery:
    """Draw a list of runs, in any order, from and to any position."""
    order = draw(orders)
    values = PLACES.get(order.field, st.sampled_from(INSTANTS)) | (
        st.none() if order.field.is_nullable else st.nothing()
    )
    positions = st.none() | st.none() | st.tuples(values, st.sampled_from(TARGETS))
    window = Window(
        draw(sizes), draw(positions), draw(positions), draw(st.booleans()), draw(st.sampled_from((0, 0, 0, 1, 2)))
    )
    return RunQuery(draw(any_filter()), window, ALL_COLUMNS, order)


def _question(method: str, *arguments: SearchStrategy[Any]) -> SearchStrategy[Question]:
    return st.builds(Question, st.just(method), st.tuples(*arguments))


EVERY_QUESTION: SearchStrategy[Question] = st.one_of(
    _question("list_runs", run_queries()),
    _question("count_runs", any_filter(), st.none() | sizes),
    _question("group_runs", any_filter(), st.sampled_from(RunGroupKey), st.none() | sizes),
    _question(
        "count_timeline",
        any_filter(),
        st.sampled_from(TimelineInterval),
        st.sampled_from(INSTANTS),
        st.sampled_from(INSTANTS),
    ),
    _question(
        "search_runs",
        st.sampled_from(("alpha", "ärger 1", "active a", "a_ b_b", "🛷", "default true", "00000000-0000")).map(
            tokens_of
        ),
        any_filter(),
        sizes,
        all_columns,
    ),
    _question("list_tags", st.sampled_from(("", "a", "a_", "B")), sizes),
    _question("list_values", st.sampled_from(DistinctField), st.sampled_from(("", "a", "A", "q", "b_")), sizes),
    _question("list_children", some_ids, run_queries()),
    _question("count_children", some_ids, any_filter(), st.none() | sizes),
    _question("list_ancestors", some_ids, all_columns),
    _question("find_roots", some_ids, all_columns),
    _question(
        "list_descendants",
        some_ids,
        st.builds(
            DescendantQuery,
            any_filter(),
            st.builds(
                Window,
                sizes,
                st.none() | st.tuples(st.integers(1, 3), st.sampled_from(INSTANTS), st.sampled_from(TARGETS)),
            ),
            all_columns,
            st.none() | st.integers(0, 3),
        ),
    ),
    _question("count_descendants", some_ids),
    _question("find_runs", some_ids, all_columns),
    _question("find_as_of", some_ids, st.sampled_from(INSTANTS)),
    _question(
        "list_history",
        some_ids,
        st.builds(
            Window,
            sizes,
            st.none() | st.none() | st.tuples(st.integers(0, 20)),
            st.none() | st.none() | st.tuples(st.integers(0, 20)),
            st.booleans(),
        ),
    ),
    _question("count_removable", some_ids, st.sampled_from(INSTANTS)),
    _question(
        "list_changes",
        st.builds(
            ChangeQuery,
            st.integers(0, 20),
            sizes,
            st.none() | any_filter().filter(lambda run_filter: not uses_ancestor(run_filter)),
        ),
    ),
)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Draw a question of any kind."""
    return draw(EVERY_QUESTION)
