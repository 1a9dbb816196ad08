"""What is kept a second time, so that queries need not count or search: each follows from the runs."""

from dataclasses import dataclass

from runindex.domain.instants import Micros
from runindex.domain.runs.run import Run
from runindex.domain.runs.search import lasting_text, words_in


@dataclass(frozen=True, slots=True)
class RunTag:
    """One tag of one run, found by the tag."""

    tag: str
    created_at: Micros
    run_id: str


@dataclass(frozen=True, slots=True)
class StatusCount:
    """How many runs have a status."""

    status: str
    n: int


@dataclass(frozen=True, slots=True)
class TagCount:
    """How many runs that are not archived have a tag; one that none has is not kept."""

    tag: str
    n: int


@dataclass(frozen=True, slots=True)
class RunTexts:
    """What a run is found by when one looks for a part of its name, or searches."""

    run_id: str
    name_folded: str | None
    search_text: str
    search_words: int


def texts_of(run: Run) -> RunTexts:
    """Return what a run is to be found by."""
    text = lasting_text(run)
    return RunTexts(run.id, None if run.name is None else run.name.lower(), text, words_in(text))
