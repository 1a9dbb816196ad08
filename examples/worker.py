"""Execute the jobs of a RunIndex queue: the worker executes, the index only records.

    pip install 'gql[httpx]'
    python worker.py --url http://127.0.0.1:8000/graphql --queue default

A job is for a run and its data `{"command": ["make", "test"]}`, as given to `startPlan`. The worker claims a job under
a lease, starts its run, appends what the command prints as events, records the outcome as a result, closes the run and
acknowledges the job; when the last attempt fails, so does the run. A killed worker leaves a lease that expires:
then another one claims the job, as its next attempt. If no attempts are left, the job fails and its run stays open.

Every mutation has a key made of job, attempt and step, so that sending it again executes it once. Only a claim has
none: if its response is lost, another worker may have the jobs by then, so they are left until the lease expires.
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

LEASE_SECONDS: Final = 300  # longer than any command takes: after that another worker may claim the job
IDLE_SECONDS: Final = 0.5
EVENTS_A_CALL: Final = 100
READ_BYTES: Final = 16_384
LONG_LINE: Final = 16_384  # characters
PAUSES: Final = (0.1, 0.4, 1.0)  # seconds between the attempts to send one mutation
INTERRUPTED: Final = 130  # the exit code after Ctrl-C
TAIL: Final = 2000  # characters of the output that an error quotes

INPUTS: Final = {
    "claimJobs": ("ClaimJobsInput", "ClaimPayload { jobs { id attempts maxAttempts data run { id status } } }"),
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
    """The mutations of a worker; one whose response was lost is sent again."""

    def __init__(self, url: str) -> None:
        self._client = Client(transport=HTTPXTransport(url=url, timeout=15))
        self._connection = self._client.connect_sync()  # type: ignore[no-untyped-call]  # gql has no types here

    def close(self) -> None:
        """Close the connection."""
        self._client.close_sync()  # type: ignore[no-untyped-call]  # as above

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
            # It may have been executed; with its key it is safe to send it again.
            with suppress(TransportError):
                return dict(self._connection.execute(request)["outcome"])
            time.sleep(pause)
        return dict(self._connection.execute(request)["outcome"])


@dataclass(frozen=True, slots=True)
class Attempt:
    """One claim of one job."""

    job_id: str
    number: int
    most: int
    run_id: str | None

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
        """Finish the current job and claim no more."""
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
        attempt = Attempt(job["id"], job["attempts"], job["maxAttempts"], (job["run"] or {}).get("id"))
        try:
            match job:
                case {"run": {"status": "ACTIVE"}, "data": {"command": [_, *_] as command}}:
                    self._report(attempt, [str(word) for word in command])
                case {"run": {"status": "ACTIVE"}}:
                    self._fail(attempt, "no command", retry=False)
                case {"run": {"status": "COMPLETED"}}:
                    # An earlier attempt closed it, and was killed before it could acknowledge the job.
                    self._speak("acknowledgeJob", attempt)
                case {"run": {"status": status}}:
                    self._speak("failJob", attempt, error=f"the run is {status}", retry=status == "PAUSED")
                case _:
                    self._speak("failJob", attempt, error="no run", retry=False)
        except RefusedError as refusal:
            # Another client closed the run or claimed the job: this attempt is over.
            print(f"{attempt.job_id}: given up: {refusal}", file=sys.stderr)

    def _report(self, attempt: Attempt, command: Sequence[str]) -> None:
        self._move("startRun", attempt)
        started, clock = datetime.now(UTC), time.monotonic()
        output, code = self._run_command(attempt, command)
        error = None if code == 0 else f"exit code {code}\n{output}"
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
            idempotencyKey=attempt.key("recordResult"),
        )
        if error is not None:
            self._fail(attempt, error)
        else:
            self._move("closeRun", attempt)
            self._speak("acknowledgeJob", attempt)

    def _fail(self, attempt: Attempt, error: str, *, retry: bool = True) -> None:
        if attempt.number == attempt.most or not retry:
            # Before the job: if this worker is killed in between, another one ends the job, and no run stays open.
            self._move("failRun", attempt, error=error)
        self._speak("failJob", attempt, error=error, retry=retry)

    def _move(self, mutation: str, attempt: Attempt, **fields: object) -> None:
        self._index.send(mutation, id=attempt.run_id, idempotencyKey=attempt.key(mutation), **fields)

    def _speak(self, mutation: str, attempt: Attempt, **fields: object) -> None:
        key = attempt.key(mutation)
        self._index.send(mutation, id=attempt.job_id, attempt=attempt.number, idempotencyKey=key, **fields)

    def _run_command(self, attempt: Attempt, command: Sequence[str]) -> tuple[str, int]:
        """Run the command, sending its lines as events; return the end of its output, and its exit code."""
        try:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        except OSError as error:
            return str(error), 127
        tail = ""
        with process:
            try:
                for place, lines in enumerate(_lines(process.stdout) if process.stdout else ()):
                    self._append(attempt, lines, place)
                    tail = "\n".join((tail, *lines))[-TAIL:]
            except BaseException:
                # Its output is not read any more.
                process.kill()
                raise
        return tail.strip(), process.returncode

    def _append(self, attempt: Attempt, lines: Sequence[str], place: int) -> None:
        events = [{"stream": "output", "payload": {"line": line}} for line in lines]
        key = attempt.key(f"output {place}")
        self._index.send("appendRunEvents", runId=attempt.run_id, events=events, idempotencyKey=key)


def _lines(stream: IO[bytes]) -> Iterator[list[str]]:
    """Yield output as it arrives: all complete lines at hand, or the next one; a long line in pieces."""
    decoder, rest = getincrementaldecoder("utf-8")("replace"), ""
    while data := os.read(stream.fileno(), READ_BYTES):
        *lines, rest = (rest + decoder.decode(data).replace("\0", "")).split("\n")
        if len(rest) > LONG_LINE:
            lines, rest = [*lines, rest], ""
        for start in range(0, len(lines), EVENTS_A_CALL):
            yield lines[start : start + EVENTS_A_CALL]
    rest += decoder.decode(b"", final=True)
    if rest:
        yield [rest]


def main() -> None:
    """Execute jobs until stopped."""
    parser = argparse.ArgumentParser(description="Execute jobs of a RunIndex queue.")
    parser.add_argument("--url", default="http://127.0.0.1:8000/graphql")
    parser.add_argument("--queue", default="default")
    parser.add_argument("--lease", type=int, default=LEASE_SECONDS, help="seconds for which a job is claimed")
    parser.add_argument("--until-idle", action="store_true", help="stop when no job is due")
    options = parser.parse_args()
    index = Index(options.url)
    worker = Worker(index, options.queue, options.lease)
    signal.signal(signal.SIGTERM, worker.stop)
    try:
        print(f"{worker.run(until_idle=options.until_idle)} jobs executed")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except (TransportError, OSError) as error:
        sys.exit(f"worker: {str(error) or type(error).__name__}")
    finally:
        index.close()


if __name__ == "__main__":
    main()
