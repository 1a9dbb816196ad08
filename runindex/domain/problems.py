"""Expected failures as values, which mutations return and callers act on."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, TypeAlias

from runindex.domain.lifecycle import RunStatus, allowed_from


class ProblemCode(StrEnum):
    """What kind of problem it is."""

    NOT_FOUND = "NOT_FOUND"
    INVALID_TRANSITION = "INVALID_TRANSITION"
    CONSTRAINT_VIOLATION = "CONSTRAINT_VIOLATION"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    INVALID_INPUT = "INVALID_INPUT"


class ConstraintReason(StrEnum):
    """Which constraint does not hold."""

    ALREADY_EXISTS = "ALREADY_EXISTS"
    DEFAULT_RUN = "DEFAULT_RUN"
    RUN_CLOSED = "RUN_CLOSED"
    RESERVED_KEY = "RESERVED_KEY"
    METADATA_NOT_OBJECT = "METADATA_NOT_OBJECT"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    DUPLICATE_RECEIPT = "DUPLICATE_RECEIPT"
    DUPLICATE_RESULT = "DUPLICATE_RESULT"
    BAD_SNAPSHOT = "BAD_SNAPSHOT"
    LEASE_LOST = "LEASE_LOST"
    JOB_RUNNING = "JOB_RUNNING"


@dataclass(frozen=True, slots=True)
class NotFound:
    """No node of that kind has the id."""

    code: ClassVar = ProblemCode.NOT_FOUND
    kind: str
    id: str

    @property
    def message(self) -> str:
        """Return the problem in words."""
        return f"{self.kind} {self.id} does not exist"


@dataclass(frozen=True, slots=True)
class InvalidTransition:
    """The transition table has no such move."""

    code: ClassVar = ProblemCode.INVALID_TRANSITION
    source: RunStatus
    target: RunStatus

    @property
    def allowed(self) -> tuple[RunStatus, ...]:
        """Return the statuses that the run may move to instead."""
        return allowed_from(self.source)

    @property
    def message(self) -> str:
        """Return the problem in words."""
        return f"a run that is {self.source} cannot become {self.target}"


@dataclass(frozen=True, slots=True)
class ConstraintViolation:
    """A rule other than the transition table does not hold."""

    code: ClassVar = ProblemCode.CONSTRAINT_VIOLATION
    reason: ConstraintReason
    message: str


@dataclass(frozen=True, slots=True)
class VersionConflict:
    """The run or record has another version than the caller expected."""

    code: ClassVar = ProblemCode.VERSION_CONFLICT
    expected: int
    actual: int

    @property
    def message(self) -> str:
        """Return the problem in words."""
        return f"expected version {self.expected}, found {self.actual}"


@dataclass(frozen=True, slots=True)
class IdempotencyConflict:
    """The idempotency key was used before with another input."""

    code: ClassVar = ProblemCode.IDEMPOTENCY_CONFLICT
    idempotency_key: str

    @property
    def message(self) -> str:
        """Return the problem in words."""
        return "this idempotency key was used with another input"


@dataclass(frozen=True, slots=True)
class InvalidInput:
    """The input itself is wrong; `field` is the path of the offending field: names and positions, never content."""

    code: ClassVar = ProblemCode.INVALID_INPUT
    message: str
    field: str | None = None


Problem: TypeAlias = (
    NotFound | InvalidTransition | ConstraintViolation | VersionConflict | IdempotencyConflict | InvalidInput
)

PROBLEMS: Final = (
    NotFound,
    InvalidTransition,
    ConstraintViolation,
    VersionConflict,
    IdempotencyConflict,
    InvalidInput,
)


class ProblemError(Exception):
    """Carries a problem from the rule that found it to the edge that answers it."""

    def __init__(self, problem: Problem) -> None:
        """Keep the problem."""
        super().__init__(problem.message)
        self.problem = problem


def invalid(message: str, field: str | None = None) -> ProblemError:
    """Return the error for a wrong input."""
    return ProblemError(InvalidInput(message, field))


def camel_case(path: str) -> str:
    """Return a path as the API spells it: `receipt.run_id` becomes `receipt.runId`, which stays as it is."""
    first, *rest = path.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def violation(reason: ConstraintReason, message: str) -> ProblemError:
    """Return the error for a constraint that does not hold."""
    return ProblemError(ConstraintViolation(reason, message))
