"""Rows derived from runs, so that queries need not count or search.

The API's StatusCount and TagCount are what queries answer; those here are rows, which verification recomputes.
"""

from dataclasses import dataclass

from runindex.domain.instants import Micros
from runindex.domain.runs.run import Run
from runindex.domain.runs.search import lasting_text, words_in
from runindex.domain.runs.words import entries_of


@dataclass(frozen=True, slots=True)
class RunTag:
    """One tag of one run, in the tag index."""

    tag: str
    created_at: Micros
    run_id: str


@dataclass(frozen=True, slots=True)
class StatusCount:
    """The number `n` of runs that have a status."""

    status: str
    n: int


@dataclass(frozen=True, slots=True)
class TagCount:
    """The number `n` of unarchived runs that have a tag; a tag that none has may have no row."""

    tag: str
    n: int


@dataclass(frozen=True, slots=True)
class RunTexts:
    """The texts by which a part of a name, or a search, finds a run.

    `words` are the entries of the index of words, in order and joined by blanks; empty for a run that is found without.
    """

    run_id: str
    name_folded: str | None
    search_text: str
    search_words: int
    words: str


def texts_of(run: Run) -> RunTexts:
    """Return the run's texts."""
    text = lasting_text(run)
    name = None if run.name is None else run.name.lower()
    entries = entries_of(text, name)
    return RunTexts(run.id, name, text, words_in(text), " ".join(entries or ()))
