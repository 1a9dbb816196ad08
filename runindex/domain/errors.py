"""Errors that are raised rather than returned: unreadable requests, streams that cannot continue, unreachable storage.

Messages are written for the caller: they never contain SQL, paths, hosts or stacks.
"""

from typing import ClassVar


class RunIndexError(Exception):
    """The base class; callers act on `code`."""

    code: ClassVar[str] = "INTERNAL"

    def __init__(self, message: str) -> None:
        """Keep the message for the caller."""
        super().__init__(message)
        self.message = message


class BadRequestError(RunIndexError):
    """The request makes no sense: a damaged cursor, a page of 0."""

    code = "BAD_USER_INPUT"


class LimitExceededError(RunIndexError):
    """The request is beyond a limit; nothing was executed."""

    code = "LIMIT_EXCEEDED"

    def __init__(self, message: str, limit: int, measured: int | None = None) -> None:
        """Keep the limit, and what the request has of it where that is known."""
        super().__init__(message)
        self.limit = limit
        self.measured = measured


class AnswerTooLargeError(LimitExceededError):
    """An answer has more bytes or fields than the limit; what it was to tell of may have been written."""

    def __init__(self, limit: int, parts: str = "bytes") -> None:
        """Keep the limit, of bytes or other parts."""
        super().__init__(f"the answer has more than {limit} {parts}: ask for less at a time", limit)


class RateExceededError(LimitExceededError):
    """The caller asks for too much in a minute; nothing was executed."""

    def __init__(self, message: str, limit: int, retry_after: int) -> None:
        """Keep the points a minute, and after how many seconds to ask again."""
        super().__init__(message, limit)
        self.retry_after = retry_after


class NotFoundError(RunIndexError):
    """Something that a query names does not exist."""

    code = "NOT_FOUND"


class CursorExpiredError(RunIndexError):
    """The log does not hold the changes after the cursor: they were compacted, or never were in this log."""

    code = "CURSOR_EXPIRED"


class OperationTimeoutError(RunIndexError):
    """The operation took longer than its limit; nothing was written."""

    code = "TIMEOUT"


class UnavailableError(RunIndexError):
    """The storage cannot be reached or is busy; nothing was written."""

    code = "UNAVAILABLE"


class CorruptStoreError(RunIndexError):
    """A row that every storage has is missing."""


class OutcomeUnknownError(RunIndexError):
    """The connection was lost during a commit, and the storage stayed unreachable, so the outcome cannot be read."""

    code = "OUTCOME_UNKNOWN"
