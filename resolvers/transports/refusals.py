"""Refusals of requests that are not executed, with all that their answers say."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from cross_web import HTTPException

from resolvers.execution.errors import ErrorCode

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
