"""The index of words: what is kept of a run's text and name so that searches need not read every run.

An index entry is a text without white space and without any of ASCII but letters and digits, so that each database's
own index takes it as it is. The index names candidates, never fewer than there are matches: whoever asks it compares
the texts as well. Entries are a word's first characters (of scripts without gaps also what begins at any place of a
word), characters that are neither letter nor digit, and each three characters of a name.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from runindex.domain.runs.search import WORD_MARK, folded, is_gapless, marked

# So much of a word is kept; what differs behind it is told apart by the text.
LONGEST: Final = 12
# A run with more entries, or a longer text, is found by reading it: nobody waits for its entries.
MOST_ENTRIES: Final = 600
LONGEST_TEXT: Final = 10_000
# A name's part must have so many characters for the index to know it.
NAME_PART: Final = 3
# What a word's search by the index may rank: the newest of them.
MOST_RANKED: Final = 10_000

_WORD: Final = re.compile(rf"{WORD_MARK}([^\W_]+)")
_SIGNS: Final = re.compile(r"[^\w\s\x00-\x7f]")
# Of ASCII only letters and digits go into entries; others move to where Unicode has no characters of its own.
_PRIVATE: Final = {code: 0xE000 + code for code in range(128) if not chr(code).isalnum()}
_NAME_MARK: Final = "\ue100"


class WordEntry(NamedTuple):
    """An entry that a match has, or, if it `is_open`, one that begins so."""

    text: str
    is_open: bool = False


def entries_of(search_text: str, name_folded: str | None) -> tuple[str, ...] | None:
    """Return the index entries of a run's kept texts, in order; None when they are too many, or the text too long."""
    if len(search_text) > LONGEST_TEXT:
        return None
    text = folded(search_text)
    words = _WORD.findall(text)
    entries = {word[:LONGEST] for word in words}
    if name_folded is not None:
        entries.update(_parts_of(name_folded))
    if not text.isascii():
        entries.update(_SIGNS.findall(text))
        for word in words:
            if not word.isascii():
                entries.update(_insides_of(word))
    return tuple(sorted(entries)) if len(entries) <= MOST_ENTRIES else None


@lru_cache(maxsize=256)
def entries_for_token(token: str) -> tuple[WordEntry, ...]:
    """Return the entries that every run matching a search token has; none when the index cannot tell."""
    text = folded(marked(token))
    entries = [WordEntry(sign) for sign in dict.fromkeys(_SIGNS.findall(text))]
    for found in _WORD.finditer(text):
        word = found.group(1)
        entries.append(WordEntry(word[:LONGEST], is_open=found.end() == len(text) and len(word) < LONGEST))
    return tuple(entries)


def entries_for_name(part: str) -> tuple[WordEntry, ...]:
    """Return the entries of every run whose folded name contains a folded text; none when that is too short."""
    return tuple(map(WordEntry, dict.fromkeys(_parts_of(part))))


def _parts_of(name: str) -> Iterator[str]:
    text = name.translate(_PRIVATE)
    for start in range(len(text) - NAME_PART + 1):
        yield _NAME_MARK + text[start : start + NAME_PART]


def _insides_of(word: str) -> Iterator[str]:
    """Yield what begins inside a word: at a character of a script without gaps, and right behind one."""
    behind = is_gapless(word[0])
    for place, character in enumerate(word[1:], 1):
        here = is_gapless(character)
        if here or behind:
            yield word[place : place + LONGEST]
        behind = here
