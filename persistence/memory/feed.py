"""The feed of a store that no other process can write to."""

from runindex.ports.wakeups import LocalFeed


class MemoryFeed(LocalFeed):
    """Wakes whoever watches in this process; there is nobody else to hear of."""
