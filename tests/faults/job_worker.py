"""A worker in a process of its own: it claims jobs, reports their outcome and writes each step down, until killed.

    python tests/faults/job_worker.py PORT NAME

Standard output takes the steps, one line each: so short that a pipe which many workers share takes each line whole.
It imports little, because a test starts many of them, and ends by itself only when its standard input does.
"""

import http.client
import json
import random
import select
import sys
import time
from typing import Any, Final, NamedTuple

LEASE_SECONDS: Final = 1
MOST_JOBS: Final = 5
IDLE_SECONDS: Final = 0.2
RETRY_SECONDS: Final = 0.1
LINGER_SECONDS: Final = 1.3
# The error codes that leave open whether a mutation was written, as no answer does.
NO_ANSWER: Final = frozenset({"UNAVAILABLE", "TIMEOUT", "OUTCOME_UNKNOWN"})

CLAIM: Final = """
mutation ($input: ClaimJobsInput!) {
  claimJobs(input: $input) { ... on ClaimPayload { jobs { id attempts data } } ... on Problem { message } }
}
"""
SPEAK: Final = """
mutation ($input: %sJobInput!) {
  %sJob(input: $input) { ... on JobPayload { job { status } } ... on ConstraintViolation { reason } }
}
"""
ACKNOWLEDGE: Final = SPEAK % ("Acknowledge", "acknowledge")
FAIL: Final = SPEAK % ("Fail", "fail")


class Step(NamedTuple):
    """Something a worker did, begun and ended at these seconds of the machine's clock.

    `claimed` a job; `says` what became of it (`word` is the mutation); was `told` what that changed (`word` is the
    job's status or the reason of the refusal); `idles` because nothing was due.
    """

    name: str
    worker: str
    job: str
    attempt: int
    word: str
    begun: float
    ended: float


class Index:
    """A server's API over one connection, which is opened again when it breaks."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, document: str, **variables: object) -> Any | None:  # noqa: ANN401 - the value of any field
        """Execute an operation once and return its only field; None when no answer came."""
        body = json.dumps({"query": document, "variables": variables})
        try:
            self._connection.request("POST", "/graphql", body, {"Content-Type": "application/json"})
            answer = json.loads(self._connection.getresponse().read())
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return None
        codes = {error["extensions"]["code"] for error in answer.get("errors", ())}
        if codes - NO_ANSWER:
            raise RuntimeError(answer["errors"])
        return None if codes else next(iter(answer["data"].values()))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class Worker:
    """Does what the data of each job says: `fails` so many times, for good when `dies`, or `lingers` the first time."""

    def __init__(self, index: Index, name: str) -> None:
        self._index = index
        self._name = name

    def run(self) -> None:
        """Work until killed."""
        while True:
            begun = time.time()
            wanted = {"limit": random.randint(1, MOST_JOBS), "leaseSeconds": LEASE_SECONDS}
            # Without a key and never again: were its answer lost, the jobs would be another's after their lease.
            answer = self._index.ask(CLAIM, input=wanted) or {"jobs": []}
            for job in answer["jobs"]:
                self._write("claimed", job, "", begun)
            for job in answer["jobs"]:
                self._execute(job)
            if not answer["jobs"]:
                self._write("idles", {"id": "", "attempts": 0}, "", begun)
                pause(IDLE_SECONDS)

    def _execute(self, job: dict[str, Any]) -> None:
        data, first = job["data"], job["attempts"] == 1
        claim = {"id": job["id"], "attempt": job["attempts"]}
        if first and data.get("lingers"):
            pause(LINGER_SECONDS)
        if job["attempts"] <= data.get("fails", 0) or data.get("dies"):
            # A failure that is told twice would be refused; under a key it is the same failure.
            key = f"{job['id']} {job['attempts']}"
            failure = {"error": key, "retry": not data.get("dies"), "idempotencyKey": key}
            self._speak(job, "fail", FAIL, claim | failure)
        else:
            self._speak(job, "acknowledge", ACKNOWLEDGE, claim)

    def _speak(self, job: dict[str, Any], word: str, document: str, given: dict[str, Any]) -> None:
        begun = time.time()
        self._write("says", job, word, begun)
        while (outcome := self._index.ask(document, input=given)) is None:
            pause(RETRY_SECONDS)
        self._write("told", job, outcome["job"]["status"] if "job" in outcome else outcome["reason"], begun)

    def _write(self, name: str, job: dict[str, Any], word: str, begun: float) -> None:
        print(json.dumps(Step(name, self._name, job["id"], job["attempts"], word, begun, time.time())), flush=True)


def pause(seconds: float) -> None:
    """Return after so many seconds, but end the process once its standard input has ended."""
    if select.select([sys.stdin], [], [], seconds)[0]:
        sys.exit()


if __name__ == "__main__":
    Worker(Index(int(sys.argv[1])), sys.argv[2]).run()
