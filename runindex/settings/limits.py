"""The limits of a GraphQL request."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a document, and the request that brings it, may have at most.

    What is in a fragment counts in each place where the fragment is spread.

    `selections` are fields and fragments, `repetitions` pairs of fields of one name anywhere in the document, `cost`
    the objects that an operation could return. `body` is in bytes, and `bodies` all that are held at a time.
    `answer_bytes` are those of an answer, without what JSON escapes, `answer_fields` the fields in it.
    """

    tokens: int = 2_000
    depth: int = 12
    aliases: int = 30
    directives: int = 20
    root_fields: int = 20
    selections: int = 2_000
    repetitions: int = 10_000
    cost: int = 20_000
    body: int = 2 * 1024 * 1024
    bodies: int = 64 * 1024 * 1024
    answer_bytes: int = 32 * 1024 * 1024
    answer_fields: int = 50_000
