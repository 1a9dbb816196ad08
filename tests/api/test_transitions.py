"""All pairs of the transition table, by value and by verb."""

from typing import Any

import pytest

from runindex.domain.lifecycle import TRANSITIONS, RunStatus
from tests.support.api import Api

pytestmark = pytest.mark.asyncio

VERBS = {
    RunStatus.ACTIVE: "resumeRun",
    RunStatus.PAUSED: "pauseRun",
    RunStatus.COMPLETED: "closeRun",
    RunStatus.FAILED: "failRun",
    RunStatus.CANCELLED: "cancelRun",
    RunStatus.ARCHIVED: "archiveRun",
}


def error_of(target: RunStatus) -> dict[str, str]:
    return {"error": "out of paper"} if target is RunStatus.FAILED else {}


async def moved(api: Api, source: RunStatus, target: RunStatus, *, by_verb: bool) -> dict[str, Any]:
    """Return what becomes of a run that is in `source` and is told to go to `target`."""
    run_id = await api.run()
    if source is not RunStatus.ACTIVE:
        await api.do(VERBS[source], id=run_id, **error_of(source))
    if by_verb:
        return await api.do(VERBS[target], id=run_id, **error_of(target))
    return await api.do("transitionRun", id=run_id, to=target, **error_of(target))


@pytest.mark.parametrize("by_verb", [False, True], ids=["by value", "by verb"])
async def test_the_table_holds(api: Api, *, by_verb: bool) -> None:
    for source in RunStatus:
        for target in RunStatus:
            outcome = await moved(api, source, target, by_verb=by_verb)
            if target in TRANSITIONS[source]:
                assert outcome["run"]["status"] == target, (source, target)
            else:
                assert (outcome["from"], outcome["to"]) == (source, target)
                assert outcome["allowed"] == [status for status in RunStatus if status in TRANSITIONS[source]]


async def test_the_table_can_be_read(api: Api) -> None:
    states = (await api.ask("{ lifecycle { status next isTerminal isFinished isClosed } }"))["lifecycle"]
    assert {state["status"]: set(state["next"]) for state in states} == {
        source: set(targets) for source, targets in TRANSITIONS.items()
    }
    assert [state["status"] for state in states if state["isTerminal"]] == ["ARCHIVED"]
    assert [state["status"] for state in states if state["isFinished"]] == ["COMPLETED", "FAILED", "CANCELLED"]
    assert [state["status"] for state in states if not state["isClosed"]] == ["ACTIVE", "PAUSED"]


async def test_starting_sets_the_time_once(api: Api) -> None:
    run_id = await api.run()
    document = "query ($id: ID!) { run(id: $id) { startedAt version status allowedTransitions } }"
    assert (await api.ask(document, id=run_id))["run"]["startedAt"] is None
    await api.do("startRun", id=run_id)
    started = (await api.ask(document, id=run_id))["run"]
    api.clock.advance()
    await api.do("startRun", id=run_id)
    assert (await api.ask(document, id=run_id))["run"] == started | {"version": 3}
    await api.do("cancelRun", id=run_id)
    assert (await api.do("startRun", id=run_id))["reason"] == "RUN_CLOSED"
