"""JUnit's reports: each suite is a run, each of its cases a result."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Final

from runindex.commands import ImportRun
from runindex.domain.instants import SECOND, Micros
from runindex.maintenance.sources.junit.suites import Suite, import_of, suites_in
from runindex.maintenance.sources.junit.xml import read_xml
from runindex.maintenance.sources.source import SourceRun, fault

_ROOTS: Final = ("testsuites", "testsuite")


@dataclass(slots=True)
class Reports:
    """Files of reports, with the names by which errors call them. Their suites are kept in memory."""

    files: Sequence[tuple[str, IO[bytes]]]
    name: str = field(init=False)

    def __post_init__(self) -> None:
        """Name the source after its files."""
        self.name = ", ".join(name for name, _ in self.files)

    def index(self) -> Sequence[SourceRun]:
        """Return the suites of all files. Of equal suites in one file, each is told by its number."""
        return [
            SourceRun(suite.id, suite.parent_id, f"{name}, line {suite.line}", suite, suite.size)
            for name, file in self.files
            for suite in self._suites(name, file)
        ]

    def read(self, entries: Sequence[SourceRun]) -> Iterator[ImportRun]:
        """Yield the runs of the suites."""
        for entry in entries:
            yield import_of(entry.key)

    def _suites(self, name: str, file: IO[bytes]) -> Sequence[Suite]:
        file.seek(0)
        root = read_xml(name, file)
        if root.tag not in _ROOTS:
            raise fault(f"{name}, line {root.line}", f"no report of JUnit: its root is {root.tag[:40]!r}")
        return suites_in(root, name, _changed_at(file))


def _changed_at(file: IO[bytes]) -> Micros:
    """Return when a file was last written."""
    return int(os.fstat(file.fileno()).st_mtime * SECOND)
