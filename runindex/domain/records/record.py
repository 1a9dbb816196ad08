"""The base of all records."""

from operator import attrgetter
from typing import ClassVar


class Record:
    """A flat, immutable row, unique in its kind by the fields that `KEY` names, in their order."""

    __slots__ = ()
    KEY: ClassVar[tuple[str, ...]]
    key: ClassVar[property]

    def __init_subclass__(cls) -> None:
        """Make `key` once for each kind: every write asks for it."""
        (name, *more) = cls.KEY
        cls.key = property(attrgetter(name, *more) if more else lambda record: (getattr(record, name),))
