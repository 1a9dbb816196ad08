"""Full-text search over a run's id, name, status, tags and metadata.

A run's text is kept with a mark before each word, a longest stretch of alphanumerics, so that "contains it from the
start of a word" is a plain substring test, which every storage has. Two things are asked of the text as it is kept,
so that rows of any age are found: whether a word stands right behind a script that leaves no gaps between words, and
whether a token without any word stands behind white space.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

from runindex.domain.json_text import loads
from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.run import Run

WORD_MARK: Final = "\x01"
WORDS_PER_HALVING: Final = 100
LOWEST_SCORE: Final = 0.01
SIGMA: Final = "\u03c3"
FINAL_SIGMA: Final = "\u03c2"

# What comes behind white space or such a script is looked up by pattern, and patterns have limits: by so many
# characters of it; the rest of it need only be somewhere in the text.
_HEAD: Final = 200
# Blocks of scripts in which a word may begin anywhere, as the insides of a pattern's brackets.
_GAPLESS: Final = (
    "\u0e00-\u0fff"  # Thai, Lao, Tibetan
    "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f"  # Myanmar
    "\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdc"  # Hangul
    "\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf\uaa80-\uaadf"  # Khmer, Tai Le, New Tai Lue, Tai Tham, Tai Viet
    "\u1b00-\u1b7f\ua980-\ua9df"  # Balinese, Javanese
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c"  # radicals, signs and numerals of Han
    "\u3040-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Hiragana, Katakana, Bopomofo, Han
    "\uff66-\uff9f\U0001aff0-\U0001b16f"  # more of Kana
    "\ua000-\ua4cf"  # Yi
    "\U00011700-\U0001174f"  # Ahom
    "\U00016fe0-\U00018dff\U0001b170-\U0001b2ff"  # Tangut, Khitan, Nushu
)
_SPACES: Final = "\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_SPECIAL: Final = re.compile(r"[\x00-/:-@\[-`{-\x7f]")
_BEGINS_GAPLESS: Final = re.compile(f"[{_GAPLESS}]")


class Needle(NamedTuple):
    """What a run's kept text is asked for a token: `part`, and further `start` or a match of `pattern`."""

    part: str
    start: str
    pattern: str


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


def folded(text: str) -> str:
    """Return a lower-cased text with one sigma: which of two it has depends on what comes behind."""
    return text.replace(FINAL_SIGMA, SIGMA)


@lru_cache(maxsize=256)
def needle_of(token: str) -> Needle:
    """Return how a token, as `tokens_of` has it, is looked for."""
    whole = folded(marked(token))
    bare = whole.removeprefix(WORD_MARK)
    if _BEGINS_GAPLESS.match(bare) or (bare == whole and WORD_MARK in whole):
        # Any place of such a script begins a word, and so does what leads up to one.
        return Needle(bare, bare, _pattern_behind(_GAPLESS, bare))
    if bare != whole:
        return Needle(bare, whole, _pattern_behind(_GAPLESS, bare))
    return Needle(bare, f"\n{bare}", _pattern_behind(_SPACES, bare))


def _pattern_behind(characters: str, text: str) -> str:
    """Return the regular expression, for Python and Postgres alike, for a text right behind one of the characters."""
    return f"[{characters}]" + _SPECIAL.sub(r"\\\g<0>", text[:_HEAD])


def is_found(needle: Needle, text: str) -> bool:
    """Tell whether a run's folded text matches the token that a needle was made of."""
    return needle.part in text and (needle.start in text or is_like(text, needle.pattern))


def is_gapless(character: str) -> bool:
    """Tell whether a character is of a script in which a word may begin anywhere."""
    return _BEGINS_GAPLESS.match(character) is not None


def is_like(text: str, pattern: str) -> bool:
    """Tell whether a text has a match of a needle's pattern."""
    return re.search(pattern, text) is not None


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
