"""How much to take away at a time."""


class ChunkSize:
    """So many rows: few at first, twice as many whenever that went quickly, half as many when it did not.

    Rows may be of any size, and whoever wants to write waits for a step's end.
    """

    def __init__(self, least: int, most: int, quick: float) -> None:
        """Begin with the least; what took less than so many seconds was quick."""
        self.size = self._least = min(least, most)
        self._most = most
        self._quick = quick

    def took(self, seconds: float) -> None:
        """Say how long a step took."""
        if seconds < self._quick:
            self.size = min(2 * self.size, self._most)
        else:
            self.size = max(self.size // 2, self._least)
