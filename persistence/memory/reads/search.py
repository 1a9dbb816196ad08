"""The texts that search matches."""

from collections.abc import Mapping, Sequence
from typing import Final

from runindex.domain.runs.run import Run
from runindex.domain.runs.search import folded, is_found, lasting_text, needle_of, score, status_texts, words_in

_STATUS_TEXTS: Final = status_texts()


class SearchTexts:
    """Each run's searchable text, made at its first search and cached until the run changes."""

    def __init__(self, present: Mapping[str, Run]) -> None:
        """Start empty; `present` are the runs by id as they are now."""
        self._present = present
        self._texts: dict[str, tuple[Run, str]] = {}

    def forget(self, run_id: str) -> None:
        """Drop the text of a changed or deleted run."""
        self._texts.pop(run_id, None)

    def hits_among(self, runs: Sequence[Run], tokens: Sequence[str]) -> list[tuple[Run, float]]:
        """Return the runs that match any token, with their scores."""
        needles = list(map(needle_of, tokens))
        hits = []
        for run in runs:
            text = f"{self._text_of(run)}\n{_STATUS_TEXTS[run.status]}"
            matched = sum(is_found(needle, text) for needle in needles)
            if matched:
                hits.append((run, score(matched, len(tokens), words_in(text))))
        return hits

    def _text_of(self, run: Run) -> str:
        kept = self._texts.get(run.id)
        if kept is not None and kept[0] is run:
            return kept[1]
        text = folded(lasting_text(run))
        # A long scan may look at a run that was changed meanwhile.
        if self._present.get(run.id) is run:
            self._texts[run.id] = run, text
        return text
