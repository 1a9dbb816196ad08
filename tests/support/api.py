"""The API in one process: an application on an index, and shorthands for its operations."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeAlias

import httpx
import websockets
from graphql import GraphQLUnionType, get_named_type
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from resolvers.execution.context import StreamTimings
from resolvers.roots.schema import schema
from resolvers.transports.endpoint import Endpoint
from resolvers.transports.lineage.endpoint import PATHS, LineageEndpoint
from runindex.domain.instants import format_instant
from runindex.index import RunIndex
from runindex.ports.store import Store
from runindex.server.application import Application
from runindex.settings.settings import Compilation, Settings, StorageBackend
from tests.support.clock import StandingClock

Answer: TypeAlias = dict[str, Any]
Value: TypeAlias = Any  # JSON of any shape, or a value of a store

_JOB: Final = (
    "id queue data status priority attempts maxAttempts runAt startedAt completedAt leaseExpiresAt error runId"
)
# The selection of each member of an outcome.
MEMBERS: Final = {
    "RunPayload": "run { id status version tags metadata name error } version cursor replayed",
    "RunTouchPayload": "run { id status version lastActivityAt } replayed",
    "RunDeletion": "id version cursor replayed results values events cells documents receipts",
    "BulkRunPayload": "succeeded failed replayed outcomes",
    "BulkDeletionPayload": "deleted failed replayed outcomes",
    "RunResultPayload": """
        result {
          id runId itemId itemVersion input output expectedOutput latency error
          startedAt completedAt retryCount createdAt
          scores { scorerId value reason error }
        }
        replayed
    """,
    "RunResultsPayload": "recorded failed replayed outcomes",
    "ResultAnnotationPayload": "result { id annotations labels annotationVersion annotatedAt } version replayed",
    "ResultDeletion": "runId deleted replayed",
    "RunValuesPayload": "values { key value version updatedAt } replayed",
    "RunValueDeletion": "deleted replayed",
    "RunEventsPayload": "firstSequence lastSequence events { sequence stream payload at hash } replayed",
    "RunCellPayload": "cell { name value version updatedAt } replayed",
    "RunDocumentPayload": "document { key content version updatedAt } replayed",
    "PlanPayload": "plan { id name spec createdAt updatedAt version } replayed",
    "PlanDeletion": "id replayed",
    "PlanRunPayload": f"run {{ id name status tags metadata planId }} job {{ {_JOB} }} cursor replayed",
    "JobPayload": f"job {{ {_JOB} }} replayed",
    "ClaimPayload": f"jobs {{ {_JOB} }} replayed",
    "ReceiptPayload": """
        receipt {
          runtimeId runId sequence boundary contributingInputIds conversationDigest messageCount createdAt
        }
        runtime { runtimeId state snapshot }
        replayed
    """,
    "RuntimePayload": "runtime { runtimeId state snapshot inputs { inputId state } } replayed",
    "ViewPayload": "view { id name filter columns { name width } orderBy isDefault version } replayed",
    "ViewDeletion": "id replayed",
    "JobDeletion": "id replayed",
    "BulkJobDeletionPayload": "deleted failed replayed outcomes",
    "RuntimeDeletion": "runtimeId replayed",
    "BulkRuntimeDeletionPayload": "deleted failed replayed outcomes",
    "NotFound": "code message kind id",
    "InvalidTransition": "code message from to allowed",
    "ConstraintViolation": "code message reason",
    "VersionConflict": "code message expected actual",
    "IdempotencyConflict": "code message idempotencyKey",
    "InvalidInput": "code message field",
}
ENTRIES: Final = {
    "BulkRunPayload": "RunOutcome",
    "BulkDeletionPayload": "RunDeletionOutcome",
    "RunResultsPayload": "RunResultOutcome",
    "BulkJobDeletionPayload": "JobDeletionOutcome",
    "BulkRuntimeDeletionPayload": "RuntimeDeletionOutcome",
}


class WatchedStore:
    """Passes every call on to a store, and records its method's name and arguments."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    @property
    def methods(self) -> list[str]:
        """Return the names of the methods that were called."""
        return [name for name, _ in self.asked]

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method: Callable[..., Awaitable[Any]] = getattr(self._store, name)

        async def ask(*args: Value) -> Value:
            self.asked.append((name, args))
            return await method(*args)

        return ask


# The same choice for applications in this process as for servers that are started.
schema.compiled.mode = Compilation(os.environ.get("RUNINDEX_COMPILATION", Compilation.ON))


ANY_HOST: Final = Settings(storage=StorageBackend.MEMORY, sqlite_path=Path("unused"), allowed_hosts=("*",))


def application(index: RunIndex, timings: StreamTimings | None = None) -> Starlette:
    """Return an application that serves an open index."""
    endpoint = Endpoint(schema, timings)
    lineage = LineageEndpoint(endpoint)
    routes = [
        Route("/graphql", endpoint, methods=None),
        WebSocketRoute("/graphql", endpoint),
        *(Route(path, lineage, methods=None) for path in PATHS),
    ]
    app = Application(endpoint, ANY_HOST, "localhost", routes=routes)
    app.state.index = index
    return app


def endpoint_of(app: Starlette) -> Endpoint:
    """Return the endpoint of an application."""
    route = app.routes[0]
    assert isinstance(route, Route)
    assert isinstance(route.app, Endpoint)
    return route.app


async def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something holds that nothing tells of."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - nothing tells when
            await asyncio.sleep(0.001)


