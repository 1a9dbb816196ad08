"""Server-sent events, as the WHATWG's standard has them."""

from typing import NamedTuple


class Event(NamedTuple):
    """An event of a stream: its type and its data."""

    type: str
    data: str


class Parser:
    """Makes events of a stream's lines."""

    def __init__(self) -> None:
        self._type = ""
        self._data: list[str] = []

    def feed(self, line: str) -> Event | None:
        """Take a line without its end; return the event that it completes, if it does and has data."""
        if not line:
            event = Event(self._type or "message", "\n".join(self._data))
            is_whole = bool(self._data) or bool(self._type)
            self._type, self._data = "", []
            return event if is_whole else None
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._type = value
        elif name == "data":
            self._data.append(value)
        return None
