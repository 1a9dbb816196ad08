"""The feed of the store in memory."""

from runindex.ports.wakeups import LocalFeed


class MemoryFeed(LocalFeed):
    """Wakes the subscribers of this process; no other process can write to the store."""
