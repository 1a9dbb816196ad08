"""Refusals of requests that are not executed, with all that their answers say."""

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

import orjson
from cross_web import HTTPException

from resolvers.execution.errors import INTERRUPTED, ErrorCode
from runindex.domain.errors import OutcomeUnknownError

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
