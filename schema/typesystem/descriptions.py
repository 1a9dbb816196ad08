"""Descriptions that several types share."""

from typing import Final

IDEMPOTENCY_KEY: Final = "The same key with the same input executes once; 1 to 255 characters."
REPLAYED: Final = "True when the mutation was executed before, not now."
OUTCOME_OF_EACH: Final = "What became of each."

RUN: Final = "The run."
OPEN_RUN: Final = "The run, which must be open."
PARENT: Final = "A run that exists, in any state."
NAME: Final = "1 to 256 characters, not all blank."
RESULT: Final = "The result."
LATE: Final = (
    "Accept it also when the run is COMPLETED, FAILED or CANCELLED; it is then marked as late. Never when the run is "
    "ARCHIVED. An open run takes it like any other."
)
TRACE_ID: Final = "The id under which a tracing system knows it: 1 to 256 characters, kept as sent."
PLAN: Final = "The plan."

QUEUE: Final = "The queue: 1 to 256 characters."
DUE: Final = "When it is due; at once if not given."
PRIORITY: Final = "Larger ones are handed out first."
MAX_ATTEMPTS: Final = "After so many attempts a failure is for good, 1 to 100."
