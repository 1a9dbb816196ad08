"""The feed: says when the change log may have grown."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol


class WakeUp(Protocol):
    """Is set whenever there may be something new; setting it twice before a look is setting it once."""

    async def wait(self, seconds: float) -> bool:
        """Return True once the flag was set (and clear it), False after so many seconds."""
        ...

    def is_behind(self, position: int) -> bool:
        """Tell whether the log may go on behind a position: False when all that set the flag last knew that it ends."""
        ...


class ChangeFeed(Protocol):
    """Says that the log may have grown. It never says how: whoever is woken reads the log.

    A commit of any process sets every flag within a second, however many notifications are lost; normally at once.
    A flag may know how far the log went by what set it; whoever has read so far need not look.
    `reconnects` counts how often a lost connection for notifications was made again.
    """

    reconnects: int

    def subscribe(self) -> AbstractAsyncContextManager[WakeUp]:
        """Give a flag that starts set, for as long as the context lasts."""
        ...

    def wake(self, head: int | None = None) -> None:
        """Set every flag: this process has just committed, and the log goes up to `head`, if that is known."""
        ...
