"""Tags: ordered, unique, case-sensitive labels of a run."""

from collections.abc import Iterable, Sequence
from typing import Final

from runindex.domain.json_text import is_plain_text
from runindex.domain.problems import ConstraintReason, invalid, violation

MAX_TAGS: Final = 1000
MAX_LENGTH: Final = 256


def check_tags(tags: Sequence[str], field: str = "tags") -> tuple[str, ...]:
    """Return the tags without repeats, in the order of first occurrence; refuse one that cannot be a tag."""
    for position, tag in enumerate(tags):
        if not 1 <= len(tag) <= MAX_LENGTH:
            raise invalid(f"a tag has 1 to {MAX_LENGTH} characters", f"{field}.{position}")
        if not is_plain_text(tag):
            raise invalid("a tag has no NUL and no lone surrogate", f"{field}.{position}")
    return tuple(dict.fromkeys(tags))


def with_tags(present: Sequence[str], added: Iterable[str]) -> tuple[str, ...]:
    """Return the tags with the new ones added; refuse more than a run may have."""
    tags = tuple(dict.fromkeys((*present, *added)))
    if len(tags) > MAX_TAGS:
        raise violation(ConstraintReason.LIMIT_EXCEEDED, f"a run has at most {MAX_TAGS} tags")
    return tags


def without_tags(present: Sequence[str], removed: Iterable[str]) -> tuple[str, ...]:
    """Return the tags without those removed."""
    excluded = frozenset(removed)
    return tuple(tag for tag in present if tag not in excluded)
