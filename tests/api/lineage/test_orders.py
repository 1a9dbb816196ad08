"""Whatever the order in which a run's events come, and how often: the run ends in the same state."""

import json
from collections.abc import Iterator, Sequence
from itertools import count, permutations
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runindex.maintenance.verification.verify import verify
from runindex.ports.maintenance import Storage
from tests.support.api import Api
from tests.support.data.lineage import Event, dataset, event, facet, parent, post, report, settled, shown, uuid
from tests.support.drawn.effort import tries

pytestmark = pytest.mark.asyncio
ENDS: Final = {"COMPLETE": "COMPLETED", "FAIL": "FAILED", "ABORT": "CANCELLED"}
NUMBERS: Final = count(1)
RUN, PARENT, ROOT = "{run}", "{parent}", "{root}"
MESSAGE: Final = {"errorMessage": facet(message="out of paper", programmingLanguage="Python")}
TEXTS: Final = st.sampled_from(["a", "b", "ü", "10", "1.0"])


def story(end: str, *, whole: bool) -> list[Event]:
    """Return the events of a run and of its parent; only the first names it unless they tell the `whole` each."""
    above = {"parent": parent(PARENT, "load", "dags")}
    rest = above if whole else {}
    failure = MESSAGE if end == "FAIL" else {}
    return [
        event("START", RUN, 1, run=above, inputs=[dataset("raw.a")], name="first"),
        event("RUNNING", RUN, 2, run={**rest, "progress": facet(done=0.5)}, name="last"),
        event(end, RUN, 3, run={**rest, **failure}, outputs=[dataset("orders")], name="last"),
        event("START", PARENT, 0, run={"parent": parent(ROOT, "all", "dags")}, namespace="dags", name="load"),
        event("COMPLETE", PARENT, 4, namespace="dags", name="load"),
    ]


def _named(value: Any, names: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
    """Return JSON with texts replaced."""
    if isinstance(value, dict):
        return {key: _named(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_named(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value


async def outcome(api: Api, events: Sequence[Event], *names: str) -> list[dict[str, Any]]:
    """Send a story's events in an order, and return what becomes of the runs of those names."""
    ids = {name: uuid(next(NUMBERS)) for name in names}
    await report(api, *_named(events, ids))
    names_of = {run_id: name for name, run_id in ids.items()}
    runs = [_named(settled(await shown(api, run_id)), names_of) for run_id in names_of]
    return [
        {**run, "events": sorted(json.dumps(each, sort_keys=True, default=str) for each in run["events"])}
        for run in runs
    ]


async def test_each_order_of_a_run_ends_in_the_same_state(api: Api, storage: Storage) -> None:
    start, running, end, *_ = story("FAIL", whole=False)
    expected = await outcome(api, [start, running, end], RUN, PARENT)
    assert (expected[0]["status"], expected[0]["error"], expected[0]["parentId"]) == ("FAILED", "out of paper", PARENT)
    assert expected[0]["name"] == "last"
    for order in permutations([start, running, end]):
        assert await outcome(api, list(order), RUN, PARENT) == expected
    assert [fault async for fault in verify(storage)] == []


@given(st.data())
@tries(12)
async def test_each_order_with_repeats_ends_in_the_same_state(api: Api, data: st.DataObject) -> None:
    end = data.draw(st.sampled_from(sorted(ENDS)))
    events = story(end, whole=data.draw(st.booleans()))
    repeats = data.draw(st.lists(st.sampled_from(events), max_size=4))
    drawn = data.draw(st.permutations([*events, *repeats]))
    expected = await outcome(api, events, RUN, PARENT, ROOT)
    assert [run["status"] for run in expected] == [ENDS[end], "COMPLETED", "ACTIVE"]
    assert [run["parentId"] for run in expected] == [PARENT, ROOT, None]
    assert await outcome(api, drawn, RUN, PARENT, ROOT) == expected


def facets(data: st.DataObject) -> Iterator[Event]:
    """Yield events that say different things of the same places, some of them for the same time."""
    for number in range(data.draw(st.integers(2, 4))):
        said = data.draw(st.dictionaries(TEXTS, st.builds(lambda value: facet(value=value), TEXTS), max_size=3))
        second = data.draw(st.integers(0, 2))
        yield event("RUNNING", RUN, second, run=said, jobs=said, name=data.draw(TEXTS), marker=number)


@given(st.data())
@tries(12)
async def test_what_is_said_last_counts_whenever_it_comes(api: Api, data: st.DataObject) -> None:
    events = list(facets(data))
    expected = await outcome(api, events, RUN)
    assert await outcome(api, data.draw(st.permutations([*events, *events])), RUN) == expected


@pytest.mark.parametrize("first", ENDS)
@pytest.mark.parametrize("second", ENDS)
async def test_of_two_ends_the_first_that_came_counts(api: Api, first: str, second: str) -> None:
    run_id = uuid(next(NUMBERS))
    await report(api, event(first, run_id, 9), event(second, run_id, 1), event("START", run_id, 20))
    assert (await shown(api, run_id))["status"] == ENDS[first]


async def test_a_batch_is_taken_in_its_order(api: Api) -> None:
    run_id = uuid(next(NUMBERS))
    events = [event("START", run_id), event("FAIL", run_id, 1), event("COMPLETE", run_id, 2), event("START", run_id)]
    response = await post(api, events)
    assert response.json() == {"received": 4, "accepted": 4, "ignored": 0}
    run = await shown(api, run_id)
    assert (run["status"], len(run["events"]["nodes"])) == ("FAILED", 3)
