"""Report a pytest session to RunIndex while it runs.

    python -m pytest -p examples.pytest_recorder --runindex-url http://127.0.0.1:8000/graphql

The session becomes a run and each test file a child of it, closed when its tests passed and failed with their errors
when not. Every mutation carries an idempotency key made of the session's id, what it is about and its name: it can be
sent again after a lost answer, and a session that is recorded again under the same `--runindex-session` adds nothing.
Under pytest-xdist the controller alone reports. Trouble with reporting costs one line at the end, never the session.
"""

import platform
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

import pytest
from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportError
from gql.transport.httpx import HTTPXTransport

TIMEOUT_SECONDS: Final = 5
PAUSES: Final = (0.1, 0.4, 1.0)  # seconds between the attempts to send one mutation
MAX_NAME: Final = 256
MAX_ERROR: Final = 50_000

INPUTS: Final = {
    "createRun": "CreateRunInput",
    "createChildRun": "CreateChildRunInput",
    "startRun": "RunInput",
    "addRunTags": "RunTagsInput",
    "updateRunMetadata": "UpdateRunMetadataInput",
    "closeRun": "RunInput",
    "failRun": "FailRunInput",
    "cancelRun": "RunInput",
}
# Every expected failure is a Problem among the outcomes, so one document serves all mutations.
MUTATION: Final = """
mutation ($input: %s!) {
  outcome: %s(input: $input) { ... on RunPayload { run { id } } ... on Problem { message } }
}
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options; without the first one nothing is recorded."""
    group = parser.getgroup("runindex")
    group.addoption("--runindex-url", metavar="URL", help="Report the session to the RunIndex at this address.")
    group.addoption("--runindex-session", metavar="UUID", type=UUID, help="Record the session as the run of this id.")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to record, in the process that knows the whole session."""
    url = config.getoption("--runindex-url")
    if url and not hasattr(config, "workerinput") and not config.option.collectonly:
        reporter = Reporter(url, config.getoption("--runindex-session") or uuid4())
        config.pluginmanager.register(Recorder(reporter, f"pytest {config.rootpath.name}"), "runindex-recorder")


class Reporter:
    """Sends mutations to RunIndex, each under a key of its own; sends again when no answer came."""

    def __init__(self, url: str, session: UUID) -> None:
        self.session = session
        self._client = Client(transport=HTTPXTransport(url=url, timeout=TIMEOUT_SECONDS))
        self._connection = self._client.connect_sync()  # type: ignore[no-untyped-call]  # gql has no types here

    def send(self, mutation: str, about: str, **fields: object) -> str:
        """Send a mutation about the session or one of its files; return the run's id or raise what stood in the way."""
        fields["idempotencyKey"] = str(uuid5(self.session, f"{mutation} {about}"))
        request = GraphQLRequest(MUTATION % (INPUTS[mutation], mutation), variable_values={"input": fields})
        outcome = self._deliver(request)
        if "run" not in outcome:
            raise RuntimeError(f"{mutation} of {about}: {outcome['message']}")
        return str(outcome["run"]["id"])

    def close(self) -> None:
        """Close the connection."""
        self._client.close_sync()  # type: ignore[no-untyped-call]  # as above

    def _deliver(self, request: GraphQLRequest) -> dict[str, Any]:
        for pause in PAUSES:
            # Whether it was executed is not known then, and thanks to the key need not be.
            with suppress(TransportError):
                return dict(self._connection.execute(request)["outcome"])
            time.sleep(pause)
        return dict(self._connection.execute(request)["outcome"])


@dataclass(slots=True)
class Recorded:
    """A run that stands for the session or a file, with what is known of its tests so far."""

    about: str
    run_id: str
    outcomes: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    ended: bool = False


