"""Mutations made of the spool's entries: many results or events in one, several mutations in one document."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from runindex_client.spool.entry import Entry

MOST_OPERATIONS: Final = 15  # of the 20 fields that a document may have at its root
MOST_ENTRIES: Final = 500
MOST_OBJECTS: Final = 1500  # of the 2,000 inputs that a list of variables may have
RESULTS: Final = "recordResults"
EVENTS: Final = "appendRunEvents"
INPUTS: Final = {
    "createRun": "CreateRunInput",
    "startRun": "RunInput",
    "touchRun": "TouchRunInput",
    "addRunTags": "RunTagsInput",
    "updateRunMetadata": "UpdateRunMetadataInput",
    "closeRun": "RunInput",
    "failRun": "FailRunInput",
    "cancelRun": "RunInput",
    RESULTS: "RecordResultsInput",
    EVENTS: "AppendRunEventsInput",
}
_PROBLEM: Final = "__typename ...P"
_FRAGMENT: Final = (
    "fragment P on Problem{code message ...on ConstraintViolation{reason}"
    "...on InvalidInput{field}...on InvalidTransition{from to}}"
)


@dataclass(slots=True)
class Operation:
    """One mutation, and the entries that it is made of."""

    mutation: str
    entries: list[Entry] = field(default_factory=list)
    objects: int = 0

    @property
    def input(self) -> dict[str, Any]:
        """Return the mutation's input. The same entries make the same input, with the same key."""
        first = self.entries[0]
        if self.mutation == RESULTS:
            # Each result has an id of its own, under which it is recorded once.
            return {"results": [entry.input for entry in self.entries], "late": True}
        if self.mutation == EVENTS:
            key = f"{first.key}.{len(self.entries)}"
            events = [entry.input for entry in self.entries]
            return {"runId": first.run_id, "events": events, "late": True, "idempotencyKey": key}
        return first.input | {"idempotencyKey": first.key}

    def takes(self, entry: Entry) -> bool:
        """Tell whether an entry may join."""
        return len(self.entries) < MOST_ENTRIES and self.objects + entry.objects <= MOST_OBJECTS

    def add(self, entry: Entry) -> None:
        """Let an entry join."""
        self.entries.append(entry)
        self.objects += entry.objects

    def split(self) -> "list[Operation]":
        """Return an operation for each entry."""
        return [Operation(self.mutation, [entry], entry.objects) for entry in self.entries]


def operations_of(entries: Sequence[Entry | None]) -> tuple[list[Operation], int]:
    """Group entries as long as a document takes them; return the operations, and how many of the entries are in them.

    Results join the last operation of results, events that of events of their run, unless another mutation of a run is
    between: so each run is told everything in the order in which it happened, but for results among events.
    """
    operations: list[Operation] = []
    joinable: dict[str, Operation] = {}
    for index, entry in enumerate(entries):
        if entry is None or entry.mutation not in INPUTS:
            continue
        is_many = entry.mutation in {RESULTS, EVENTS}
        group = RESULTS if entry.mutation == RESULTS else entry.run_id
        operation = joinable.get(group) if is_many else None
        if operation is None or not operation.takes(entry):
            if len(operations) == MOST_OPERATIONS:
                return operations, index
            operation = Operation(entry.mutation)
            operations.append(operation)
            if is_many:
                joinable[group] = operation
            else:
                joinable.clear()
        operation.add(entry)
    return operations, len(entries)


def document_of(operations: Sequence[Operation]) -> tuple[str, dict[str, object]]:
    """Return the document that executes operations in their order, and its variables."""
    declared = ",".join(f"$i{number}:{INPUTS[operation.mutation]}!" for number, operation in enumerate(operations))
    fields = " ".join(
        f"o{number}:{operation.mutation}(input:$i{number}){{{_selection(operation)}}}"
        for number, operation in enumerate(operations)
    )
    variables: dict[str, object] = {f"i{number}": operation.input for number, operation in enumerate(operations)}
    return f"mutation({declared}){{{fields}}}{_FRAGMENT}", variables


def _selection(operation: Operation) -> str:
    if operation.mutation == RESULTS:
        return f"...on RunResultsPayload{{outcomes{{{_PROBLEM}}}}}{_PROBLEM}"
    return _PROBLEM
