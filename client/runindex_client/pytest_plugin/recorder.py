"""A pytest session as a run: each executed test is a result, each file of tests a run below."""

import platform
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import uuid5

import pytest

from runindex_client.pytest_plugin.attempt import Attempt
from runindex_client.pytest_plugin.texts import file_of, last_change, name_of
from runindex_client.runs.session_log import SessionLog
from runindex_client.runs.texts import MAX_NAME, item_of, plain

NO_TESTS: Final = "no tests were collected"
MAX_RUN_ERROR: Final = 50_000
PYTHON: Final = f"python-{sys.version_info.major}.{sys.version_info.minor}"


@dataclass(slots=True)
class Recorded:
    """The run of the session or of a file, with the results of its tests so far."""

    about: str
    run_id: str
    outcomes: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    ended: bool = False


class Recorder:
    """Turns pytest's reports into runs and results."""

    def __init__(self, log: SessionLog, root: Path) -> None:
        self._log = log
        self._root = root
        self._session = Recorded("the session", str(log.session))
        self._begun = False
        self._files: dict[str, Recorded] = {}
        self._to_come: Counter[str] = Counter()  # tests by file
        self._under_way: dict[tuple[str, object], Attempt] = {}  # by test and worker
        self._recorded: Counter[str] = Counter()  # attempts, by item
        self._interrupted = False
        self._trouble: str | None = None

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
        missing = self._log.finish()
        self._trouble = self._trouble or missing

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._trouble:
            why = " ".join(self._trouble.split())
            terminalreporter.write_line(f"runindex: warning: not all was recorded: {why}", yellow=True)
        else:
            terminalreporter.write_line(f"runindex: recorded as run {self._log.session}")

    def _safely(self, step: Callable[..., object], *given: object) -> None:
        if not self._trouble:
            try:
                step(*given)
            except Exception as error:  # a session is worth more than its record
                self._trouble = f"{type(error).__name__}: {error}"

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
        name = f"pytest {name_of(self._root)}"[:MAX_NAME]
        above = {"parentId": self._log.parent_id} if self._log.parent_id else {}
        self._begin(self._session, name=name, metadata=metadata, dataset=dataset, **above)
        for file in self._files.values():
            self._begin_file(file)

    def _begin(self, run: Recorded, **fields: object) -> None:
        self._log.send("createRun", run.about, id=run.run_id, tags=[PYTHON], **fields)
        self._log.send("startRun", run.about, id=run.run_id)

    def _begin_file(self, file: Recorded) -> None:
        self._begin(file, name=file.about[-MAX_NAME:], parentId=self._session.run_id)

    def _file(self, nodeid: str) -> Recorded:
        """Return the record of a test's file; create its run if it is new, after the session's."""
        path = file_of(nodeid)
        if path not in self._files:
            self._files[path] = Recorded(path, str(uuid5(self._log.session, path)))
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
            self._log.record(about | attempt.as_result())

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
        send, about = self._log.send, run.about
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