class Recorder:
    """Turns what pytest tells into runs, until the first trouble."""

    def __init__(self, reporter: Reporter, name: str) -> None:
        self._reporter = reporter
        self._name = name
        self._files: dict[str, Recorded] = {}
        self._to_come: Counter[str] = Counter()  # tests by file
        self._interrupted = False
        self._trouble = ""

    def pytest_sessionstart(self) -> None:
        self._attempt(self._begin_session)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._to_come.update(file_of(item.nodeid) for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        if not self._to_come:  # every worker collects the same
            self._to_come.update(map(file_of, ids))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._attempt(self._note, report)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._attempt(self._file, nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._attempt(self._note, report)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._to_come[file_of(nodeid)] -= 1
        if not self._to_come[file_of(nodeid)]:
            self._attempt(self._end_file, nodeid)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        # pytest also ends so when tests cannot be collected or enough have failed: that is no interruption.
        self._interrupted = excinfo.type is KeyboardInterrupt or excinfo.errisinstance(pytest.exit.Exception)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        self._attempt(self._end_session, exitstatus)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._trouble:
            terminalreporter.write_line(f"runindex: warning: not all was recorded: {self._trouble}", yellow=True)
        else:
            terminalreporter.write_line(f"runindex: recorded as run {self._reporter.session}")

    def pytest_unconfigure(self) -> None:
        self._reporter.close()

    def _attempt(self, step: Callable[..., object], *given: object) -> None:
        if not self._trouble:
            try:
                step(*given)
            except Exception as error:  # noqa: BLE001 - a session is worth more than its record
                self._trouble = " ".join(f"{type(error).__name__}: {error}".split())

    def _begin_session(self) -> None:
        session = str(self._reporter.session)
        metadata = {"pytest": pytest.__version__, "python": platform.python_version(), "platform": platform.platform()}
        self._reporter.send("createRun", "session", id=session, name=self._name, tags=[PYTHON], metadata=metadata)
        self._reporter.send("startRun", "session", id=session)

    def _file(self, nodeid: str) -> Recorded:
        """Return the run of a test's file, created and started when this is the first that is heard of it."""
        path = file_of(nodeid)
        if path not in self._files:
            parent = str(self._reporter.session)
            run_id = self._reporter.send("createChildRun", path, parentId=parent, name=path[-MAX_NAME:], tags=[PYTHON])
            self._reporter.send("startRun", path, id=run_id)
            self._files[path] = Recorded(path, run_id)
        return self._files[path]

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        """Note a test's outcome: of its setup, call and teardown, the first that failed, else the call, decides."""
        file = self._file(report.nodeid)
        if report.failed:
            file.outcomes[report.nodeid] = "failed"
            file.errors.setdefault(report.nodeid, str(report.longrepr))
        elif report.skipped or report.when == "call":
            file.outcomes.setdefault(report.nodeid, report.outcome)

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
        for path, file in self._files.items():
            if not file.ended:
                self._end_file(path)
        session = Recorded("session", str(self._reporter.session))
        for file in self._files.values():
            session.outcomes |= file.outcomes
            session.errors |= file.errors
        if self._interrupted:
            self._end(session, "interrupted", "the session was interrupted")
        elif exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            self._end(session, "passed")
        else:
            self._end(session, "failed", "\n".join([f"pytest: exit code {int(exitstatus)}", *sorted(session.errors)]))

    def _end(self, run: Recorded, outcome: str, why: str = "") -> None:
        counts = Counter(run.outcomes.values())
        send, about = self._reporter.send, run.about
        send("addRunTags", about, id=run.run_id, tags=[f"outcome-{outcome}"])
        send("updateRunMetadata", about, id=run.run_id, change={"patch": {"tests": dict(sorted(counts.items()))}})
        match outcome:
            case "failed":
                send("failRun", about, id=run.run_id, error=plain(why)[:MAX_ERROR])
            case "interrupted":
                send("cancelRun", about, id=run.run_id, reason=why)
            case _:
                send("closeRun", about, id=run.run_id)
        run.ended = True


PYTHON: Final = f"python-{sys.version_info.major}.{sys.version_info.minor}"


def file_of(nodeid: str) -> str:
    """Return the path of the file that a test or collector belongs to."""
    return nodeid.partition("::")[0] or "."


def plain(text: str) -> str:
    """Return the text without what no storage keeps: NUL and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
