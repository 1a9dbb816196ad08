"""Report runs and results to RunIndex in the background, in order; send again when a response was lost.

It needs nothing but Python's standard library, and is made to be copied.

Every mutation can be sent twice: that of a run has an idempotency key made of the session's id, its subject and its
name, and an attempt at an item is recorded once. The first failure ends the reporting, and is kept for the caller.
"""

import json
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http.client import HTTPException
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import UUID, uuid5

TIMEOUT_SECONDS: Final = 5
PAUSES: Final = (0.1, 0.4, 1.0)  # seconds between the attempts to send one mutation
GATHER_SECONDS: Final = 0.2  # to collect more results before some are sent
BATCH: Final = 50  # results in one mutation, well below the limit of a request
LOST: Final = (OSError, HTTPException, ValueError)  # no response, or none that can be read

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
        self._steps: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
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
            while step := self._steps.get():
                step()
        except Exception as error:  # noqa: BLE001 - a failure to report must not end the program
            self.trouble = error

    def _send(self, mutation: str, about: str, fields: dict[str, object]) -> None:
        outcome = deliver(self._url, MUTATION % (INPUTS[mutation], mutation), fields)
        check(f"{mutation} of {about}", outcome)

    def _send_results(self) -> None:
        """Send queued results, as many as one mutation takes; an earlier step may have left none."""
        if not self._results:
            return
        self._ending.wait(GATHER_SECONDS)
        batch = [self._results.popleft() for _ in range(min(len(self._results), BATCH))]
        outcome = deliver(self._url, RECORD_RESULTS, {"results": batch})
        check("recordResults", outcome)
        for result, told in zip(batch, outcome["outcomes"], strict=True):
            # The attempt was recorded before with other times: the session is recorded again.
            if told.get("reason") != "DUPLICATE_RESULT":
                check(f"recordResults of {result['itemId']}", told)


def deliver(url: str, document: str, fields: dict[str, object]) -> dict[str, Any]:
    """Execute a mutation, again if its response was lost, and return its outcome."""
    for pause in PAUSES:
        # It may have been executed; sending it again is safe.
        with suppress(*LOST):
            return execute(url, document, fields)
        time.sleep(pause)
    return execute(url, document, fields)


def execute(url: str, document: str, fields: dict[str, object]) -> dict[str, Any]:
    """Execute a mutation once and return its outcome; raise one of LOST when there is none, with the server's words."""
    body = json.dumps({"query": document, "variables": {"input": fields}}).encode()
    request = Request(url, body, {"content-type": "application/json", "accept": "application/json"})  # noqa: S310 - the user's own address
    try:
        with urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 - as above
            answer = json.load(response)
    except HTTPError as error:
        with error:
            answer = json.loads(error.read() or b"{}") if "json" in error.headers.get_content_type() else {}
        if not answer.get("errors"):
            raise OSError(f"{url} answers {error.code} {error.reason}") from None
    if answer.get("errors"):
        raise ValueError(answer["errors"][0]["message"])
    return dict(answer["data"]["outcome"])


def check(what: str, outcome: dict[str, Any]) -> None:
    """Raise the outcome if it is a problem."""
    if "message" in outcome:
        raise RuntimeError(f"{what}: {outcome['message']}")
