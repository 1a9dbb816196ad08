"""The text of a compiled operation: functions of Python, and the objects that they name."""

from collections.abc import Sequence
from itertools import count
from typing import Any


class Source:
    """Functions that are written one after the other, and made at once."""

    def __init__(self) -> None:
        """Begin without any."""
        self._lines: list[str] = []
        self._names: dict[str, Any] = {}
        self._known: dict[int, str] = {}
        self._numbers = count(1)

    @property
    def text(self) -> str:
        """Return what was written."""
        return "\n".join(self._lines)

    def name(self, thing: object) -> str:
        """Return the name under which the functions find an object."""
        name = self._known.get(id(thing))
        if name is None:
            own = getattr(thing, "__name__", type(thing).__name__)
            name = self.fresh(own if own.isidentifier() else "k")
            self._known[id(thing)] = name
            self._names[name] = thing
        return name

    def fresh(self, prefix: str) -> str:
        """Return a name that is not taken."""
        return f"{prefix}{next(self._numbers)}"

    def function(self, prefix: str, parameters: str, body: Sequence[str], *, is_async: bool) -> str:
        """Write a function and return its name."""
        name = self.fresh(prefix)
        self._lines += [f"{'async ' if is_async else ''}def {name}({parameters}):", *(f"    {line}" for line in body)]
        return name

    def make(self, name: str) -> Any:  # noqa: ANN401 - whatever was written
        """Make the functions, and return the one of a name."""
        namespace = dict(self._names)
        exec(compile(self.text, "<operation>", "exec"), namespace)  # noqa: S102 - our own text: it quotes keys alone, as `repr` does
        return namespace[name]
