"""The loader: brings a store to what a source says, batch by batch, beside whatever else writes to it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from runindex.commands import MAX_REASON, ImportRun
from runindex.commands.outcomes import RunImported
from runindex.domain.errors import OperationTimeoutError, OutcomeUnknownError, RunIndexError, UnavailableError
from runindex.domain.problems import ProblemError
from runindex.maintenance.sources.source import RunSource, SourceRun, fault
from runindex.ports.store import Store

ACTOR: Final = "runindex import"
# What a batch may weigh (about the number of its rows) and measure (bytes of the source): writers wait for its end.
MOST_WEIGHT: Final = 512
MOST_BYTES: Final = 4 * 1024 * 1024
MOST_RESULTS: Final = 400
ATTEMPTS: Final = 3

Progress = Callable[[int], None]


@dataclass(slots=True)
class Loaded:
    """Counts of runs that were added, changed, or there already as the source says, and of results added.

    `refused` has the place and the reason of each run that contradicts what is stored: nothing of it was changed.
    """

    added: int = 0
    changed: int = 0
    there: int = 0
    results: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)

    @property
    def runs(self) -> int:
        """Return how many runs are as the source says now."""
        return self.added + self.changed + self.there


def check_source(source: RunSource, entries: Sequence[SourceRun], progress: Progress) -> None:
    """Read all of a source; raise BadRequestError for the first fault. `progress` is called with the runs just read."""
    for entry, command in zip(entries, source.read(entries), strict=True):
        try:
            command.checked()
        except ProblemError as refusal:
            raise fault(entry.place, _words(refusal)) from None
        progress(1)


async def load(store: Store, source: RunSource, entries: Sequence[SourceRun], progress: Progress) -> Loaded:
    """Import the runs of a checked source in the order of the entries, which has parents first.

    Each batch is committed as a whole. Raise UnavailableError, OperationTimeoutError or OutcomeUnknownError when the
    storage takes no more: what was committed stays, and is passed over when the import is run again.
    """
    loader = _Loader(store, f"imported from {source.name}"[:MAX_REASON], progress)
    try:
        for entry, command in zip(entries, source.read(entries), strict=True):
            try:
                checked = command.checked()
            except ProblemError as refusal:
                # The source was changed since it was checked.
                loader.loaded.refused.append((entry.place, _words(refusal)))
            else:
                await loader.add(entry, checked)
        await loader.flush()
    except RunIndexError as error:
        stayed = f"{loader.loaded.runs} runs are imported, and are passed over when the import is run again"
        raise type(error)(f"{error.message} ({stayed})") from error
    return loader.loaded


def _words(refusal: ProblemError) -> str:
    name = getattr(refusal.problem, "field", None)
    return refusal.problem.message if name is None else f"{name}: {refusal.problem.message}"


@dataclass(slots=True)
class _Loader:
    """Gathers imports of runs until they fill a batch."""

    store: Store
    reason: str
    progress: Progress
    loaded: Loaded = field(default_factory=Loaded)
    _batch: list[tuple[str, ImportRun]] = field(default_factory=list)
    _weight: int = 0
    _size: int = 0

    async def add(self, entry: SourceRun, command: ImportRun) -> None:
        """Add a run to the batch, or apply it in parts if it does not fit into one."""
        named = replace(command, reason=self.reason, actor=ACTOR)
        parts = list(_parts(named, entry.size))
        if len(parts) > 1:
            await self.flush()
            await self._add_parts(entry.place, parts)
            return
        self._batch.append((entry.place, named))
        self._weight += named.weight
        self._size += entry.size
        if self._weight >= MOST_WEIGHT or self._size >= MOST_BYTES:
            await self.flush()

    async def flush(self) -> None:
        """Apply the batch."""
        batch, self._batch, self._weight, self._size = self._batch, [], 0, 0
        if not batch:
            return
        outcomes = await self._apply([command for _, command in batch])
        for (place, _), outcome in zip(batch, outcomes, strict=True):
            self._count(place, [outcome])
        self.progress(len(batch))

    async def _add_parts(self, place: str, parts: Sequence[ImportRun]) -> None:
        """Apply the parts of a run, each in a batch of its own, until one is refused."""
        outcomes: list[RunImported | str] = []
        for part in parts:
            outcomes += await self._apply([part])
            if isinstance(outcomes[-1], str):
                break
        self._count(place, outcomes)
        self.progress(1)

    def _count(self, place: str, outcomes: Sequence[RunImported | str]) -> None:
        """Count what came of a run's parts."""
        loaded = self.loaded
        imported = [outcome for outcome in outcomes if isinstance(outcome, RunImported)]
        loaded.results += sum(outcome.results for outcome in imported)
        for outcome in outcomes:
            if isinstance(outcome, str):
                loaded.refused.append((place, outcome))
                return
        if any(outcome.created for outcome in imported):
            loaded.added += 1
        elif any(outcome.changes or outcome.results for outcome in imported):
            loaded.changed += 1
        else:
            loaded.there += 1

    async def _apply(self, batch: Sequence[ImportRun]) -> list[RunImported | str]:
        """Apply a batch; return for each import its success, or why it was refused.

        One that is applied again, because nobody knows what became of it, changes nothing more.
        """
        for attempts_left in reversed(range(ATTEMPTS)):
            try:
                return await self._apply_once(batch)
            except OperationTimeoutError:
                if len(batch) > 1:
                    middle = len(batch) // 2
                    return [*await self._apply(batch[:middle]), *await self._apply(batch[middle:])]
                if not attempts_left:
                    raise
            except (UnavailableError, OutcomeUnknownError):
                if not attempts_left:
                    raise
        raise AssertionError

    async def _apply_once(self, batch: Sequence[ImportRun]) -> list[RunImported | str]:
        outcomes: list[RunImported | str] = []
        for outcome in (await self.store.apply(batch)).outcomes:
            if isinstance(outcome, Exception):
                raise outcome
            outcomes.append(outcome if isinstance(outcome, RunImported) else getattr(outcome, "message", ""))
        return outcomes


def _parts(command: ImportRun, size: int) -> Iterator[ImportRun]:
    """Yield a run in parts of which each fits into a batch; the last one moves it to its status."""
    results = command.results
    step = MOST_RESULTS
    if size > MOST_BYTES and results:
        step = max(1, min(step, MOST_BYTES * len(results) // size))
    starts = range(0, max(1, len(results)), step)
    for start in starts:
        yield replace(command, results=results[start : start + step], complete=start == starts[-1])
