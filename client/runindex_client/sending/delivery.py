"""Delivery of one spool file: request after request, each settled before the next is begun."""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from runindex_client.problems import Away, Problem, Refused
from runindex_client.sending.operation import RESULTS, Operation, document_of, operations_of
from runindex_client.sending.transport import Transport
from runindex_client.spool.entry import Entry, decode
from runindex_client.spool.file import SpoolFile

REQUEST_BYTES: Final = 768 << 10  # of the 2 MiB that a body may have
MOST_LINES: Final = 1000
MOST_FAULTS: Final = 5
# Another process may have yet to send the run: so old must an entry be, and so long must it have been tried.
MISSING_AGE_SECONDS: Final = 60.0
MISSING_TRIED_SECONDS: Final = 10.0
log: Final = logging.getLogger("runindex_client")


class Waiting(Away):
    """A run is not there yet: the process that creates it has yet to send it."""


class Patience(NamedTuple):
    """Since when a file waits for a run, in seconds of the monotonic clock, and how often the server failed on it."""

    waits_since: float | None = None
    faults: int = 0


NONE: Final = Patience()


@dataclass(slots=True)
class Tally:
    """How many entries the server has, how many it refused for good, and why it refused the last of them."""

    sent: int = 0
    refused: int = 0
    problem: Problem | None = None


class Delivery:
    """Sends the lines of a file in their order."""

    def __init__(self, file: SpoolFile, transport: Transport, tally: Tally, patience: Patience = NONE) -> None:
        self.file = file
        self._transport = transport
        self._tally = tally
        self._waits_since, self._faults = patience
        self._missing: set[str] = set()

    @property
    def patience(self) -> Patience:
        """Return what another delivery of the same file has to know."""
        return Patience(self._waits_since, self._faults)

    def step_or_leave(self) -> bool:
        """Send the next request as `step` does; False as well if others wait in vain for what this file waits for."""
        try:
            return self.step()
        except Away as away:
            if isinstance(away, Waiting) or away.is_fault:
                return False
            raise

    def step(self) -> bool:
        """Send the next request and mark it as sent; False if nothing is left. Raise Away if it is to be repeated."""
        operations = self._next()
        if operations is None:
            return False
        sent, refused = self._tally.sent, self._tally.refused
        try:
            self._deliver(operations)
        except Away as away:
            # What was settled before it is told again, and then counted.
            self._tally.sent, self._tally.refused = sent, refused
            if not isinstance(away, Waiting):
                self._waits_since = None
            raise
        self._faults = 0
        self._waits_since = None
        self.file.mark(self.file.trying, self.file.trying)
        return True

    def _next(self) -> list[Operation] | None:
        """Return the operations of the request that was begun, else of the next, whose end is then marked."""
        begun = self.file.trying - self.file.sent
        chunk = self.file.read(begun or REQUEST_BYTES)
        if not chunk:
            return None
        lines = (chunk[:begun] if begun else chunk).splitlines(keepends=True)[: None if begun else MOST_LINES]
        operations, count = operations_of([decode(line) for line in lines])
        if not begun:
            self.file.mark(self.file.sent, self.file.sent + sum(map(len, lines[:count])))
        return operations

    def _deliver(self, operations: Sequence[Operation]) -> None:
        """Have operations executed; those refused as a whole are tried one by one, then entry by entry."""
        if not operations:
            return
        try:
            data = self._transport.execute(*document_of(operations))
        except Refused as refused:
            self._divide(operations, Problem(refused.code, str(refused)))
        except Away as away:
            self._faults += away.is_fault
            if not away.is_fault or self._faults < MOST_FAULTS:
                raise
            self._divide(operations, Problem("INTERNAL", str(away)))
        else:
            for number, operation in enumerate(operations):
                if self._settle(operation, data[f"o{number}"]):
                    self._deliver(operations[number + 1 :])
                    return

    def _divide(self, operations: Sequence[Operation], problem: Problem) -> None:
        parts = list(operations) if len(operations) > 1 else operations[0].split()
        if len(parts) == 1:
            self._refuse(parts[0].entries[0], problem)
            return
        for part in parts:
            self._deliver([part])

    def _settle(self, operation: Operation, outcome: dict[str, Any]) -> bool:
        """Count what was done and what was refused; raise Waiting for a run that is not there yet.

        Tell whether a run was created otherwise, of which the operations behind had not heard.
        """
        for entries, problem in _problems(operation, outcome):
            if problem is None or _is_done(entries[0], problem):
                self._tally.sent += len(entries)
                continue
            if problem.code == "NOT_FOUND" and self._may_appear(entries[0]):
                raise Waiting(f"there is no run {entries[0].run_id} yet")
            if operation.mutation == "createRun":
                if self._create_otherwise(entries[0], problem):
                    return True
                self._missing.add(entries[0].run_id)
            if len(entries) > 1:
                # All or none, because of one of them perhaps.
                for part in operation.split():
                    self._deliver([part])
                continue
            for entry in entries:
                self._refuse(entry, problem)
        return False

    def _may_appear(self, entry: Entry) -> bool:
        """Tell whether a missing run may still be created by another process."""
        named = str(entry.input.get("parentId") or entry.run_id)
        if named in self._missing:
            return False
        now = time.monotonic()
        self._waits_since = self._waits_since or now
        is_over = now - self._waits_since > MISSING_TRIED_SECONDS and time.time() - entry.at > MISSING_AGE_SECONDS
        if is_over:
            self._missing.add(named)
        return not is_over

    def _create_otherwise(self, entry: Entry, problem: Problem) -> bool:
        """Create a refused run without its parent, if there is none, or with no more than its name; better than not."""
        kept = {"id", "name"} if problem.code != "NOT_FOUND" else entry.input.keys() - {"parentId"}
        if kept >= entry.input.keys():
            return False
        log.warning("run %s is created without %s: %s", entry.run_id, entry.input.keys() - kept, problem.message)
        fields = {name: value for name, value in entry.input.items() if name in kept}
        otherwise = entry._replace(input=fields, key=f"{entry.key}.{len(fields)}")
        self._deliver([Operation(entry.mutation, [otherwise], 1)])
        return True

    def _refuse(self, entry: Entry, problem: Problem) -> None:
        self._tally.refused += 1
        self._tally.problem = problem
        log.warning("%s of run %s is refused: %s %s", entry.mutation, entry.run_id, problem.code, problem.message)


def _problems(operation: Operation, outcome: dict[str, Any]) -> Iterator[tuple[list[Entry], Problem | None]]:
    """Yield the entries of an operation with what became of them."""
    if operation.mutation == RESULTS and "outcomes" in outcome:
        for entry, told in zip(operation.entries, outcome["outcomes"], strict=True):
            yield [entry], Problem.of(told)
    else:
        yield operation.entries, Problem.of(outcome)


def _is_done(entry: Entry, problem: Problem) -> bool:
    """Tell whether a problem says that it was done before, when the server no longer knows the key."""
    if entry.mutation == RESULTS:
        return entry.if_new and problem.reason == "DUPLICATE_RESULT"
    if entry.mutation == "createRun":
        return problem.reason == "ALREADY_EXISTS"
    return problem.code == "INVALID_TRANSITION" and problem.moved_from == problem.moved_to
