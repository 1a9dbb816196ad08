"""Reads leave runs as they are, and search looks at what a run says of itself, never at what was put into it."""

from contextlib import suppress

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

from runindex.domain.errors import BadRequestError
from runindex.domain.lifecycle import RunStatus
from runindex.domain.records.events import Event
from runindex.domain.records.results import Result
from runindex.domain.records.run_data import Cell, Document, Value
from runindex.domain.runs.filters import EVERYTHING
from runindex.domain.runs.search import tokens_of
from runindex.ports.maintenance import Storage
from runindex.ports.queries import ALL_COLUMNS
from runindex.ports.store import Store
from tests.support.clock import StandingClock
from tests.support.commands import A, B, create, move
from tests.support.drawn.effort import tries
from tests.support.drawn.questions import Question, questions
from tests.support.drawn.record_questions import RecordQuestion, record_questions
from tests.support.records import append, commit, counted_of, done, everything, put, record, set_cell, update, write
from tests.support.stores import log_of

pytestmark = pytest.mark.asyncio

HIDDEN = "needle"


async def found(store: Store, query: str) -> list[str]:
    """Return the ids of all runs that a search finds."""
    return [row["id"] for row, _ in await store.search_runs(tokens_of(query), EVERYTHING, 100, ALL_COLUMNS)]


@pytest_asyncio.fixture
async def hiding(store: Store) -> Store:
    """Make a run that holds a text wherever there is room for one, but in what it says of itself."""
    inside = {HIDDEN: [HIDDEN, {"deep": f"a {HIDDEN}"}]}
    await done(
        store,
        create(A, name="haystack", tags=("straw",), metadata={"hay": 1}),
        create(B, name=HIDDEN),
        put(A, HIDDEN, inside),
        put(A, HIDDEN, HIDDEN),
        append(A, (HIDDEN, inside)),
        set_cell(A, HIDDEN, inside),
        write(A, HIDDEN, inside),
        record(A, HIDDEN, input=inside, output=HIDDEN, expected_output=inside, error=HIDDEN),
        commit(HIDDEN, A, update(HIDDEN, detail=inside), snapshot=f'{{"messages":["{HIDDEN}"]}}'.encode()),
        move(A, RunStatus.FAILED, error=HIDDEN, reason=HIDDEN),
    )
    return store


async def test_search_finds_nothing_that_was_put_into_a_run(hiding: Store) -> None:
    for kind in (Value, Event, Cell, Document, Result):
        assert await counted_of(hiding, A, kind) == 1
    assert await found(hiding, HIDDEN) == [B]
    assert set(await found(hiding, f"haystack {HIDDEN}")) == {A, B}
    for query in ("deep", "messages", "runtime"):
        assert await found(hiding, query) == []
    for query in ("haystack", "straw", "hay", "failed", A):
        assert A in await found(hiding, query)


@tries(20)
@given(
    asked=st.lists(questions(), min_size=5, max_size=10),
    of_records=st.lists(record_questions(), max_size=5),
    words=st.lists(st.sampled_from(("nightly", "gpt-4o", "%", "a", "no-such-thing")), min_size=1),
)
async def test_no_list_search_or_other_read_changes_anything(
    furnished: Storage, clock: StandingClock, asked: list[Question], of_records: list[RecordQuestion], words: list[str]
) -> None:
    before, log = await everything(furnished), await log_of(furnished)
    clock.advance(3600)
    owners = [run.incarnation for run in before["runs"]]
    for question in asked:
        with suppress(BadRequestError):
            await question.ask(furnished)
    for about_records in of_records:
        await about_records.ask(owners, furnished)
    await found(furnished, " ".join(words))
    after = await everything(furnished)
    assert [(run.version, run.updated_at) for run in after["runs"]] == [
        (run.version, run.updated_at) for run in before["runs"]
    ]
    assert (after, await log_of(furnished)) == (before, log)
