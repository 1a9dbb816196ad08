"""Agent runtimes: state from which a logical runtime can be resumed, keyed by a name that outlives its processes.

The index records the states that the driver reports; it checks no transitions between them.
"""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from runindex.domain import json_text
from runindex.domain.instants import Micros
from runindex.domain.json_text import JsonText
from runindex.domain.problems import ConstraintReason, violation
from runindex.domain.records.record import Record
from runindex.domain.texts import check_text

MAX_SNAPSHOT: Final = 16 * 1024 * 1024
MAX_NAME: Final = 512


class RuntimeState(StrEnum):
    """The state of a runtime, as reported by its driver."""

    INITIALIZING = "INITIALIZING"
    IDLE = "IDLE"
    RUNNING = "RUNNING"
    RECOVERING = "RECOVERING"
    RETIRED = "RETIRED"
    STOPPED = "STOPPED"
    DESTROYED = "DESTROYED"


class RunBoundary(StrEnum):
    """At which boundary of a run a commit was made."""

    IMMEDIATE = "IMMEDIATE"
    RUN_START = "RUN_START"
    RUN_CHECKPOINT = "RUN_CHECKPOINT"


class InputState(StrEnum):
    """The state of an input, as reported by the driver."""

    ACCEPTED = "ACCEPTED"
    QUEUED = "QUEUED"
    STAGED = "STAGED"
    APPLIED = "APPLIED"
    APPLIED_PENDING_CONSUMPTION = "APPLIED_PENDING_CONSUMPTION"
    CONSUMED = "CONSUMED"
    SUPERSEDED = "SUPERSEDED"
    COALESCED = "COALESCED"
    ABANDONED = "ABANDONED"


class InputDurability(StrEnum):
    """Whether an input outlives the process that accepted it."""

    DURABLE = "DURABLE"
    EPHEMERAL = "EPHEMERAL"
    DERIVED = "DERIVED"


@dataclass(frozen=True, slots=True)
class Runtime(Record):
    """A runtime; `inputs` counts the inputs ever persisted, and is the next one's position."""

    KEY: ClassVar = ("runtime_id",)

    runtime_id: str
    state: RuntimeState | None = None
    snapshot: bytes | None = None
    inputs: int = 0


@dataclass(frozen=True, slots=True)
class RuntimeInput(Record):
    """An input of a runtime; `position` is its rank in the order of first persistence."""

    KEY: ClassVar = ("runtime_id", "input_id")

    runtime_id: str
    input_id: str
    position: int
    state: InputState
    durability: InputDurability | None
    idempotency_key: str | None
    attempt_count: int
    recovery_count: int
    detail: JsonText | None
    last_run_id: str | None
    last_boundary_sequence: int | None
    created_at: Micros
    updated_at: Micros


@dataclass(frozen=True, slots=True)
class Receipt(Record):
    """Proof that a boundary of a run was applied; `owner` is the run's incarnation."""

    KEY: ClassVar = ("runtime_id", "owner", "sequence")

    runtime_id: str
    owner: int
    sequence: int
    run_id: str
    boundary: RunBoundary
    contributing_input_ids: JsonText
    conversation_digest: str | None
    message_count: int
    created_at: Micros


@dataclass(frozen=True, slots=True)
class ReceiptHead(Record):
    """The next sequence number of receipts of one runtime in one run."""

    KEY: ClassVar = ("runtime_id", "owner")

    runtime_id: str
    owner: int
    sequence: int = 0


def digest_of(snapshot: bytes) -> tuple[str, int]:
    """Return the digest of a session snapshot's messages and their number.

    The digest is the hex SHA-256 of the `messages` list as compact JSON, keys in the order and numbers with the digits
    received, UTF-8 unescaped. Refuse a snapshot that is not JSON with a list `messages`, and a number that no metadata
    could have.
    """
    try:
        # UTF-8, UTF-16 or UTF-32, as the driver has it.
        text = snapshot.decode(json.detect_encoding(snapshot), "surrogatepass")
        session = json_text.loads_in_range(text)
        messages = session["messages"] if isinstance(session, dict) else None
        compact = json_text.dumps(messages)
    except (ValueError, KeyError, RecursionError):
        messages, compact = None, ""
    if not isinstance(messages, list):
        raise violation(ConstraintReason.BAD_SNAPSHOT, "a snapshot is JSON with a list `messages`")
    return hashlib.sha256(compact.encode("utf-8", "surrogatepass")).hexdigest(), len(messages)


def check_reference(text: str, field: str) -> str:
    """Return a runtime's or an input's id; refuse one that does not fit."""
    return check_text(text, field, MAX_NAME)


@dataclass(frozen=True, slots=True)
class RuntimeFilter:
    """Conditions on runtimes that hold together; None is no condition."""

    state: tuple[RuntimeState, ...] | None = None
    prefix: str | None = None

    def matches(self, runtime: Runtime) -> bool:
        """Tell whether all conditions hold for a runtime."""
        return (self.state is None or runtime.state in self.state) and (
            self.prefix is None or runtime.runtime_id.startswith(self.prefix)
        )
