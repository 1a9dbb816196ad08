"""The feed: says when the change log may have grown."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from runindex.ports.wakeups import LogWakeUp


class ChangeFeed(Protocol):
    """Says that the log may have grown, not by what: its subscribers read the log.

    A commit of any process sets every wake-up within a second, however many notifications are lost; normally at once.
    `reconnects` counts how often a lost connection for notifications was made again.
    """

    reconnects: int

    def subscribe(self) -> AbstractAsyncContextManager[LogWakeUp]:
        """Give a wake-up that starts set, for as long as the context lasts."""
        ...

    def wake(self, head: int | None = None) -> None:
        """Set every wake-up: this process has just committed, and the log goes up to `head`, if that is known."""
        ...
