"""Why an operation is not compiled, or a compiled one not carried out: graphql-core executes it then."""

from enum import StrEnum


class Reason(StrEnum):
    """What the compiler does not take, as metrics name it."""

    INTROSPECTION = "introspection"
    LENGTH = "length"
    DIRECTIVE = "directive"
    CONDITION = "condition"
    LITERAL = "literal"
    ARGUMENT = "argument"
    INPUT = "input"
    SCALAR = "scalar"
    SHAPES = "shapes"
    COST = "cost"


class NotCompiledError(Exception):
    """The compiler does not take an operation."""

    def __init__(self, reason: Reason) -> None:
        """Name the reason."""
        super().__init__(reason)
        self.reason = reason


class MismatchError(Exception):
    """A value is not of the type that a plan was made for, or an answer too large: graphql-core says what is wrong."""
