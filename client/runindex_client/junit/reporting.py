"""A file of JUnit's as runs: a run for each suite, a result for each case that was executed."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from runindex_client.junit.suite import Case, Suite
from runindex_client.runs.inputs import tags_of
from runindex_client.runs.session_log import SessionLog
from runindex_client.runs.texts import MAX_NAME, item_of

TARGET: Final = "junit"
UNVERSIONED: Final = "1970-01-01T00:00:00+00:00"  # a report does not say which version of the tests it is of
MOST_RUN_ERROR: Final = 50_000
MOST_RESULT_ERROR: Final = 1_000


def id_of(content: bytes, parent: str | None) -> UUID:
    """Return the id of a file's run: the same content below the same run is the same run."""
    return uuid5(NAMESPACE_URL, f"junit {parent or ''} {hashlib.sha256(content).hexdigest()}")


class Reporting:
    """Reports suites; what is reported again changes nothing."""

    def __init__(self, log: SessionLog, tags: Sequence[str], written: datetime) -> None:
        self._log = log
        self._tags = tags_of(tags)
        self._written = written

    def report(self, suite: Suite, parent: str | None, *, name: str | None = None, path: str = "") -> None:
        """Report a suite as the run of the session, the suites within it as runs below."""
        about = path or "whole"
        run_id = str(uuid5(self._log.session, path) if path else self._log.session)
        given = {"tags": self._tags} | ({"parentId": parent} if parent else {}) | ({"name": name} if name else {})
        self._log.send("createRun", about, **(_fields(suite) | given | {"id": run_id}))
        self._log.send("startRun", about, id=run_id)
        self._record(suite, run_id)
        for number, below in enumerate(suite.suites):
            self.report(below, run_id, path=f"{path}/{number} {below.name}")
        failed = [case for case in suite.all_cases() if case.is_failed]
        outcome = "failed" if failed else "passed"
        self._log.send("addRunTags", about, id=run_id, tags=[f"outcome-{outcome}"])
        if failed:
            self._log.send("failRun", about, id=run_id, error=_words(failed))
        else:
            self._log.send("closeRun", about, id=run_id)

    def _record(self, suite: Suite, run_id: str) -> None:
        """Record the cases, one after the other; a skipped one has no result, and so counts as skipped."""
        attempts: Counter[str] = Counter()
        began = suite.began or self._written - timedelta(seconds=sum(case.seconds for case in suite.cases))
        for case in suite.cases:
            ended = began + timedelta(seconds=case.seconds)
            if case.outcome != "skipped":
                item = item_of(case.name)
                about = {"runId": run_id, "itemId": item, "retryCount": attempts[item]}
                attempts[item] += 1
                self._log.record(about | _result(case, began, ended))
            began = ended


def _fields(suite: Suite) -> dict[str, Any]:
    told = {"tests": suite.counts(), "host": suite.host, "properties": suite.properties}
    fields: dict[str, Any] = {"name": suite.name[:MAX_NAME], "metadata": {name: it for name, it in told.items() if it}}
    if suite.cases:
        fields["dataset"] = {
            "datasetId": suite.name[:MAX_NAME],
            "datasetVersion": UNVERSIONED,
            "targetType": "WORKFLOW",
            "targetId": TARGET,
            "totalItems": len({case.name for case in suite.cases}),
        }
    return fields


def _result(case: Case, began: datetime, ended: datetime) -> dict[str, object]:
    why = case.message or case.details[-MOST_RESULT_ERROR:] or case.outcome
    return {
        "output": {"outcome": case.outcome},
        "latency": round(case.seconds * 1000, 3),
        "startedAt": began.isoformat(),
        "completedAt": ended.isoformat(),
    } | ({"error": why[:MOST_RESULT_ERROR]} if case.is_failed else {})


def _words(failed: Sequence[Case]) -> str:
    told = (f"{case.name}\n{case.details or case.message}".strip() for case in failed)
    return "\n\n".join(told)[:MOST_RUN_ERROR]
