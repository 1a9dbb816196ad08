"""Full-text search over a run's id, name, status, tags and metadata.

A run's text is stored with a mark before each word, so that "a word starts with it" is a substring test, which every
storage has.
"""

from collections.abc import Iterator
from typing import Any, Final

from runindex.domain.json_text import loads
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.run import Run

WORD_MARK: Final = "\x01"
WORDS_PER_HALVING: Final = 100
LOWEST_SCORE: Final = 0.01


def tokens_of(query: str) -> tuple[str, ...]:
    """Return the query's distinct tokens, lower-case, in order."""
    return tuple(dict.fromkeys(query.lower().split()))


def marked(text: str) -> str:
    """Return the lower-cased text with a mark before each word; a word is a maximal run of alphanumerics."""
    pieces, inside = [], False
    for character in text.lower().replace(WORD_MARK, " "):
        is_word = character.isalnum()
        if is_word and not inside:
            pieces.append(WORD_MARK)
        pieces.append(character)
        inside = is_word
    return "".join(pieces)


def needle_of(token: str) -> str | None:
    """Return the substring of marked texts that the token matches; None for a token that does not start with a word."""
    needle = marked(token)
    return needle if needle.startswith(WORD_MARK) else None


def lasting_text(run: Run) -> str:
    """Return the run's marked text without its status, which changes more often than the rest."""
    return marked("\n".join((run.id, run.name or "", *run.tags, *_texts(run.metadata))))


def status_texts() -> dict[RunStatus, str]:
    """Return each status as a marked text."""
    return {status: marked(status) for status in RunStatus}


def words_in(text: str) -> int:
    """Return the number of words of a marked text."""
    return text.count(WORD_MARK)


def score(matched: int, tokens: int, words: int) -> float:
    """Return a run's score, 0.01 to 1: the share of tokens that it matches, lowered for longer texts."""
    return min(1.0, max(LOWEST_SCORE, matched / tokens / (1 + words / WORDS_PER_HALVING)))


def _texts(metadata: str | None) -> Iterator[str]:
    pending: list[Any] = [] if metadata is None else [loads(metadata)]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            yield from item
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, bool):
            yield "true" if item else "false"
        elif item is not None:
            yield str(item)
