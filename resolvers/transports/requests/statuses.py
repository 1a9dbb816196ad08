"""The HTTP statuses that results call for."""

from http import HTTPStatus
from typing import Final

from graphql import GraphQLError
from strawberry.types import ExecutionResult

from resolvers.execution.errors import RETRY_AFTER, ErrorCode

_REFUSALS: Final = frozenset({ErrorCode.BAD_USER_INPUT, ErrorCode.LIMIT_EXCEEDED})


def status_of(result: ExecutionResult) -> HTTPStatus:
    """Return the status of a result that nothing was written for: 429, 503 or 403 where it says no more, else 200."""
    if result.data is None and seconds_to_wait(result) is not None:
        return HTTPStatus.TOO_MANY_REQUESTS
    codes = {_code(error) for error in result.errors or ()}
    if result.data is None and codes == {ErrorCode.UNAVAILABLE}:
        return HTTPStatus.SERVICE_UNAVAILABLE
    if result.data is None and codes == {ErrorCode.FORBIDDEN}:
        return HTTPStatus.FORBIDDEN
    return HTTPStatus.OK


def seconds_to_wait(result: ExecutionResult) -> int | None:
    """Return after how many seconds to ask again, None for what was not too much for a minute."""
    seconds = [(error.extensions or {}).get(RETRY_AFTER) for error in result.errors or ()]
    return next((each for each in seconds if isinstance(each, int)), None)


def is_refused(result: ExecutionResult) -> bool:
    """Tell whether the document was not executed."""
    return result.data is None and bool(result.errors) and all(map(_is_refusal, result.errors or ()))


def _is_refusal(error: GraphQLError) -> bool:
    return error.path is None and _code(error) in _REFUSALS


def _code(error: GraphQLError) -> object:
    return (error.extensions or {}).get("code")
