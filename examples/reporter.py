"""Report runs and results to RunIndex in the background, in order; send again when a response was lost.

Every mutation can be sent twice: that of a run has an idempotency key made of the session's id, its subject and its
name, and an attempt at an item is recorded once. The first failure ends the reporting, and is kept for the caller.
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
GATHER_SECONDS: Final = 0.2  # to collect more results before some are sent
BATCH: Final = 50  # results in one mutation, well below the limit of a request

INPUTS: Final = {
    "createRun": "CreateRunInput",
    "startRun": "RunInput",
    "addRunTags": "RunTagsInput",
    "updateRunMetadata": "UpdateRunMetadataInput",
    "closeRun": "RunInput",
    "failRun": "FailRunInput",
    "cancelRun": "RunInput",
}
# Every expected failure is a Problem, so one document serves all mutations of runs.
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
    """Sends mutations and results in a thread of its own."""

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
        """Queue a mutation of the session's run or of a child."""
        fields["idempotencyKey"] = str(uuid5(self.session, f"{mutation} {about}"))
        self._steps.put(partial(self._send, mutation, about, fields))

    def record(self, result: dict[str, object]) -> None:
        """Queue a result; it is sent together with other queued results, before mutations queued between them."""
        self._results.append(result)
        self._steps.put(self._send_results)

    def finish(self) -> None:
        """Return when everything is sent or given up."""
        self._ending.set()
        self._steps.put(None)
        self._thread.join()

    def _work(self) -> None:
        try:
            with Client(transport=HTTPXTransport(url=self._url, timeout=TIMEOUT_SECONDS)) as connection:
                while step := self._steps.get():
                    step(connection)
        except Exception as error:  # noqa: BLE001 - a failure to report must not end the program
            self.trouble = error

    def _send(self, mutation: str, about: str, fields: dict[str, object], connection: SyncClientSession) -> None:
        outcome = deliver(connection, MUTATION % (INPUTS[mutation], mutation), fields)
        check(f"{mutation} of {about}", outcome)

    def _send_results(self, connection: SyncClientSession) -> None:
        """Send queued results, as many as one mutation takes; an earlier step may have left none."""
        if not self._results:
            return
        self._ending.wait(GATHER_SECONDS)
        batch = [self._results.popleft() for _ in range(min(len(self._results), BATCH))]
        outcome = deliver(connection, RECORD_RESULTS, {"results": batch})
        check("recordResults", outcome)
        for result, told in zip(batch, outcome["outcomes"], strict=True):
            # The attempt was recorded before with other times: the session is recorded again.
            if told.get("reason") != "DUPLICATE_RESULT":
                check(f"recordResults of {result['itemId']}", told)


def deliver(connection: SyncClientSession, document: str, fields: dict[str, object]) -> dict[str, Any]:
    """Execute a mutation, again if its response was lost, and return its outcome."""
    request = GraphQLRequest(document, variable_values={"input": fields})
    for pause in PAUSES:
        # It may have been executed; sending it again is safe.
        with suppress(TransportError):
            return dict(connection.execute(request)["outcome"])
        time.sleep(pause)
    return dict(connection.execute(request)["outcome"])


def check(what: str, outcome: dict[str, Any]) -> None:
    """Raise the outcome if it is a problem."""
    if "message" in outcome:
        raise RuntimeError(f"{what}: {outcome['message']}")
