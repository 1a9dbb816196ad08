"""Refusals of requests that are not executed, with all that their answers say."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

import orjson
from cross_web import HTTPException
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from resolvers.execution.access.gate import UnauthenticatedError
from resolvers.execution.access.rights import ForbiddenError
from resolvers.execution.context import Context
from resolvers.execution.errors import INTERRUPTED, ErrorCode, broken_off
from resolvers.transports.requests.negotiation import PRIVATE, wanted_media_type
from resolvers.transports.scope import CONTEXT
from runindex.domain.errors import OutcomeUnknownError, UnavailableError

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
# The answer when a mutation was broken off. It is made beforehand: there may be no memory left for it.
OUTCOME_UNKNOWN: Final = orjson.dumps(
    {"data": None, "errors": [{"message": INTERRUPTED, "extensions": {"code": OutcomeUnknownError.code}}]}
)


class RefusedRequestError(HTTPException):
    """A request that is not executed: the status, message and code of its answer, and headers beside the usual ones."""

    def __init__(
        self,
        message: str,
        status: HTTPStatus = HTTPStatus.BAD_REQUEST,
        code: str = ErrorCode.BAD_USER_INPUT,
        headers: Mapping[str, str] = _NONE,
        limit: int | None = None,
    ) -> None:
        """Refuse with a message, by default as one that the caller has to correct; name the limit that it exceeds."""
        super().__init__(status, message)
        self.limit = limit
        self.code = code
        self.headers = headers

    @property
    def extensions(self) -> dict[str, str | int]:
        """Return the `extensions` of the answer's error."""
        return {"code": self.code} if self.limit is None else {"code": self.code, "limit": self.limit}


@contextmanager
def refusing() -> Iterator[None]:
    """Raise RefusedRequestError for a caller who is not let in, or may not do it."""
    try:
        yield
    except (ForbiddenError, UnauthenticatedError, UnavailableError) as error:
        code = ErrorCode(error.code)
        raise RefusedRequestError(error.message, _STATUSES[code], code, _HEADERS.get(code, _NONE)) from None


def wrote(request: Request) -> bool:
    """Tell whether a mutation of a request was begun."""
    context: Context | None = request.scope.get(CONTEXT)
    return context is not None and context.submitted > 0


def outcome_unknown(headers: Headers) -> Response:
    """Return the answer to a request of which a mutation was begun."""
    return Response(OUTCOME_UNKNOWN, headers=PRIVATE, media_type=wanted_media_type(headers))


def failure(error: Exception) -> RefusedRequestError:
    """Return the refusal of a request that failed and wrote nothing."""
    message, code = broken_off(error, wrote=False)
    if code == ErrorCode.UNAVAILABLE:
        retry = {"Retry-After": "1"}
        return RefusedRequestError(message, HTTPStatus.SERVICE_UNAVAILABLE, code, retry)
    return RefusedRequestError(message, HTTPStatus.INTERNAL_SERVER_ERROR, code)
