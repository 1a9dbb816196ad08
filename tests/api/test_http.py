"""Requests that are wrong, answers in either media type, and errors that say no more than they may."""

import asyncio
import json
import logging

import httpx
import pytest

from persistence.memory.store import MemoryStore
from resolvers.execution.context import StreamTimings
from runindex.commands import AnyCommand
from runindex.commands.outcomes import Outcome
from runindex.domain.errors import UnavailableError
from runindex.writer import Writer
from tests.support.api import Api, Value
from tests.support.backends import Opener

pytestmark = pytest.mark.asyncio

JSON = {"Content-Type": "application/json"}
GRAPHQL = "application/graphql-response+json"
CREATE = "mutation { createRun(input: {}) { __typename } }"


@pytest.fixture
def open_store() -> Opener:
    """Nothing here depends on the storage."""
    return MemoryStore.open


def assert_refused(response: httpx.Response, status: int = 400) -> str:
    """Check an answer to what was not executed and return its message."""
    assert response.status_code == status, response.text
    body = response.json()
    assert body.keys() == {"errors"}
    assert {error["extensions"]["code"] for error in body["errors"]} == {"BAD_USER_INPUT"}
    message: str = body["errors"][0]["message"]
    return message


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'[{"query":"{ __typename }"}]',
        b'"text"',
        b"5",
        b"{}",
        b'{"query":null}',
        b'{"query":""}',
        b'{"query":5}',
        b'{"query":{}}',
        b'{"query":"{ __typename }","variables":[]}',
        b'{"query":"{ __typename }","variables":"x"}',
        b'{"query":"{ __typename }","operationName":5}',
        b'{"query":"{ __typename }","operationName":{}}',
        b'{"query":"{ __typename }","operationName":"Nope"}',
        b'{"query":"{ __typename }","operationName":"\\ud800"}',
        b'{"query":"{ __typename }","extensions":[]}',
        b'{"query":"{ __typename }","variables":{"a":NaN}}',
        b'{"query":"{ __typename }","variables":{"a":-Infinity}}',
        b'{"query":"\xff"}',
        b'{"query":"{ __typename }","variables":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"query":"{ __typename }","variables":{"a":' + b"9" * 5_000 + b"}}",
        b'{"query":"fragment F on Run { id }"}',
        b'{"query":"subscription { runCounts { count } }"}',
    ],
)
async def test_a_body_that_cannot_be_executed_is_refused(api: Api, body: bytes) -> None:
    assert_refused(await api.post(content=body, headers=JSON))


@pytest.mark.parametrize(
    "document",
    [
        "{",
        "query A { __typename } query B { __typename }",
        "{ nope }",
        "{ run }",
        '{ run(id: "a\\ud800") { id } }',
        "query ($id: ID!) { run(id: $id) { id } }",
        "query ($first: Int) { runs(first: $first) { nodes { id } } }",
        "{ runs(filter: {createdAt: {from: 5}}) { totalCount } }",
        '{ runs(filter: {createdAt: {from: "yesterday"}}) { totalCount } }',
        "{ runs(filter: {status: [NOPE]}) { totalCount } }",
        "{ runs(filter: {unknown: 1}) { totalCount } }",
        "{ runs(first: 3000000000) { totalCount } }",
        'mutation { updateRunMetadata(input: {id: "default", change: {patch: {}, clear: true}}) { __typename } }',
        'mutation { updateRunMetadata(input: {id: "default", change: {}}) { __typename } }',
        'mutation { updateRunMetadata(input: {id: "default", change: {metadata: null}}) { __typename } }',
        "mutation { deleteRuns(input: {runs: {}}) { __typename } }",
    ],
)
async def test_a_document_that_is_not_executed_is_refused(api: Api, document: str) -> None:
    body = {"query": document, "variables": {"first": "x\ud800"}}
    content = json.dumps(body)
    message = assert_refused(await api.post(content=content, headers=JSON), status=200)
    assert message == assert_refused(await api.post(content=content, headers=JSON | {"Accept": GRAPHQL}))


async def test_which_operation_is_meant_is_asked_before_how_it_is_sent(api: Api) -> None:
    document = "subscription A { runCounts { key } } query B { __typename }"
    assert "operation name" in assert_refused(await api.post(json={"query": document}))


