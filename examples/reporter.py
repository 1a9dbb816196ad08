"""Report runs and results to RunIndex in the background, in order, and again where no answer came.

All can be sent twice: every mutation of a run carries an idempotency key made of the session's id, what it is about and
its name, and an attempt at an item is recorded once. The first trouble ends the reporting, and is kept to be told.
"""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, Final
from uuid import UUID, uuid5

from gql import Client, GraphQLRequest
from gql.client import SyncClientSession
from gql.transport.exceptions import TransportError
from gql.transport.httpx import HTTPXTransport

TIMEOUT_SECONDS: Final = 5
PAUSES: Final = (0.1, 0.4, 1.0)  # seconds between the attempts to send one mutation
GATHER_SECONDS: Final = 0.2  # for more results to come before some are sent
BATCH: Final = 50  # results in one mutation, so that it stays well below what a request may hold

INPUTS: Final = {
    "createRun": "CreateRunInput",
    "startRun": "RunInput",
    "addRunTags": "RunTagsInput",
    "updateRunMetadata": "UpdateRunMetadataInput",
    "closeRun": "RunInput",
    "failRun": "FailRunInput",
    "cancelRun": "RunInput",
}
# Every expected failure is a Problem among the outcomes, so one document serves all mutations of runs.
MUTATION: Final = "mutation ($input: %s!) { outcome: %s(input: $input) { ... on Problem { message } } }"
RECORD_RESULTS: Final = """
mutation ($input: RecordResultsInput!) {
  outcome: recordResults(input: $input) {
    ... on RunResultsPayload { outcomes { ... on ConstraintViolation { reason } ... on Problem { message } } }
    ... on Problem { message }
  }
}
"""


class Reporter:
    """Sends what it is given in a thread of its own."""

    def __init__(self, url: str, session: UUID) -> None:
        self.session = session
        self.trouble: Exception | None = None
        self._url = url
        self._steps: SimpleQueue[Callable[[SyncClientSession], None] | None] = SimpleQueue()
        self._results: deque[dict[str, object]] = deque()
        self._ending = Event()
        self._thread = Thread(target=self._work, name="runindex", daemon=True)
        self._thread.start()

    def send(self, mutation: str, about: str, **fields: object) -> None:
        """Take a mutation about the session or a part of it."""
        fields["idempotencyKey"] = str(uuid5(self.session, f"{mutation} {about}"))
        self._steps.put(partial(self._send, mutation, about, fields))

    def record(self, result: dict[str, object]) -> None:
        """Take a result; it is sent together with others that wait, before mutations taken in between."""
        self._results.append(result)
        self._steps.put(self._send_results)

    def finish(self) -> None:
        """Return when all is sent or given up."""
        self._ending.set()
        self._steps.put(None)
        self._thread.join()

    def _work(self) -> None:
        try:
            with Client(transport=HTTPXTransport(url=self._url, timeout=TIMEOUT_SECONDS)) as connection:
                while step := self._steps.get():
                    step(connection)
        except Exception as error:  # noqa: BLE001 - what is reported is worth more than its record
            self.trouble = error

    def _send(self, mutation: str, about: str, fields: dict[str, object], connection: SyncClientSession) -> None:
        outcome = deliver(connection, MUTATION % (INPUTS[mutation], mutation), fields)
        check(f"{mutation} of {about}", outcome)

    def _send_results(self, connection: SyncClientSession) -> None:
        """Send the results that wait, as many as one mutation takes; an earlier step may have left none."""
        if not self._results:
            return
        self._ending.wait(GATHER_SECONDS)
        batch = [self._results.popleft() for _ in range(min(len(self._results), BATCH))]
        outcome = deliver(connection, RECORD_RESULTS, {"results": batch})
        check("recordResults", outcome)
        for result, told in zip(batch, outcome["outcomes"], strict=True):
            # An attempt that was recorded before, with other times: the session is recorded again.
            if told.get("reason") != "DUPLICATE_RESULT":
                check(f"recordResults of {result['itemId']}", told)


def deliver(connection: SyncClientSession, document: str, fields: dict[str, object]) -> dict[str, Any]:
    """Execute a mutation, again if no answer came, and return its outcome."""
    request = GraphQLRequest(document, variable_values={"input": fields})
    for pause in PAUSES:
        # Whether it was executed is not known then, and need not be.
        with suppress(TransportError):
            return dict(connection.execute(request)["outcome"])
        time.sleep(pause)
    return dict(connection.execute(request)["outcome"])


def check(what: str, outcome: dict[str, Any]) -> None:
    """Raise the problem that was answered, if one was."""
    if "message" in outcome:
        raise RuntimeError(f"{what}: {outcome['message']}")
