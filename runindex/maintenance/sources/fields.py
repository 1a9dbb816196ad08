"""A JSON object of a line, field by field: each must have its type, and none may be left that nobody asked for."""

from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from runindex.domain.instants import Micros, parse_instant
from runindex.domain.json_text import JsonValue

E = TypeVar("E", bound=StrEnum)


class FieldError(ValueError):
    """A field is missing, unknown or of another type; the message names it by its path."""


class Fields:
    """The fields of one object, which are taken one after the other. `path` is that of the object, with a point."""

    def __init__(self, value: JsonValue, path: str = "") -> None:
        """Take the decoded object; raise FieldError for anything else."""
        if not isinstance(value, dict):
            raise FieldError(f"{path.removesuffix('.') or 'the line'} is no JSON object")
        self._left: dict[str, Any] = dict(value)
        self._path = path

    def take(self, name: str) -> JsonValue:
        """Return a field of any type, None when it is absent or null."""
        return self._left.pop(name, None)

    def text(self, name: str) -> str | None:
        """Return a text."""
        value = self.take(name)
        if value is not None and not isinstance(value, str):
            raise self._wrong(name, "a text")
        return value

    def required(self, name: str) -> str:
        """Return a text that must be there."""
        value = self.text(name)
        if value is None:
            raise FieldError(f"{self._path}{name} is missing")
        return value

    def instant(self, name: str) -> Micros | None:
        """Return the instant of an RFC 3339 time."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return parse_instant(value)
        except ValueError as error:
            raise FieldError(f"{self._path}{name} is {error}") from None

    def number(self, name: str) -> float | None:
        """Return a number."""
        value = self.take(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise self._wrong(name, "a number")
        try:
            return float(value)
        except OverflowError:
            raise self._wrong(name, "a number in range") from None

    def integer(self, name: str, default: int) -> int:
        """Return a whole number, or the default."""
        value = self.take(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong(name, "a whole number")
        return value

    def member(self, name: str, kind: type[E]) -> E | None:
        """Return a member of an enum, which is written by its name."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return kind(value)
        except ValueError:
            raise self._wrong(name, f"one of {', '.join(kind)}") from None

    def items(self, name: str) -> list[JsonValue]:
        """Return the items of a list, none when it is absent."""
        value = self.take(name)
        if value is not None and not isinstance(value, list):
            raise self._wrong(name, "a list")
        return value or []

    def objects(self, name: str) -> "list[Fields]":
        """Return the objects of a list."""
        return [Fields(value, f"{self._path}{name}.{place}.") for place, value in enumerate(self.items(name))]

    def object(self, name: str) -> "Fields | None":
        """Return an object, None when it is absent."""
        value = self.take(name)
        return None if value is None else Fields(value, f"{self._path}{name}.")

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the texts of a list."""
        found = self.items(name)
        if not all(isinstance(value, str) for value in found):
            raise self._wrong(name, "a list of texts")
        return tuple(found)

    def finish(self) -> None:
        """Raise FieldError when a field is left that nobody took."""
        for name in self._left:
            raise FieldError(f"{self._path}{name} is no field of it")

    def _wrong(self, name: str, what: str) -> FieldError:
        return FieldError(f"{self._path}{name} is not {what}")
