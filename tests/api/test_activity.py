"""When anything of a run was last written: told, filtered, and moved on."""

import pytest

from runindex.domain.instants import SECOND, format_instant
from tests.support.api import Api

pytestmark = pytest.mark.asyncio

RUNS = "query ($filter: RunFilter) { runs(filter: $filter) { nodes { name updatedAt lastActivityAt } } }"


async def test_a_run_tells_of_its_last_activity_to_the_second(api: Api) -> None:
    await api.run(name="quiet", tags=["made"])
    busy = await api.run(name="busy", tags=["made"])
    begun = api.clock.now()
    api.clock.advance(7.25)
    await api.append(busy, "s")
    found = (await api.ask(RUNS, filter={"tags": {"any": ["made"]}}))["runs"]["nodes"]
    assert {node["name"]: node["lastActivityAt"] for node in found} == {
        "quiet": format_instant((begun - SECOND) // SECOND * SECOND),
        "busy": format_instant(api.clock.now() // SECOND * SECOND),
    }
    assert api.store.methods.count("find_records") == 1


async def test_a_touch_is_told_at_once(api: Api) -> None:
    run_id = await api.run()
    api.clock.advance(3.5)
    outcome = await api.do("touchRun", id=run_id)
    assert outcome["run"]["lastActivityAt"] == format_instant(api.clock.now() // SECOND * SECOND)
    assert outcome["run"]["version"] == 1
    assert outcome["replayed"] is False


async def test_what_is_no_open_run_is_not_touched(api: Api) -> None:
    run_id = await api.run()
    await api.do("closeRun", id=run_id)
    assert (await api.do("touchRun", id=run_id))["reason"] == "RUN_CLOSED"
    assert (await api.do("touchRun", id="x"))["__typename"] == "InvalidInput"
    assert (await api.do("touchRun", id="00000000-0000-0000-0000-00000000abcd"))["__typename"] == "NotFound"
    open_run = await api.run()
    await api.do("touchRun", id=open_run, idempotencyKey="k")
    assert (await api.do("touchRun", id=open_run, idempotencyKey="k"))["replayed"] is True
    assert (await api.do("touchRun", id=run_id, idempotencyKey="k"))["__typename"] == "IdempotencyConflict"


async def test_silent_runs_are_found_by_what_is_told_of_them(api: Api) -> None:
    run_id = await api.run(name="silent", tags=["made"])
    api.clock.advance(0.75)
    await api.append(run_id, "s")
    (node,) = (await api.ask(RUNS, filter={"tags": {"any": ["made"]}}))["runs"]["nodes"]
    told = node["lastActivityAt"]

    async def found(**bounds: str) -> int:
        narrowed = {"tags": {"any": ["made"]}, "lastActivityAt": bounds}
        return len((await api.ask(RUNS, filter=narrowed))["runs"]["nodes"])

    later = format_instant((api.clock.now() // SECOND + 1) * SECOND)
    between = format_instant(api.clock.now() // SECOND * SECOND + 1)
    assert await found(**{"from": told}) == await found(**{"from": told, "to": between}) == await found(to=later) == 1
    assert await found(**{"from": between}) == await found(to=told) == 0