async def test_names_of_unknown_fields_may_be_any_text(api: Api) -> None:
    body = {"query": "query ($f: RunFilter) { runCount(filter: $f) }", "variables": {"f": {"\ud800": 1}}}
    assert_refused(await api.post(content=json.dumps(body), headers=JSON), status=200)


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/jsonp", "multipart/form-data; boundary=x"])
async def test_bodies_are_json(api: Api, content_type: str) -> None:
    response = await api.post(content=b'{"query":"{ __typename }"}', headers={"Content-Type": content_type})
    assert_refused(response, status=415)


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json ;x=y"]
)
async def test_json_may_have_parameters(api: Api, content_type: str) -> None:
    response = await api.post(content=b'{"query":"{ __typename }"}', headers={"Content-Type": content_type})
    assert response.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, application/json;q=0.9", GRAPHQL),
        (f"application/json;q=0.9, {GRAPHQL}", GRAPHQL),
        (f"application/json, {GRAPHQL}", "application/json"),
        (f"{GRAPHQL}, application/json", GRAPHQL),
        (f"{GRAPHQL};q=0, application/json;q=0.1", "application/json"),
        (f"{GRAPHQL};q=x, */*", "application/json"),
        ("text/html", "application/json"),
        (",;q=,", "application/json"),
    ],
)
async def test_the_answer_is_of_the_type_that_is_wanted(api: Api, accept: str | None, media_type: str) -> None:
    headers = JSON | ({} if accept is None else {"Accept": accept})
    if accept is None:
        del api.http.headers["Accept"]
    response = await api.post(content=b'{"query":"{ __typename }"}', headers=headers)
    assert response.headers["Content-Type"].partition(";")[0] == media_type
    assert response.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    ("method", "request_", "status"),
    [
        ("POST", {"json": {"query": "{ runCount }"}}, 200),
        ("GET", {"params": {"query": "{ runCount }"}}, 200),
        ("GET", {"params": {"query": "{ runCount }"}, "headers": {"Accept": "text/event-stream"}}, 200),
        ("GET", {}, 400),
        ("PUT", {}, 405),
        ("POST", {"content": b"{}"}, 415),
    ],
)
async def test_caches_are_told_that_the_answer_is_for_who_accepts_it(
    api: Api, method: str, request_: Value, status: int
) -> None:
    response = await api.http.request(method, "/graphql", **request_)
    assert (response.status_code, response.headers["Vary"]) == (status, "Accept")


async def test_a_query_may_be_asked_by_get(api: Api) -> None:
    params = {"query": "query A($id: ID!) { runExists(id: $id) } query B { __typename }", "operationName": "A"}
    response = await api.http.get("/graphql", params=params | {"variables": '{"id": "default"}'})
    assert response.json() == {"data": {"runExists": True}}
    assert_refused(await api.http.get("/graphql", params=params | {"variables": "[]"}))
    assert_refused(await api.http.get("/graphql", params=params | {"variables": "{"}))
    assert_refused(await api.http.get("/graphql"))
    assert_refused(await api.http.get("/graphql", params={"query": "subscription { runCounts { count } }"}))


async def test_a_mutation_is_not_executed_by_get(api: Api) -> None:
    response = await api.http.get("/graphql", params={"query": CREATE})
    assert_refused(response, status=405)
    assert (await api.ask("{ runCount }"))["runCount"] == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [("{ runCount }", 200), ("{ nope }", 200), ("", 400), ("subscription { a }", 400), (CREATE, 405)],
)
async def test_head_is_get_without_the_body(api: Api, query: str, status: int) -> None:
    got, head = [await api.http.request(method, "/graphql", params={"query": query}) for method in ("GET", "HEAD")]
    assert (got.status_code, head.status_code, head.headers, head.content) == (status, status, got.headers, b"")
    assert (await api.ask("{ runCount }"))["runCount"] == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_refused(api: Api, method: str) -> None:
    response = await api.http.request(method, "/graphql")
    assert_refused(response, status=405)
    assert response.headers["Allow"] == "GET, HEAD, POST"


async def test_an_unforeseen_error_is_logged_and_not_told(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(api.store, "count_runs", broken, raising=False)
    response = await api.post(json={"query": "{ runCount }"})
    assert response.status_code == 200
    assert response.json() == {
        "data": None,
        "errors": [
            {
                "message": "internal error",
                "locations": [{"line": 1, "column": 3}],
                "path": ["runCount"],
                "extensions": {"code": "INTERNAL"},
            }
        ],
    }
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "a secret" in (record.exc_text or "")


async def test_a_storage_out_of_reach_is_unavailable(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise UnavailableError("the storage does not answer")

    monkeypatch.setattr(api.store, "count_runs", away, raising=False)
    response = await api.post(json={"query": "{ runCount }"})
    assert (response.status_code, response.headers["Retry-After"], response.headers["Vary"]) == (503, "1", "Accept")
    assert response.json()["errors"][0]["extensions"] == {"code": "UNAVAILABLE"}
    partly = await api.post(json={"query": '{ run(id: "default") { id } runs { totalCount } }'})
    assert partly.status_code == 503


async def test_an_answer_that_says_503_has_written_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    submit = api.index.writer.submit
    answered: list[Outcome] = []

    async def once(command: AnyCommand) -> Outcome:
        if answered:
            raise UnavailableError("the storage does not answer")
        answered.append(await submit(command))
        return answered[0]

    monkeypatch.setattr(Writer, "submit", lambda _, command: once(command))
    both = f"{CREATE[:-1]} again: {CREATE[11:]}"
    assert (await api.post(json={"query": both})).status_code == 200
    assert len(answered) == 1
    response = await api.post(json={"query": CREATE})
    assert response.status_code == 503
    assert response.json()["errors"][0]["path"] == ["createRun"]


class TestTime:
    """A query's time, when it is short."""

    @pytest.fixture
    def timings(self) -> StreamTimings:
        return StreamTimings(operation=0.05)

    async def test_a_query_ends_with_its_time(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        async def slow(*_: object) -> None:
            await asyncio.Event().wait()

        monkeypatch.setattr(api.store, "count_runs", slow, raising=False)
        assert await api.refusal("{ runCount }") == ("TIMEOUT", "the operation took too long")
        assert await api.refusal("{ a: runCount b: runs { totalCount } }") == ("TIMEOUT", "the operation took too long")
        counts = api.endpoint.operations.counts
        assert {name: counts[name, "TIMEOUT"] for name in ("runCount", "runs")} == {"runCount": 2, "runs": 1}
