"""Failures that are no data: a request that cannot be read, a stream that cannot go on, a storage out of reach.

Messages are written for the caller: no SQL, path, host or stack is ever in them.
"""

from typing import ClassVar


class RunIndexError(Exception):
    """The base of all; `code` is what the caller can act on."""

    code: ClassVar[str] = "INTERNAL"

    def __init__(self, message: str) -> None:
        """Keep the message for the caller."""
        super().__init__(message)
        self.message = message


class BadRequestError(RunIndexError):
    """The request asks for something that does not make sense: a damaged cursor, a page of 0."""

    code = "BAD_USER_INPUT"


class NotFoundError(RunIndexError):
    """Something named in a query does not exist."""

    code = "NOT_FOUND"


class CursorExpiredError(RunIndexError):
    """The log no longer holds what comes after the cursor, or never did."""

    code = "CURSOR_EXPIRED"


class OperationTimeoutError(RunIndexError):
    """The operation's time is over; nothing was written."""

    code = "TIMEOUT"


class UnavailableError(RunIndexError):
    """The storage cannot be reached or is busy; nothing was written."""

    code = "UNAVAILABLE"


class CorruptStoreError(RunIndexError):
    """The storage does not hold what it never is without."""


class OutcomeUnknownError(RunIndexError):
    """The connection was lost in a commit, and the storage stayed out of reach for too long to ask."""

    code = "OUTCOME_UNKNOWN"
