"""Report a pytest session to RunIndex while it runs. To be copied with `reporter.py`; both need nothing but pytest.

    python -m pytest -p pytest_recorder --runindex-url http://127.0.0.1:8000/graphql

The session becomes a run of a dataset, the test suite: each executed test is a result, under its node id. A skipped
test has no result, so that the run counts it as skipped. Each test file becomes a child of the session's run, which is
closed when its tests passed, and else failed with their errors. The session's outcome is that of its exit code: a
session without tests fails, as pytest has it.

Reports are sent in the background, so that a slow server does not slow the tests; the session's end waits for them. A
session that is recorded again under the same `--runindex-session` adds nothing. Under pytest-xdist only the controller
reports. A failure to report costs one line at the end, never the session.
"""

import platform
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import pytest

if TYPE_CHECKING:
    from .reporter import Reporter

MAX_NAME: Final = 256
MAX_ITEM: Final = 512
NO_TESTS: Final = "no tests were collected"
MAX_RUN_ERROR: Final = 50_000
MAX_RESULT_ERROR: Final = 1_000
EXPECTED: Final = {"skipped": "xfailed", "passed": "xpassed"}
PYTHON: Final = f"python-{sys.version_info.major}.{sys.version_info.minor}"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options; without the first one nothing is recorded."""
    group = parser.getgroup("runindex")
    group.addoption("--runindex-url", metavar="URL", help="Report the session to the RunIndex at this address.")
    group.addoption("--runindex-session", metavar="UUID", type=UUID, help="Record the session as the run of this id.")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to record, in the process that knows the whole session."""
    url = config.getoption("--runindex-url")
    if url and not hasattr(config, "workerinput") and not config.option.collectonly:
        # It lies beside this file, whether that is in a package or not. Workers do not need it.
        module = import_module(".reporter", __package__) if __package__ else import_module("reporter")
        reporter: Reporter = module.Reporter(url, config.getoption("--runindex-session") or uuid4())
        config.pluginmanager.register(Recorder(reporter, config.rootpath), "runindex-recorder")


@dataclass(slots=True)
class Recorded:
    """The run of the session or of a file, with the results of its tests so far."""

    about: str
    run_id: str
    outcomes: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    ended: bool = False


@dataclass(slots=True)
class Attempt:
    """One execution of a test, with its reports so far."""

    heard: float = field(default_factory=time.time)
    reports: list[pytest.TestReport] = field(default_factory=list)

    @property
    def phases(self) -> dict[str, pytest.TestReport]:
        """Return the reports of setup, call and teardown; a subtest's reports come before its test's own."""
        return {str(report.when): report for report in self.reports}

    @property
    def ended(self) -> bool:
        """Return whether no more reports follow: after teardown, a crash, or a report of a coming rerun."""
        last = self.reports[-1]
        return last.when not in ("setup", "call") or outcome_of(last) == "rerun"

    @property
    def outcome(self) -> str:
        """Return the outcome, empty if the test was interrupted before it had one."""
        outcomes = {when: outcome_of(report) for when, report in self.phases.items()}
        decisive = (outcome for outcome in ("failed", "rerun", "xfailed", "skipped") if outcome in outcomes.values())
        return next(decisive, outcomes.get("call", ""))

    @property
    def failure(self) -> pytest.TestReport:
        """Return the first report with the outcome: a subtest's report says more than its test's own."""
        return next(report for report in self.reports if outcome_of(report) == self.outcome)

    def as_result(self) -> dict[str, object]:
        """Return the attempt as the input of a result."""
        times = {when: round(report.duration * 1000, 3) for when, report in self.phases.items()}
        started = self.reports[0].start or self.heard  # a crash is reported without times
        return {
            "output": {"outcome": self.outcome, "phases": times},
            "latency": round(sum(times.values()), 3),
            "error": brief(self.failure) if self.outcome in ("failed", "rerun") else None,
            "startedAt": instant(started),
            "completedAt": instant(max(started, self.reports[-1].stop)),
        }


