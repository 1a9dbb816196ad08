"""Lines of JSON, a run a line: the simple form that any program can write."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Final

from runindex.commands import ImportRun
from runindex.domain import json_text
from runindex.domain.errors import BadRequestError
from runindex.domain.json_text import JsonValue
from runindex.maintenance.sources.fields import FieldError, Fields
from runindex.maintenance.sources.lines import NAMESPACE, import_of
from runindex.maintenance.sources.source import SourceRun, fault, run_id_from
from runindex.maintenance.transfer.encoding import BYTE_ORDER_MARK, checked_start

LONGEST_LINE: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Start:
    """Where a line begins, in which file."""

    file: int
    offset: int


@dataclass(slots=True)
class JsonLines:
    """Files of lines, which are read anew when a run's turn comes; the ids of one go for all of them.

    Each file has the name by which errors call it. A run without `id` has one that follows from its line.
    """

    files: Sequence[tuple[str, IO[bytes]]]
    name: str = field(init=False)

    def __post_init__(self) -> None:
        """Name the source after its files."""
        self.name = ", ".join(name for name, _ in self.files)

    def index(self) -> Sequence[SourceRun]:
        """Return the runs of all lines that are not blank."""
        alike: Counter[str] = Counter()
        return [entry for number in range(len(self.files)) for entry in self._entries(number, alike)]

    def read(self, entries: Sequence[SourceRun]) -> Iterator[ImportRun]:
        """Yield the runs of the entries."""
        for entry in entries:
            _, file = self.files[entry.key.file]
            file.seek(entry.key.offset)
            line = file.readline(LONGEST_LINE)
            with _at(entry.place):
                command = import_of(_decoded(line), entry.id)
            yield command

    def _entries(self, number: int, alike: Counter[str]) -> Iterator[SourceRun]:
        name, file = self.files[number]
        file.seek(0)
        offset, count = 0, 0
        while line := file.readline(LONGEST_LINE):
            count += 1
            place = f"{name}, line {count}"
            with _at(place):
                if count == 1:
                    checked_start(line)
                if len(line) == LONGEST_LINE:
                    raise FieldError("the line is too long")
                ids = _ids(line, alike) if line.strip(BYTE_ORDER_MARK).strip() else None
            if ids is not None:
                yield SourceRun(*ids, place, _Start(number, offset), len(line))
            offset = file.tell()


def _ids(line: bytes, alike: Counter[str]) -> tuple[str, str | None]:
    """Return the id of a line's run and its parent's. Of lines without an id, equal ones are told by their number."""
    value = _decoded(line)
    given = Fields(value)
    text, parent = given.text("id"), given.text("parentId")
    if text is None:
        content = json_text.canonical(value)
        alike[content] += 1
        text = f"{alike[content]} {content}"
    return run_id_from(text, NAMESPACE), None if parent is None else run_id_from(parent, NAMESPACE)


def _decoded(line: bytes) -> JsonValue:
    return json_text.loads(line.removeprefix(BYTE_ORDER_MARK))


@contextmanager
def _at(place: str) -> Iterator[None]:
    """Raise BadRequestError, which names the place, for a fault in a line."""
    try:
        yield
    except (FieldError, json_text.JsonError) as error:
        raise fault(place, str(error)) from None
    except BadRequestError as error:
        raise fault(place, error.message) from None
