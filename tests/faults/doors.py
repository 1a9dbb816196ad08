"""Doors: how a writer's requests reach an index, and what its answers mean."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, Protocol

import httpx

from runindex.commands import AddTags, AnyCommand, CreateRun, DeleteRun, RemoveTags, RenameRun, StartRun, TransitionRun
from runindex.commands.outcomes import RunApplied, RunDeleted
from runindex.domain.errors import RunIndexError
from runindex.domain.lifecycle import RunStatus
from runindex.index import RunIndex
from runindex.streams.cursors import log_cursor
from tests.faults.history import Answer, JsonObject, Reading, Request, Verdict
from tests.support.stores import find

INPUTS: Final = {
    "createRun": "CreateRunInput",
    "startRun": "RunInput",
    "transitionRun": "TransitionRunInput",
    "renameRun": "RenameRunInput",
    "addRunTags": "RunTagsInput",
    "removeRunTags": "RunTagsInput",
    "deleteRun": "DeleteRunInput",
}
READ: Final = "query($id: ID!) { run(id: $id) { version status } }"
# Long enough to outlive every time limit of a server: a client that gives up learns nothing.
PATIENCE: Final = 25.0
# The error codes that promise that nothing was written.
UNWRITTEN: Final = frozenset({"UNAVAILABLE", "TIMEOUT"})


class Door(Protocol):
    """Sends requests to an index."""

    async def send(self, request: Request) -> Answer:
        """Send a request once; an error is an answer too."""
        ...

    async def read(self, run_id: str, known: int) -> Reading | None:
        """Read a run; None when no answer came."""
        ...


def document_of(mutation: str) -> str:
    """Return the operation for a mutation."""
    payload = "RunDeletion" if mutation == "deleteRun" else "RunPayload"
    return (
        f"mutation($input: {INPUTS[mutation]}!) {{ outcome: {mutation}(input: $input) {{ __typename"
        f" ... on {payload} {{ version cursor replayed }} }} }}"
    )


DOCUMENTS: Final = {mutation: document_of(mutation) for mutation in INPUTS}


class UnansweredError(Exception):
    """An operation gave no data; `answer` says what that tells its sender."""

    def __init__(self, answer: Answer, text: str) -> None:
        super().__init__(text)
        self.answer = answer


@dataclass(slots=True)
class HttpDoor:
    """The API of a served process; each request in flight has a client of its own.

    httpx looks through all connections of a client for each request, which is slow when many share one.
    """

    url: str
    clients: AsyncExitStack
    idle: list[httpx.AsyncClient] = field(default_factory=list)

    async def send(self, request: Request) -> Answer:
        variables = {"input": request.input | {"reason": request.reason, "idempotencyKey": request.reason}}
        try:
            outcome = (await self.execute(DOCUMENTS[request.mutation], variables))["outcome"]
        except UnansweredError as error:
            return error.answer
        if outcome["__typename"] not in {"RunPayload", "RunDeletion"}:
            return Answer(Verdict.REFUSED, outcome["__typename"])
        return Answer(
            Verdict.ACKNOWLEDGED, outcome["__typename"], outcome["version"], outcome["cursor"], outcome["replayed"]
        )

    async def read(self, run_id: str, known: int) -> Reading | None:
        try:
            run = (await self.execute(READ, {"id": run_id}))["run"]
        except UnansweredError:
            return None
        return Reading(run_id, known, None) if run is None else Reading(run_id, known, run["version"], run["status"])

    async def execute(self, document: str, variables: JsonObject | None = None) -> JsonObject:
        """Execute an operation and return its data; raise UnansweredError when there is none."""
        client = await self._client()
        try:
            response = await client.post(self.url, json={"query": document, "variables": variables or {}})
        except httpx.ConnectError as error:
            raise UnansweredError(Answer(Verdict.UNWRITTEN, "ConnectError"), str(error)) from error
        except httpx.TransportError as error:
            raise UnansweredError(Answer(Verdict.UNKNOWN, type(error).__name__), str(error)) from error
        finally:
            self.idle.append(client)
        try:
            body = response.json()
        except ValueError as error:
            verdict = Verdict.UNWRITTEN if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE else Verdict.UNKNOWN
            raise UnansweredError(Answer(verdict, str(response.status_code)), response.text) from error
        if body.get("errors"):
            code = body["errors"][0].get("extensions", {}).get("code", "none")
            raise UnansweredError(fault_answer(code), f"{response.status_code}: {body['errors']}")
        data: JsonObject = body["data"]
        return data

    async def _client(self) -> httpx.AsyncClient:
        if self.idle:
            return self.idle.pop()
        # Without TLS: loading its certificates takes longer than all the rest.
        client = httpx.AsyncClient(timeout=PATIENCE, verify=False, trust_env=False)  # noqa: S501
        return await self.clients.enter_async_context(client)


@dataclass(frozen=True, slots=True)
class IndexDoor:
    """An index in this process, with a writer and so with transactions of its own."""

    index: RunIndex
    epoch: str

    async def send(self, request: Request) -> Answer:
        try:
            outcome = await self.index.submit(command_of(request))
        except RunIndexError as fault:
            return fault_answer(fault.code)
        except Exception as error:  # noqa: BLE001 - what would be an internal error at the API
            return Answer(Verdict.UNKNOWN, repr(error))
        if not isinstance(outcome, RunApplied | RunDeleted):
            return Answer(Verdict.REFUSED, type(outcome).__name__)
        cursor = log_cursor(self.epoch, outcome.seq)
        return Answer(Verdict.ACKNOWLEDGED, type(outcome).__name__, outcome.version, cursor, outcome.replayed)

    async def read(self, run_id: str, known: int) -> Reading | None:
        try:
            run = await find(self.index.store, run_id)
        except RunIndexError:
            return None
        return Reading(run_id, known, None) if run is None else Reading(run_id, known, run.version, run.status.value)


def fault_answer(code: str) -> Answer:
    """Return what an error's code says about a mutation."""
    return Answer(Verdict.UNWRITTEN if code in UNWRITTEN else Verdict.UNKNOWN, code)


COMMANDS: Final[Mapping[str, Callable[..., AnyCommand]]] = {
    "createRun": CreateRun,
    "startRun": StartRun,
    "transitionRun": TransitionRun,
    "renameRun": RenameRun,
    "addRunTags": AddTags,
    "removeRunTags": RemoveTags,
    "deleteRun": DeleteRun,
}


def command_of(request: Request) -> AnyCommand:
    """Return the command that a request stands for."""
    fields: JsonObject = {
        "mutation": request.mutation,
        "reason": request.reason,
        "idempotency_key": request.reason,
    } | request.input
    if "expectedVersion" in fields:
        fields["expected_version"] = fields.pop("expectedVersion")
    if "tags" in fields:
        fields["tags"] = tuple(fields["tags"])
    if "to" in fields:
        fields["to"] = RunStatus(fields["to"])
    return COMMANDS[request.mutation](**fields)
