"""Errors as callers see them.

A RunIndexError says what the caller can act on; any unforeseen error is logged here and shown as "internal error".
"""

import asyncio
import logging
import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from runindex.domain.errors import (
    AnswerTooLargeError,
    LimitExceededError,
    OutcomeUnknownError,
    RateExceededError,
    RunIndexError,
    UnavailableError,
)
from runindex.domain.problems import InvalidInput, ProblemError, camel_case

INTERRUPTED: Final = "the operation was broken off; mutations in it may have been carried out"
LOST: Final = "mutations in this operation were carried out, but their outcomes are lost"
TOO_LARGE: Final = "the answer is too large to be sent; the mutations in it may have been carried out"
# The extension that says after how many seconds to ask again.
RETRY_AFTER: Final = "retryAfter"
log: Final = logging.getLogger(__name__)


class ErrorCode(StrEnum):
    """`extensions.code` of errors that are no RunIndexError, which has its own."""

    BAD_USER_INPUT = "BAD_USER_INPUT"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    TIMEOUT = "TIMEOUT"
    INTERNAL = "INTERNAL"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    UNAVAILABLE = "UNAVAILABLE"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"


# graphql-core's parser says it in no other way.
_TOO_MANY_TOKENS: Final = re.compile(r"more than (\d+) tokens")
# Of a request that ran out of something before anything was written.
_EXHAUSTED: Final[dict[type[Exception], tuple[str, str]]] = {
    TimeoutError: ("the operation took too long", ErrorCode.TIMEOUT),
    RecursionError: ("the request is nested too deeply", ErrorCode.BAD_USER_INPUT),
    MemoryError: ("the server is short of memory", UnavailableError.code),
}


def shown(
    errors: Iterable[GraphQLError] | None, *, wrote: bool = False, lost: bool = False
) -> list[GraphQLError] | None:
    """Return errors as the caller sees them, None for none.

    `wrote` tells whether a mutation had begun, `lost` whether one was carried out whose outcome is not answered.
    """
    return [_shown(error, wrote=wrote, lost=lost) for error in errors] if errors else None


def is_being_cancelled() -> bool:
    """Tell whether somebody cancels this task: a CancelledError may also come from what it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def broken_off(error: BaseException, *, wrote: bool) -> tuple[str, str]:
    """Return message and code for an operation that an exception broke off; `wrote` as for `shown`."""
    message, code = explained(GraphQLError("", original_error=error if isinstance(error, Exception) else None))
    if wrote:
        return INTERRUPTED, OutcomeUnknownError.code
    if isinstance(error, RunIndexError | MemoryError):
        return message, code
    return "internal error", ErrorCode.INTERNAL


def legible(message: str) -> str:
    """Return a message without lone surrogates: it may quote what the caller sent, and a response cannot hold them."""
    return message.encode("utf-8", "replace").decode()


def _shown(error: GraphQLError, *, wrote: bool, lost: bool) -> GraphQLError:
    message, code = explained(error)
    cause = error.original_error
    if code == ErrorCode.INTERNAL or isinstance(cause, MemoryError):
        log.error("internal error at %s", error.path, exc_info=cause)
    if wrote and isinstance(cause, AnswerTooLargeError):
        message, code = TOO_LARGE, OutcomeUnknownError.code
    elif wrote and (code == ErrorCode.INTERNAL or isinstance(cause, RecursionError | MemoryError | TimeoutError)):
        message, code = INTERRUPTED, OutcomeUnknownError.code
    elif lost and code != OutcomeUnknownError.code:
        message, code = f"{message}; {LOST}", OutcomeUnknownError.code
    return GraphQLError(
        legible(message),
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={"code": code, **_measures(error)},
    )


def _measures(error: GraphQLError) -> dict[str, int]:
    """Return the limit that a request exceeds, and what it has of it where that is known."""
    cause = error.original_error
    if most := _TOO_MANY_TOKENS.search(error.message) if isinstance(error, GraphQLSyntaxError) else None:
        return {"limit": int(most[1])}
    if not isinstance(cause, LimitExceededError):
        return {}
    if isinstance(cause, RateExceededError):
        return {"limit": cause.limit, RETRY_AFTER: cause.retry_after}
    return {"limit": cause.limit} | ({} if cause.measured is None else {"measured": cause.measured})


def explained(error: GraphQLError) -> tuple[str, str]:
    """Return message and code as the caller sees them."""
    cause = error.original_error
    match cause:
        case RunIndexError():
            return cause.message, cause.code
        case ProblemError():
            return _refusal(cause), ErrorCode.BAD_USER_INPUT
        case TimeoutError() | RecursionError() | MemoryError():
            return next(answer for kind, answer in _EXHAUSTED.items() if isinstance(cause, kind))
        case None | GraphQLError() | CannotGetOperationTypeError() | InvalidOperationTypeError() | MissingQueryError():
            is_too_long = isinstance(error, GraphQLSyntaxError) and error.message.endswith("Parsing aborted.")
            return error.message, ErrorCode.LIMIT_EXCEEDED if is_too_long else ErrorCode.BAD_USER_INPUT
    return "internal error", ErrorCode.INTERNAL


def _refusal(refusal: ProblemError) -> str:
    problem = refusal.problem
    if isinstance(problem, InvalidInput) and problem.field is not None:
        return f"`{camel_case(problem.field)}`: {problem.message}"
    return problem.message
