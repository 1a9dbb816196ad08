"""Errors as callers see them.

A RunIndexError says what the caller can act on; any unforeseen error is logged here and shown as "internal error".
"""

import logging
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from runindex.domain.errors import AnswerTooLargeError, LimitExceededError, OutcomeUnknownError, RunIndexError
from runindex.domain.problems import InvalidInput, ProblemError, camel_case

INTERRUPTED: Final = "the operation was broken off; mutations in it may have been carried out"
TOO_LARGE: Final = "the answer is too large to be sent; the mutations in it may have been carried out"
log: Final = logging.getLogger(__name__)


class ErrorCode(StrEnum):
    """`extensions.code` of errors that are no RunIndexError, which has its own."""

    BAD_USER_INPUT = "BAD_USER_INPUT"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    TIMEOUT = "TIMEOUT"
    INTERNAL = "INTERNAL"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"


def shown(errors: Iterable[GraphQLError] | None, *, wrote: bool = False) -> list[GraphQLError] | None:
    """Return errors as the caller sees them, None for none; `wrote` tells whether a mutation had begun."""
    return [_shown(error, wrote=wrote) for error in errors] if errors else None


def legible(message: str) -> str:
    """Return a message without lone surrogates: it may quote what the caller sent, and a response cannot hold them."""
    return message.encode("utf-8", "replace").decode()


def _shown(error: GraphQLError, *, wrote: bool) -> GraphQLError:
    message, code = explained(error)
    if wrote and isinstance(error.original_error, RecursionError | MemoryError | AnswerTooLargeError):
        message = TOO_LARGE if isinstance(error.original_error, AnswerTooLargeError) else INTERRUPTED
        code = OutcomeUnknownError.code
    if code == ErrorCode.INTERNAL:
        log.error("internal error at %s", error.path, exc_info=error.original_error)
    return GraphQLError(
        legible(message),
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={"code": code, **_measures(error.original_error)},
    )


def _measures(cause: BaseException | None) -> dict[str, int]:
    """Return the limit that a request exceeds, and what it has of it."""
    if not isinstance(cause, LimitExceededError):
        return {}
    return {"limit": cause.limit} | ({} if cause.measured is None else {"measured": cause.measured})


def explained(error: GraphQLError) -> tuple[str, str]:
    """Return message and code as the caller sees them."""
    cause = error.original_error
    match cause:
        case RunIndexError():
            return cause.message, cause.code
        case ProblemError():
            return _refusal(cause), ErrorCode.BAD_USER_INPUT
        case TimeoutError():
            return "the operation took too long", ErrorCode.TIMEOUT
        case RecursionError():
            return "the request is nested too deeply", ErrorCode.BAD_USER_INPUT
        case None | GraphQLError() | CannotGetOperationTypeError() | InvalidOperationTypeError() | MissingQueryError():
            is_too_long = isinstance(error, GraphQLSyntaxError) and error.message.endswith("Parsing aborted.")
            return error.message, ErrorCode.LIMIT_EXCEEDED if is_too_long else ErrorCode.BAD_USER_INPUT
    return "internal error", ErrorCode.INTERNAL


def _refusal(refusal: ProblemError) -> str:
    problem = refusal.problem
    if isinstance(problem, InvalidInput) and problem.field is not None:
        return f"`{camel_case(problem.field)}`: {problem.message}"
    return problem.message
