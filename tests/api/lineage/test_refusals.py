"""What is not an event is refused with its place, and stands in the way of no other."""

import gzip
import json
from typing import Any, Final

import httpx
import pytest

from tests.support.api import Api
from tests.support.data.lineage import PATH, Event, dataset, event, facet, parent, post, report, shown, uuid

pytestmark = pytest.mark.asyncio
RUN, OTHER = uuid(0xB1), uuid(0xB2)
JSON: Final = {"Content-Type": "application/json"}


def without(name: str) -> Event:
    """Return an event that lacks a part."""
    return {key: value for key, value in event("START", RUN).items() if key != name}


WRONG: Final[dict[str, tuple[Any, str | None]]] = {
    "no object": (7, None),
    "another type": (event("BEGIN", RUN), "eventType"),
    "a type that is no text": (event("START", RUN, eventType=["START"]), "eventType"),
    "no time": (without("eventTime"), "eventTime"),
    "a time in words": (event("START", RUN, eventTime="yesterday"), "eventTime"),
    "a day": (event("START", RUN, eventTime="2026-11-29"), "eventTime"),
    "a day that is none": (event("START", RUN, eventTime="2026-02-30T00:00:00Z"), "eventTime"),
    "no run": (without("run"), "run"),
    "a run that is no object": (event("START", RUN) | {"run": RUN}, "run"),
    "no run id": (event("START", RUN) | {"run": {}}, "run.runId"),
    "a run id that is no UUID": (event("START", "scheduled__2026-11-29"), "run.runId"),
    "the default run": (event("START", "default"), "run.runId"),
    "the nil UUID": (event("START", uuid(0)), "run.runId"),
    "no job": (without("job"), "job"),
    "no namespace": (event("START", RUN) | {"job": {"name": "orders"}}, "job.namespace"),
    "no name": (event("START", RUN) | {"job": {"namespace": "shop"}}, "job.name"),
    "no producer": (without("producer"), "producer"),
    "no schema": (without("schemaURL"), "schemaURL"),
    "facets that are a list": (event("START", RUN, run=[1]), "run.facets"),
    "a facet that is a text": (event("START", RUN, jobs={"sql": "SELECT 1"}), "job.facets.sql"),
    "a parent without a run": (event("START", RUN, run={"parent": facet()}), "run.facets.parent.run"),
    "a parent that is no UUID": (event("START", RUN, run={"parent": parent("x")}), "run.facets.parent.run.runId"),
    "inputs that are no list": (event("START", RUN, inputs={}), "inputs"),
    "an input that is a text": (event("START", RUN, inputs=[dataset("a"), "b"]), "inputs.1"),
    "an output without a name": (event("START", RUN, outputs=[{"namespace": "x"}]), "outputs.0.name"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_wrong_event_is_refused_with_its_place(api: Api, case: str) -> None:
    wrong, place = WRONG[case]
    response = await post(api, [wrong, event("START", OTHER)])
    assert response.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    answer = response.json()
    (error,) = answer.pop("errors")
    assert answer == {"received": 2, "accepted": 1, "ignored": 0}
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert error["extensions"]["index"] == 0
    assert error["extensions"].get("field", "") == (place or "")
    assert (await shown(api, OTHER))["status"] == "ACTIVE"
    assert await shown(api, RUN) is None
    if isinstance(wrong, dict):
        alone = await post(api, wrong)
        assert alone.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert "index" not in alone.json()["errors"][0]["extensions"]


async def test_what_cannot_be_kept_of_a_text_is_replaced(api: Api) -> None:
    message = facet(message="a\0b", stackTrace="\ud800")
    response = await post(api, event("FAIL", RUN, name="c\0d", run={"errorMessage": message}))
    assert response.status_code == httpx.codes.OK
    run = await shown(api, RUN)
    assert (run["status"], run["name"], run["error"]) == ("FAILED", "c\ufffdd", "a\ufffdb")
    assert run["events"]["nodes"][0]["payload"]["run"]["facets"]["errorMessage"]["stackTrace"] == "\ufffd"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"7", b'"x"', b"null", b"\xff", b"NaN", b"[" * 100_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000],
)
async def test_what_is_no_json_is_refused(api: Api, content: bytes) -> None:
    response = await api.http.post(PATH, content=content, headers=JSON)
    assert response.status_code == httpx.codes.BAD_REQUEST
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_what_nests_too_deeply_is_refused(api: Api) -> None:
    for depth in (100, 300):
        deep: Any = 1
        for _ in range(depth):
            deep = [deep]
        response = await post(api, event("START", RUN, run={"x": facet(deep=deep)}))
        assert response.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert response.json()["errors"][0]["extensions"]["reason"] == "LIMIT_EXCEEDED"
    assert await shown(api, RUN) is None