class Recorder:
    """Turns pytest's reports into runs and results."""

    def __init__(self, reporter: "Reporter", root: Path) -> None:
        self._reporter = reporter
        self._root = root
        self._session = Recorded("the session", str(reporter.session))
        self._begun = False
        self._files: dict[str, Recorded] = {}
        self._to_come: Counter[str] = Counter()  # tests by file
        self._under_way: dict[tuple[str, object], Attempt] = {}  # by test and worker
        self._recorded: Counter[str] = Counter()  # attempts, by item
        self._interrupted = False
        self._trouble: Exception | None = None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._safely(self._note_uncollected, report)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._safely(self._begin_session, [item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        self._safely(self._begin_session, ids)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._safely(self._file, nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._safely(self._note, report)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        # pytest also ends this way when tests cannot be collected or enough have failed: that is no interruption.
        self._interrupted = excinfo.type is KeyboardInterrupt or excinfo.errisinstance(pytest.exit.Exception)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        # Other plugins may have changed the exit code by now.
        self._safely(self._end_session, int(session.exitstatus))
        self._reporter.finish()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if trouble := self._trouble or self._reporter.trouble:
            why = " ".join(f"{type(trouble).__name__}: {trouble}".split())
            terminalreporter.write_line(f"runindex: warning: not all was recorded: {why}", yellow=True)
        else:
            terminalreporter.write_line(f"runindex: recorded as run {self._reporter.session}")

    def _safely(self, step: Callable[..., object], *given: object) -> None:
        if not self._trouble:
            try:
                step(*given)
            except Exception as error:  # noqa: BLE001 - a session is worth more than its record
                self._trouble = error

    def _begin_session(self, tests: Sequence[str]) -> None:
        """Create the session's run, now that its tests are known: the first worker reports them."""
        if self._begun:
            return
        self._begun = True
        self._to_come.update(map(file_of, tests))
        dataset = {
            "datasetId": name_of(self._root),
            "datasetVersion": last_change(self._root / path for path in self._to_come),
            "targetType": "WORKFLOW",
            "targetId": PYTHON,  # the interpreter that executes the suite
            "totalItems": len(set(tests)),
        }
        metadata = {"pytest": pytest.__version__, "python": platform.python_version(), "platform": platform.platform()}
        self._begin(self._session, name=f"pytest {name_of(self._root)}"[:MAX_NAME], metadata=metadata, dataset=dataset)
        for file in self._files.values():
            self._begin_file(file)

    def _begin(self, run: Recorded, **fields: object) -> None:
        self._reporter.send("createRun", run.about, id=run.run_id, tags=[PYTHON], **fields)
        self._reporter.send("startRun", run.about, id=run.run_id)

    def _begin_file(self, file: Recorded) -> None:
        self._begin(file, name=file.about[-MAX_NAME:], parentId=self._session.run_id)

    def _file(self, nodeid: str) -> Recorded:
        """Return the record of a test's file; create its run if it is new, after the session's."""
        path = file_of(nodeid)
        if path not in self._files:
            self._files[path] = Recorded(path, str(uuid5(self._reporter.session, path)))
            if self._begun:
                self._begin_file(self._files[path])
        return self._files[path]

    def _note_uncollected(self, report: pytest.CollectReport) -> None:
        file = self._file(report.nodeid)
        file.outcomes[report.nodeid] = "failed"
        file.errors[report.nodeid] = str(report.longrepr)

    def _note(self, report: pytest.TestReport) -> None:
        key = (report.nodeid, getattr(report, "node", None))
        attempt = self._under_way.setdefault(key, Attempt())
        attempt.reports.append(report)
        if attempt.ended:
            del self._under_way[key]
            self._end_attempt(report.nodeid, attempt)

    def _end_attempt(self, nodeid: str, attempt: Attempt) -> None:
        """Record an attempt, and end its file's run if it was the last."""
        self._record(nodeid, attempt)
        if attempt.outcome != "rerun":
            self._to_come[file_of(nodeid)] -= 1
            if not self._to_come[file_of(nodeid)]:
                self._end_file(nodeid)

    def _record(self, nodeid: str, attempt: Attempt) -> None:
        """Record an outcome. A skipped test has no result, and a test to be rerun decides nothing yet."""
        file, outcome = self._file(nodeid), attempt.outcome
        if outcome == "failed":
            file.outcomes[nodeid] = outcome
            file.errors[nodeid] = str(attempt.failure.longrepr)
        elif outcome not in ("", "rerun"):
            file.outcomes.setdefault(nodeid, outcome)
        if outcome not in ("", "skipped"):
            item = item_of(nodeid)
            about = {"runId": self._session.run_id, "itemId": item, "retryCount": self._recorded[item]}
            self._recorded[item] += 1
            self._reporter.record(about | attempt.as_result())

    def _end_file(self, nodeid: str) -> None:
        file = self._file(nodeid)
        if file.errors:
            texts = [f"{test}\n{text}" for test, text in sorted(file.errors.items())]
            self._end(file, "failed", "\n\n".join(texts))
        elif self._to_come[file.about] > 0:
            self._end(file, "interrupted", "the session ended before all tests of the file had run")
        else:
            self._end(file, "passed")

    def _end_session(self, exitstatus: int) -> None:
        self._begin_session([])  # the session may end before any test was collected
        for (nodeid, _), attempt in self._under_way.items():
            self._record(nodeid, attempt)  # interrupted, perhaps after its outcome was known
        session = self._session
        for path, file in self._files.items():
            if not file.ended:
                self._end_file(path)
            session.outcomes |= file.outcomes
            session.errors |= file.errors
        if self._interrupted:
            self._end(session, "interrupted", "the session was interrupted")
        elif exitstatus == pytest.ExitCode.OK:
            self._end(session, "passed")
        else:
            why = f": {NO_TESTS}" if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED else ""
            self._end(session, "failed", "\n".join([f"pytest: exit code {exitstatus}{why}", *sorted(session.errors)]))

    def _end(self, run: Recorded, outcome: str, why: str = "") -> None:
        counts = Counter(run.outcomes.values())
        send, about = self._reporter.send, run.about
        send("addRunTags", about, id=run.run_id, tags=[f"outcome-{outcome}"])
        send("updateRunMetadata", about, id=run.run_id, change={"patch": {"tests": dict(sorted(counts.items()))}})
        match outcome:
            case "failed":
                send("failRun", about, id=run.run_id, error=plain(why)[:MAX_RUN_ERROR])
            case "interrupted":
                send("cancelRun", about, id=run.run_id, reason=why)
            case _:
                send("closeRun", about, id=run.run_id)
        run.ended = True


def file_of(nodeid: str) -> str:
    """Return the path of the file that a test or collector belongs to."""
    return plain(nodeid.partition("::")[0]) or "."


def name_of(root: Path) -> str:
    """Return the name of the root folder, as far as the index can hold it; its path, if the name is blank."""
    name, path = plain(root.name), plain(str(root))
    return name[:MAX_NAME] if name.strip() else path[-MAX_NAME:]


def item_of(nodeid: str) -> str:
    """Return a test's item id: its node id, or a shorter id if that is too long."""
    text = plain(nodeid)
    digest = uuid5(NAMESPACE_URL, text).hex
    return text if len(text) <= MAX_ITEM else f"{text[: MAX_ITEM - len(digest)]}{digest}"


def outcome_of(report: pytest.TestReport) -> str:
    """Return the outcome of a phase; pytest reports a test that was expected to fail under another one and marks it."""
    return EXPECTED.get(report.outcome, report.outcome) if hasattr(report, "wasxfail") else report.outcome


def brief(report: pytest.TestReport) -> str:
    """Return briefly why a test failed: the exception, or else the end of the report."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message[:MAX_RESULT_ERROR] if crash else str(report.longrepr)[-MAX_RESULT_ERROR:]
    return plain(text) or report.outcome


def last_change(files: Iterable[Path]) -> str:
    """Return the newest modification time of the files, which identifies this version of the tests."""
    return instant(max((file.stat().st_mtime for file in files if file.exists()), default=0))


def instant(seconds: float) -> str:
    """Return an instant as the API reads it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def plain(text: str) -> str:
    """Return the text without characters that no storage keeps: NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
