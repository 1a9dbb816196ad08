"""The HTTP statuses that results call for."""

from http import HTTPStatus
from typing import Final

from graphql import GraphQLError
from strawberry.types import ExecutionResult

from resolvers.execution.errors import ErrorCode

_REFUSALS: Final = frozenset({ErrorCode.BAD_USER_INPUT, ErrorCode.LIMIT_EXCEEDED})


def status_of(result: ExecutionResult) -> HTTPStatus:
    """Return the status of a result that nothing was written for: 503 or 403 where that is all it says, else 200."""
    codes = {_code(error) for error in result.errors or ()}
    if result.data is None and codes == {ErrorCode.UNAVAILABLE}:
        return HTTPStatus.SERVICE_UNAVAILABLE
    if result.data is None and codes == {ErrorCode.FORBIDDEN}:
        return HTTPStatus.FORBIDDEN
    return HTTPStatus.OK


def is_refused(result: ExecutionResult) -> bool:
    """Tell whether the document was not executed."""
    return result.data is None and bool(result.errors) and all(map(_is_refusal, result.errors or ()))


def _is_refusal(error: GraphQLError) -> bool:
    return error.path is None and _code(error) in _REFUSALS


def _code(error: GraphQLError) -> object:
    return (error.extensions or {}).get("code")
