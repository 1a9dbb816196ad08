"""A suite of a report as a run: its cases as results, the suites in it as runs below."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from runindex.commands import ImportRun, Move, RecordResult
from runindex.domain.instants import SECOND, Micros, from_datetime
from runindex.domain.lifecycle import RunStatus
from runindex.domain.records.results import MAX_ITEM_ID
from runindex.domain.runs.run import MAX_NAME, DatasetLink, TargetType
from runindex.maintenance.sources.junit.cases import SKIPPED, Case, case_of, seconds_of
from runindex.maintenance.sources.junit.xml import Element
from runindex.maintenance.sources.source import fault, run_id_from, shortened

NAMESPACE: Final = "junit"
TARGET: Final = "junit"
MOST_ERROR: Final = 50_000
_MILLISECONDS: Final = 1000


@dataclass(frozen=True, slots=True)
class Suite:
    """A suite with its own cases; `failed` are these and those of the suites below. `size` is in characters."""

    id: str
    parent_id: str | None
    line: int
    name: str
    began: Micros
    ended: Micros
    cases: tuple[Case, ...]
    failed: tuple[Case, ...]
    metadata: Mapping[str, Any]
    size: int


def suites_in(root: Element, file: str, written: Micros) -> list[Suite]:
    """Return the suites of a file, each before those below it; `written` dates a report that has no timestamp.

    A suite is known by its content: the same report is the same run, wherever its file is.
    """
    reader = _SuiteReader(file, written, Counter())
    outermost = root.named("testsuite") if root.tag == "testsuites" else iter([root])
    began = reader.instant_of(root)
    return [suite for element in outermost for suite in reader.suites(element, None, began)]


@dataclass(frozen=True, slots=True)
class _SuiteReader:
    """Reads the suites of one file. Of suites with equal content, each is told by its number."""

    file: str
    written: Micros
    alike: Counter[str]

    def suites(self, element: Element, parent_id: str | None, outer: Micros | None) -> Iterator[Suite]:
        """Yield a suite and those below it; one without a timestamp has that of the suite around it."""
        content = _content_of(element)
        digest = sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
        self.alike[digest] += 1
        run_id = run_id_from(f"{self.alike[digest]} {digest}", NAMESPACE)
        told = self.instant_of(element)
        began = outer if told is None else told
        below = [suite for child in element.named("testsuite") for suite in self.suites(child, run_id, began)]
        cases = tuple(case_of(child, self.file) for child in element.named("testcase"))
        inner = [case for suite in below if suite.parent_id == run_id for case in suite.failed]
        suite = Suite(
            id=run_id,
            parent_id=parent_id,
            line=element.line,
            name=element.attributes.get("name", "").strip() or "testsuite",
            began=self.written if began is None else began,
            ended=0,
            cases=cases,
            failed=(*(case for case in cases if case.is_failed), *inner),
            metadata=_metadata(element, cases),
            size=len(content),
        )
        lasted = max(seconds_of(element, self.file), sum(case.seconds for case in cases))
        yield replace(suite, ended=max([suite.began + _micros(lasted), *(each.ended for each in below)]))
        yield from below

    def instant_of(self, element: Element) -> Micros | None:
        """Return the timestamp, None without one; it is of UTC unless it says otherwise."""
        text = element.attributes.get("timestamp", "").strip()
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
            return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        except (ValueError, OverflowError):
            place = f"{self.file}, line {element.line}"
            raise fault(place, f"timestamp is no time as ISO 8601 has it: {text[:40]!r}") from None


def import_of(suite: Suite) -> ImportRun:
    """Return the import of a suite."""
    outcome = RunStatus.FAILED if suite.failed else RunStatus.COMPLETED
    name = shortened(suite.name, MAX_NAME)
    items = {_item(case) for case in suite.cases}
    return ImportRun(
        id=suite.id,
        parent_id=suite.parent_id,
        name=name,
        tags=("junit", f"outcome-{'failed' if suite.failed else 'passed'}"),
        metadata=dict(suite.metadata),
        # No report says of which version of the tests it is.
        dataset=DatasetLink(name, 0, TargetType.WORKFLOW, TARGET, len(items)) if items else None,
        created_at=suite.began,
        started_at=suite.began,
        moves=(Move(outcome, suite.ended, _words(suite.failed) if suite.failed else None),),
        results=tuple(_results(suite)),
    )


def _results(suite: Suite) -> Iterator[RecordResult]:
    """Yield the cases as if one came after the other; one that was skipped has no result."""
    attempts: Counter[str] = Counter()
    at = suite.began
    for case in suite.cases:
        done = at + _micros(case.seconds)
        if case.outcome != SKIPPED:
            item = _item(case)
            yield RecordResult(
                run_id=suite.id,
                item_id=item,
                retry_count=attempts[item],
                output={"outcome": case.outcome},
                error=case.error,
                latency=round(case.seconds * _MILLISECONDS, 3),
                started_at=at,
                completed_at=done,
            )
            attempts[item] += 1
        at = done


def _item(case: Case) -> str:
    return shortened(case.name, MAX_ITEM_ID)


def _words(failed: tuple[Case, ...]) -> str:
    return "\n\n".join(f"{case.name}\n{case.details or case.message}".strip() for case in failed)[:MOST_ERROR]


def _metadata(element: Element, cases: tuple[Case, ...]) -> dict[str, Any]:
    """Return how many cases came to each outcome, the host, and the properties."""
    properties = {
        child.attributes.get("name", ""): child.attributes.get("value") or child.text.strip()
        for group in element.named("properties")
        for child in group.named("property")
    }
    told = {
        "tests": dict(sorted(Counter(case.outcome for case in cases).items())),
        "host": element.attributes.get("hostname"),
        "properties": properties,
    }
    return {name: value for name, value in told.items() if value}


def _micros(seconds: float) -> Micros:
    return round(seconds * SECOND)


def _content_of(element: Element) -> str:
    """Return all that an element says, without the space between elements."""
    attributes = sorted(element.attributes.items())
    return f"{element.tag}{attributes}{element.text.strip()}[{''.join(map(_content_of, element.children))}]"
