"""What is reported of a session of tests, under keys that are the same when it is recorded again."""

from typing import Final
from uuid import UUID, uuid5

from runindex_client.reporter import Reporter
from runindex_client.settings import Settings

FINISH_SECONDS: Final = 30.0
FINISH_TRIES: Final = 4


class SessionLog:
    """Reports to a server of its own: the tests may use the client too, for whatever they like."""

    def __init__(self, session: UUID, url: str | None = None) -> None:
        self.session = session
        self._reporter = Reporter(Settings.from_environment().at(url))
        self.parent_id = self._reporter.settings.run_id

    def send(self, mutation: str, about: str, **fields: object) -> None:
        """Report a mutation of the session's run or of one below."""
        key = str(uuid5(self.session, f"{mutation} {about}"))
        self._reporter.put(mutation, str(fields["id"]), key, fields)

    def record(self, result: dict[str, object]) -> None:
        """Report a result, unless the attempt is recorded: a session that is recorded again has other times."""
        key = str(uuid5(self.session, f"{result['itemId']} {result['retryCount']}"))
        self._reporter.put("recordResults", str(result["runId"]), key, result, if_new=True)

    def finish(self) -> str | None:
        """Wait until the server has everything, unless it is away; return why it has not."""
        reporter = self._reporter
        reporter.flush(max(FINISH_SECONDS, reporter.settings.exit_seconds), is_end=True, tries=FINISH_TRIES)
        report = reporter.report()
        reporter.close()
        if report.dropped:
            return f"{report.dropped} entries could not be kept on disk"
        if report.unsent_bytes:
            why = report.trouble or "the server has not taken it yet"
            return f"{why} (it is kept in the spool: `runindex-client flush` sends it)"
        if report.refused and report.problem:
            return f"{report.refused} entries were refused: {report.problem.message}"
        return None
