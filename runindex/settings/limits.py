"""The limits of a GraphQL request."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a document may have at most. What is in a fragment counts in each place where the fragment is spread.

    `selections` are fields and fragments, `repetitions` pairs of fields of one name anywhere in the document, `cost`
    the objects that an operation could return.
    """

    tokens: int = 2_000
    depth: int = 12
    aliases: int = 30
    directives: int = 20
    root_fields: int = 20
    selections: int = 2_000
    repetitions: int = 10_000
    cost: int = 20_000
