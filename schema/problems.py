"""Problems: expected failures, as data."""

from typing import TypeAlias

import strawberry

from runindex.domain import problems
from schema.typesystem.enums import ConstraintReason, ProblemCode, RunStatus
from schema.typesystem.interfaces import Concrete


@strawberry.interface(
    description=(
        "An expected failure: nothing was changed. "
        "The mutations of one document are not one transaction: what the others changed stays."
    )
)
class Problem(Concrete):
    """The fields of all problems."""

    code: ProblemCode = strawberry.field(description="What kind of problem it is.")
    message: str = strawberry.field(description="The problem in words, for people.")


@strawberry.type(description="There is no such thing.")
class NotFound(Problem):
    """A node that does not exist."""

    kind: str = strawberry.field(description="Run, Plan or Job.")
    id: strawberry.ID = strawberry.field(description="The id that was asked for.")


@strawberry.type(description="The transition table has no such move.")
class InvalidTransition(Problem):
    """A transition that the table does not have."""

    from_: RunStatus = strawberry.field(name="from", description="The run's status.")
    to: RunStatus = strawberry.field(description="The status that was asked for.")
    allowed: list[RunStatus] = strawberry.field(description="Statuses that the run may move to instead.")


@strawberry.type(description="A rule other than the transition table stands in the way.")
class ConstraintViolation(Problem):
    """A constraint that does not hold."""

    reason: ConstraintReason = strawberry.field(description="Which constraint it was.")


@strawberry.type(description="The thing has another version than was expected.")
class VersionConflict(Problem):
    """A version other than the expected one."""

    expected: int = strawberry.field(description="The version that was expected.")
    actual: int = strawberry.field(description="The version that it has.")


@strawberry.type(description="The idempotency key was used with another input.")
class IdempotencyConflict(Problem):
    """A key that was used with another input."""

    idempotency_key: str = strawberry.field(description="The key.")


@strawberry.type(description="The input itself is wrong.")
class InvalidInput(Problem):
    """An input of a wrong form."""

    field: str | None = strawberry.field(description="Path of the offending input field, e.g. `results.3.latency`.")


AnyProblem: TypeAlias = (
    NotFound | InvalidTransition | ConstraintViolation | VersionConflict | IdempotencyConflict | InvalidInput
)


def problem(value: problems.Problem) -> AnyProblem:
    """Return a problem as its GraphQL type."""
    code, message = value.code, value.message
    match value:
        case problems.NotFound(kind, id_):
            return NotFound(code=code, message=message, kind=kind, id=strawberry.ID(id_))
        case problems.InvalidTransition(source, target):
            return InvalidTransition(code=code, message=message, from_=source, to=target, allowed=list(value.allowed))
        case problems.ConstraintViolation(reason):
            return ConstraintViolation(code=code, message=message, reason=reason)
        case problems.VersionConflict(expected, actual):
            return VersionConflict(code=code, message=message, expected=expected, actual=actual)
        case problems.IdempotencyConflict(key):
            return IdempotencyConflict(code=code, message=message, idempotency_key=key)
        case problems.InvalidInput():
            field = None if value.field is None else problems.camel_case(value.field)
            return InvalidInput(code=code, message=message, field=field)
