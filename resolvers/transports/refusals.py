"""Refusals of requests that are not executed, with all that their answers say."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from cross_web import HTTPException

from resolvers.execution.access.gate import UnauthenticatedError
from resolvers.execution.access.rights import ForbiddenError
from resolvers.execution.errors import ErrorCode
from runindex.domain.errors import UnavailableError

_STATUSES: Final = MappingProxyType(
    {
        ErrorCode.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
        ErrorCode.FORBIDDEN: HTTPStatus.FORBIDDEN,
        ErrorCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    }
)
_HEADERS: Final = MappingProxyType(
    {
        ErrorCode.UNAUTHENTICATED: MappingProxyType({"WWW-Authenticate": "Bearer"}),
        ErrorCode.UNAVAILABLE: MappingProxyType({"Retry-After": "1"}),
    }
)
_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class RefusedRequestError(HTTPException):
    """A request that is not executed: the status, message and code of its answer, and headers beside the usual ones."""

    def __init__(
        self,
        message: str,
        status: HTTPStatus = HTTPStatus.BAD_REQUEST,
        code: str = ErrorCode.BAD_USER_INPUT,
        headers: Mapping[str, str] = _NONE,
    ) -> None:
        """Refuse with a message, by default as one that the caller has to correct."""
        super().__init__(status, message)
        self.code = code
        self.headers = headers


@contextmanager
def refusing() -> Iterator[None]:
    """Raise RefusedRequestError for a caller who is not let in, or may not do it."""
    try:
        yield
    except (ForbiddenError, UnauthenticatedError, UnavailableError) as error:
        code = ErrorCode(error.code)
        raise RefusedRequestError(error.message, _STATUSES[code], code, _HEADERS.get(code, _NONE)) from None