async def until_shared(app: Starlette, subscribers: int) -> None:
    """Wait until so many subscribers share channels."""
    channels = endpoint_of(app).channels
    await until(lambda: sum(map(len, channels)) == subscribers)


@dataclass(slots=True)
class Api:
    """An application without a network, on an index whose store is watched and whose clock stands."""

    index: RunIndex
    store: WatchedStore
    clock: StandingClock
    http: httpx.AsyncClient
    endpoint: Endpoint

    async def post(self, **request: Value) -> httpx.Response:
        """Send a request."""
        return await self.http.post("/graphql", **request)

    async def send(self, document: str, variables: Mapping[str, Any] | None = None) -> Answer:
        """Execute an operation and return its whole answer, numbers as they were written."""
        # Escaped, so that a lone surrogate can be sent as it is.
        content = json.dumps({"query": document, "variables": variables or {}})
        response = await self.post(content=content, headers={"Content-Type": "application/json"})
        assert response.status_code == httpx.codes.OK, response.text
        answer: Answer = json.loads(response.text, parse_float=Decimal)
        return answer

    async def ask(self, document: str, **variables: object) -> Answer:
        """Execute an operation that succeeds and return its data."""
        answer = await self.send(document, variables)
        assert "errors" not in answer, answer
        data: Answer = answer["data"]
        return data

    async def refusal(self, document: str, **variables: object) -> tuple[str, str]:
        """Execute an operation that ends in one error and return its code and message."""
        (error,) = (await self.send(document, variables))["errors"]
        return error["extensions"]["code"], error["message"]

    async def do(self, mutation: str, **fields: object) -> Answer:
        """Execute a mutation and return its outcome."""
        document = mutation_document(mutation)
        outcome: Answer = (await self.ask(document, input=fields))[mutation]
        return outcome

    async def run(self, **fields: object) -> str:
        """Create a run a second later than the last and return its id."""
        self.clock.advance()
        run_id: str = (await self.do("createRun", **fields))["run"]["id"]
        return run_id

    async def record(self, run_id: str, item_id: str, **fields: object) -> Answer:
        """Record a result of an item and return the outcome; by default it succeeded at once."""
        self.clock.advance()
        now = format_instant(self.clock.now())
        times = {"latency": 1.5, "startedAt": now, "completedAt": now}
        return await self.do("recordResult", **{**times, "runId": run_id, "itemId": item_id, **fields})

    async def append(self, run_id: str, *streams: str) -> list[Answer]:
        """Append an event to each of these streams and return the events; payloads are numbered."""
        events = [{"stream": stream, "payload": {"n": number}} for number, stream in enumerate(streams)]
        outcome: list[Answer] = (await self.do("appendRunEvents", runId=run_id, events=events))["events"]
        return outcome

    async def runs(self, count: int, **fields: object) -> list[str]:
        """Create so many runs and return their ids, oldest first."""
        return [await self.run(**fields) for _ in range(count)]


def mutation_document(mutation: str) -> str:
    """Return a document that executes a mutation with a variable `input` and selects its whole outcome."""
    root = schema._schema.mutation_type  # noqa: SLF001 - Strawberry shows its types in no other way
    assert root is not None
    field = root.fields[mutation]
    union = get_named_type(field.type).name
    return f"mutation ($input: {field.args['input'].type}) {{ {mutation}(input: $input) {_outcome(union)} }}"


def _outcome(union: str) -> str:
    members = get_named_type(schema._schema.type_map[union])  # noqa: SLF001
    assert isinstance(members, GraphQLUnionType)
    return (
        "{ __typename "
        + " ".join(f"... on {member.name} {{ {_member(member.name)} }}" for member in members.types)
        + " }"
    )


def _member(name: str) -> str:
    return MEMBERS[name] + (" " + _outcome(ENTRIES[name]) if name in ENTRIES else "")


@dataclass(slots=True)
class Socket:
    """A client of graphql-transport-ws with any number of operations; `next` tells them apart."""

    connection: websockets.ClientConnection
    _kept: list[Answer] = field(default_factory=list)

    @classmethod
    async def open(cls, connection: websockets.ClientConnection) -> "Socket":
        """Shake hands."""
        await connection.send(json.dumps({"type": "connection_init"}))
        assert json.loads(await connection.recv()) == {"type": "connection_ack"}
        return cls(connection)

    async def subscribe(self, operation: str, document: str, **variables: object) -> None:
        """Begin an operation under an id."""
        payload = {"query": document, "variables": variables}
        await self.connection.send(json.dumps({"type": "subscribe", "id": operation, "payload": payload}))

    async def complete(self, operation: str) -> None:
        """End an operation from this side."""
        await self.connection.send(json.dumps({"type": "complete", "id": operation}))

    async def message(self, operation: str) -> Answer:
        """Return the next message of an operation."""
        for place, message in enumerate(self._kept):
            if message["id"] == operation:
                return self._kept.pop(place)
        while True:
            message = json.loads(await self.connection.recv())
            if message["id"] == operation:
                return dict(message)
            self._kept.append(message)

    async def next(self, operation: str) -> Value:
        """Return the value of the next event's only field."""
        message = await self.message(operation)
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        (value,) = message["payload"]["data"].values()
        return value

    async def error(self, operation: str) -> tuple[str, str]:
        """Return code and message of the one error that ends an operation."""
        message = await self.message(operation)
        errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
        if message["type"] == "next":
            assert (await self.message(operation))["type"] == "complete"
        (error,) = errors
        return error["extensions"]["code"], error["message"]
