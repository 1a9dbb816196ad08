"""Execute the jobs that RunIndex hands out: a worker is an executor outside, the index only records.

    python -m examples.worker --url http://127.0.0.1:8000/graphql --queue default

A job's data is `{"command": ["make", "test"], "runId": …}`, as `startPlan` makes it. The worker claims a job under a
lease, starts its run, appends what the command prints as events, records the outcome as a result, closes or fails the
run and acknowledges the job. A worker that is killed leaves a lease that lapses: another one claims the job then, as
its next attempt. Every mutation carries a key made of job, attempt and step, so that sending it again never doubles.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from codecs import getincrementaldecoder
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import FrameType
from typing import IO, Any, Final

from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportError
from gql.transport.httpx import HTTPXTransport

LEASE_SECONDS: Final = 300  # longer than any command takes: a lapsed lease is another worker's
IDLE_SECONDS: Final = 0.5
EVENTS_A_CALL: Final = 100
READ_BYTES: Final = 65_536
PAUSES: Final = (0.1, 0.4, 1.0)  # seconds between the attempts to send one mutation
TAIL: Final = 2000  # characters of the output that an error tells

INPUTS: Final = {
    "claimJobs": ("ClaimJobsInput", "ClaimPayload { jobs { id attempts data } }"),
    "acknowledgeJob": ("AcknowledgeJobInput", "JobPayload { job { status } }"),
    "failJob": ("FailJobInput", "JobPayload { job { status } }"),
    "startRun": ("RunInput", "RunPayload { version }"),
    "closeRun": ("RunInput", "RunPayload { version }"),
    "failRun": ("FailRunInput", "RunPayload { version }"),
    "appendRunEvents": ("AppendRunEventsInput", "RunEventsPayload { lastSequence }"),
    "recordResult": ("RecordResultInput", "RunResultPayload { replayed }"),
}
MUTATION: Final = """
mutation ($input: %s!) {
  outcome: %s(input: $input) { __typename ... on %s ... on Problem { message } }
}
"""


class RefusedError(Exception):
    """A mutation was answered with a problem."""


class Index:
    """The few mutations that a worker needs; one that got no answer is sent again under the same key."""

    def __init__(self, url: str) -> None:
        self._client = Client(transport=HTTPXTransport(url=url, timeout=15))
        self._connection = self._client.connect_sync()  # type: ignore[no-untyped-call]  # gql has no types here

    def send(self, mutation: str, **fields: object) -> dict[str, Any]:
        """Send a mutation and return its payload; raise RefusedError for a problem."""
        kind, payload = INPUTS[mutation]
        request = GraphQLRequest(MUTATION % (kind, mutation, payload), variable_values={"input": fields})
        outcome = self._deliver(request)
        if not outcome["__typename"].endswith("Payload"):
            raise RefusedError(f"{mutation}: {outcome['message']}")
        return outcome

    def _deliver(self, request: GraphQLRequest) -> dict[str, Any]:
        for pause in PAUSES:
            # Whether it was executed is not known then, and thanks to the key need not be.
            with suppress(TransportError):
                return dict(self._connection.execute(request)["outcome"])
            time.sleep(pause)
        return dict(self._connection.execute(request)["outcome"])


@dataclass(frozen=True, slots=True)
class Attempt:
    """One claim of one job."""

    job_id: str
    number: int
    run_id: str
    command: Sequence[str]

    def key(self, step: str) -> str:
        """Return the idempotency key of one of its mutations."""
        return f"{self.job_id} {self.number} {step}"


class Worker:
    """Claims jobs of one queue and executes them one after the other."""

    def __init__(self, index: Index, queue: str, lease_seconds: int) -> None:
        self._index = index
        self._queue = queue
        self._lease = lease_seconds
        self._stopping = False

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """Finish the job at hand and claim no more."""
        del signum, frame
        self._stopping = True

    def run(self, *, until_idle: bool) -> int:
        """Execute jobs until stopped, or until none is due; return how many were executed."""
        executed = 0
        while not self._stopping:
            jobs = self._index.send("claimJobs", queue=self._queue, leaseSeconds=self._lease)["jobs"]
            for job in jobs:
                self._execute(job)
                executed += 1
            if not jobs:
                if until_idle:
                    break
                time.sleep(IDLE_SECONDS)
        return executed

    def _execute(self, job: dict[str, Any]) -> None:
        data = job["data"] if isinstance(job["data"], dict) else {}
        if not isinstance(data.get("command"), list) or "runId" not in data:
            self._index.send("failJob", id=job["id"], attempt=job["attempts"], error="no command", retry=False)
            return
        attempt = Attempt(job["id"], job["attempts"], data["runId"], [str(word) for word in data["command"]])
        try:
            self._report(attempt)
        except RefusedError as refusal:
            # The run was closed, or the job claimed again, by somebody else: it is theirs now.
            print(f"{attempt.job_id}: given up: {refusal}", file=sys.stderr)

    def _report(self, attempt: Attempt) -> None:
        run = {"id": attempt.run_id}
        self._index.send("startRun", **run, idempotencyKey=attempt.key("start"))
        started, clock = datetime.now(UTC), time.monotonic()
        output, code = self._run_command(attempt)
        error = None if code == 0 else f"exit code {code}\n{output[-TAIL:]}"
        self._index.send(
            "recordResult",
            runId=attempt.run_id,
            itemId="command",
            retryCount=attempt.number - 1,
            output={"exitCode": code},
            error=error,
            latency=(time.monotonic() - clock) * 1000,
            startedAt=started.isoformat(),
            completedAt=datetime.now(UTC).isoformat(),
            idempotencyKey=attempt.key("result"),
        )
        if error is None:
            self._index.send("closeRun", **run, idempotencyKey=attempt.key("close"))
            self._speak("acknowledgeJob", attempt)
        elif self._speak("failJob", attempt, error=error)["job"]["status"] == "FAILED":
            self._index.send("failRun", **run, error=error, idempotencyKey=attempt.key("fail"))

    def _speak(self, mutation: str, attempt: Attempt, **fields: object) -> dict[str, Any]:
        return self._index.send(mutation, id=attempt.job_id, attempt=attempt.number, **fields)

    def _run_command(self, attempt: Attempt) -> tuple[str, int]:
        """Run the command, its lines going out as events while it runs; return all it printed, and its exit code."""
        printed: list[str] = []
        try:
            process = subprocess.Popen(attempt.command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        except OSError as error:
            return str(error), 127
        with process:
            for place, lines in enumerate(_lines(process.stdout) if process.stdout else ()):
                printed += lines
                payloads = [{"stream": "output", "payload": {"line": line}} for line in lines]
                self._index.send(
                    "appendRunEvents",
                    runId=attempt.run_id,
                    events=payloads,
                    idempotencyKey=attempt.key(f"output {place}"),
                )
        return "\n".join(printed), process.returncode


def _lines(stream: IO[bytes]) -> Iterator[list[str]]:
    """Yield what is printed as it comes: each time the lines that are there, or the next one."""
    decoder, rest = getincrementaldecoder("utf-8")("replace"), ""
    while data := os.read(stream.fileno(), READ_BYTES):
        *lines, rest = (rest + decoder.decode(data).replace("\0", "")).split("\n")
        for start in range(0, len(lines), EVENTS_A_CALL):
            yield lines[start : start + EVENTS_A_CALL]
    if rest:
        yield [rest]


def main() -> None:
    """Work until stopped."""
    parser = argparse.ArgumentParser(description="Execute jobs of a RunIndex queue.")
    parser.add_argument("--url", default="http://127.0.0.1:8000/graphql")
    parser.add_argument("--queue", default="default")
    parser.add_argument("--lease", type=int, default=LEASE_SECONDS, help="seconds for which a job is claimed")
    parser.add_argument("--until-idle", action="store_true", help="stop when no job is due")
    options = parser.parse_args()
    worker = Worker(Index(options.url), options.queue, options.lease)
    signal.signal(signal.SIGTERM, worker.stop)
    print(f"{worker.run(until_idle=options.until_idle)} jobs executed")


if __name__ == "__main__":
    main()
