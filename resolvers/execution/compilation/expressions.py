"""How values become parts of the answer."""

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression of `{}`, which stands for the value and is read once, and of the frame `c`.

    `is_async` ones are awaited. `fields` and `size` are what the value adds at most to those of the answer, where the
    expression does not count it; `texts` are the expressions of texts whose lengths are to be counted besides.
    """

    expression: str
    is_async: bool = False
    fields: int = 0
    size: int = 0
    texts: tuple[str, ...] = ()

    def of(self, value: str) -> str:
        """Return the expression of a value, awaited if need be."""
        return self.call(f"await {self.expression}" if self.is_async else self.expression, value)

    def later(self, value: str) -> str:
        """Return the expression of a value, or of what is to be awaited for it."""
        return self.call(self.expression, value)

    def on(self, value: str) -> "Expression":
        """Return how a value is answered that an expression reads."""
        return replace(self, expression=self.call(self.expression, value))

    @staticmethod
    def call(expression: str, value: str) -> str:
        """Return an expression with a value in its place."""
        return expression.replace("{}", value)

    @property
    def is_same(self) -> bool:
        """Tell whether values are answered as they are."""
        return self.expression == "{}"


SAME: Final = Expression("{}")


def counted(texts: tuple[str, ...]) -> list[str]:
    """Return the lines that count the lengths of texts."""
    return checked(lengths(texts)) if texts else []


def checked(length: str) -> list[str]:
    """Return the lines that take a length from the bytes that the answer may still have."""
    return [f"if (n := c.bytes - {length}) < 0:", "    c.refuse()", "c.bytes = n"]


def lengths(texts: tuple[str, ...]) -> str:
    """Return the expression of the sum of texts' lengths."""
    return "(" + " + ".join(f"len({text})" for text in texts) + ")"
