"""The feed of a store that no other process can write to."""

from runindex.ports.wakeups import Flags


class MemoryFeed(Flags):
    """Wakes whoever watches in this process; there is nobody else to hear of."""