async def test_other_bodies_and_methods_are_refused(api: Api) -> None:
    content = json.dumps(event("START", RUN)).encode()
    for headers in ({"Content-Type": "text/plain"}, {**JSON, "Content-Encoding": "br"}):
        response = await api.http.post(PATH, content=content, headers=headers)
        assert response.status_code == httpx.codes.UNSUPPORTED_MEDIA_TYPE
    for method in ("GET", "PUT", "DELETE", "HEAD"):
        response = await api.http.request(method, PATH)
        assert response.status_code == httpx.codes.METHOD_NOT_ALLOWED
        assert response.headers["Allow"] == "POST"


async def test_a_body_may_be_compressed_within_the_limit(api: Api) -> None:
    headers = {**JSON, "Content-Encoding": "gzip"}
    content = json.dumps([event("START", RUN)]).encode()
    assert (await api.http.post(PATH, content=gzip.compress(content), headers=headers)).status_code == httpx.codes.OK
    members = gzip.compress(content[:20]) + gzip.compress(content[20:])
    assert (await api.http.post(PATH, content=members, headers=headers)).status_code == httpx.codes.OK
    for damaged in (content, gzip.compress(content)[:-12], gzip.compress(content) + b"more", b""):
        response = await api.http.post(PATH, content=damaged, headers=headers)
        assert response.status_code == httpx.codes.BAD_REQUEST
    bomb = gzip.compress(b" " * 50_000_000)
    assert (
        await api.http.post(PATH, content=bomb, headers=headers)
    ).status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert api.endpoint.bodies.held == 0


async def test_too_much_at_once_is_refused(api: Api) -> None:
    response = await post(api, [event("START", RUN)] * 1001)
    assert response.status_code == httpx.codes.BAD_REQUEST
    assert response.json()["errors"][0]["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": 1000}
    large = event("START", RUN, run={"x": facet(text="x" * 3_000_000)})
    assert (await post(api, large)).status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert await shown(api, RUN) is None


async def test_events_of_jobs_and_datasets_are_of_no_run(api: Api) -> None:
    job = {name: value for name, value in event(None, RUN).items() if name != "run"}
    about_data = {"eventTime": job["eventTime"], "dataset": dataset("a"), "producer": "p", "schemaURL": "s"}
    response = await post(api, [job, event("START", RUN), about_data], f"{PATH}/batch")
    assert response.status_code == httpx.codes.OK
    assert response.json() == {"received": 3, "accepted": 1, "ignored": 2}
    assert (await post(api, [])).json() == {"received": 0, "accepted": 0, "ignored": 0}


async def test_times_are_read_as_senders_write_them(api: Api) -> None:
    for number, (text, stored) in enumerate(
        (
            ("2026-11-29T10:00:00Z", "2026-11-29T10:00:00.000000Z"),
            ("2026-11-29T10:00:00.123456789+02:00", "2026-11-29T08:00:00.123456Z"),
            ("2026-11-29T10:00:00.5", "2026-11-29T10:00:00.500000Z"),
        )
    ):
        run_id = uuid(0xC0 + number)
        await report(api, event(None, run_id, eventTime=text))
        assert (await shown(api, run_id))["metadata"]["openlineage"]["times"] == {"OTHER": stored}


async def test_an_archived_run_takes_no_more(api: Api) -> None:
    await report(api, event("START", RUN))
    await api.do("archiveRun", id=RUN)
    await report(api, event("START", RUN))
    response = await post(api, event("COMPLETE", RUN, 1))
    assert response.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert response.json()["errors"][0]["extensions"] == {"code": "CONSTRAINT_VIOLATION", "reason": "RUN_CLOSED"}


async def test_an_id_that_something_else_has_is_refused(api: Api) -> None:
    plan = (await api.do("createPlan", name="p", spec={}))["plan"]["id"]
    for each in (event("START", plan), event("START", RUN, run={"parent": parent(plan)})):
        response = await post(api, each)
        assert response.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert response.json()["errors"][0]["extensions"]["reason"] == "ALREADY_EXISTS"
