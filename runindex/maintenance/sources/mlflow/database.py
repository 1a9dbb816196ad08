"""MLflow's store in a file of SQLite. Statements are short, so that MLflow may write meanwhile."""

import math
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from runindex.commands import ImportRun
from runindex.domain.errors import BadRequestError
from runindex.maintenance.sources.mlflow.run import PARENT, MlflowRun, id_of, import_of, parent_of
from runindex.maintenance.sources.source import SourceRun, fault

TABLES: Final = frozenset({"experiments", "runs", "params", "tags", "latest_metrics"})
SECONDS: Final = 30.0
_PAGE: Final = 200
_DELETED: Final = "deleted"
_TABLES: Final = "SELECT name FROM sqlite_master WHERE type = 'table'"
_INDEX: Final = """
SELECT runs.run_uuid, tags.value FROM runs LEFT JOIN tags ON tags.run_uuid = runs.run_uuid AND tags.key = ?
ORDER BY runs.start_time, runs.run_uuid
"""
_RUNS: Final = "SELECT * FROM runs WHERE run_uuid IN "
_PARAMS: Final = "SELECT run_uuid, key, value FROM params WHERE run_uuid IN "
_TAGS: Final = "SELECT run_uuid, key, value FROM tags WHERE run_uuid IN "
_METRICS: Final = (
    "SELECT run_uuid, key, CASE WHEN is_nan THEN NULL ELSE value END AS value FROM latest_metrics WHERE run_uuid IN "
)
_EXPERIMENTS: Final = "SELECT experiment_id, name FROM experiments"


@dataclass(slots=True)
class DatabaseStore:
    """The open file of a store."""

    name: str
    connection: sqlite3.Connection

    def index(self) -> Sequence[SourceRun]:
        """Return all runs, oldest first."""
        return [
            SourceRun(id_of(run_id), parent_of(parent), f"{self.name}, run {run_id}", run_id)
            for run_id, parent in self.rows(_INDEX, (PARENT,))
        ]

    def read(self, entries: Sequence[SourceRun]) -> Iterator[ImportRun]:
        """Yield the runs of the entries; raise BadRequestError for one that is gone since."""
        experiments = dict(self.rows(_EXPERIMENTS))
        for start in range(0, len(entries), _PAGE):
            page = entries[start : start + _PAGE]
            runs = self._runs([entry.key for entry in page], experiments)
            for entry in page:
                if entry.key not in runs:
                    raise fault(entry.place, "the run is gone since the import began")
                yield import_of(runs[entry.key])

    def _runs(self, ids: Sequence[str], experiments: Mapping[Any, str]) -> Mapping[str, MlflowRun]:
        marks = f"({', '.join('?' * len(ids))})"
        params, tags, metrics = (self._by_run(text + marks, ids) for text in (_PARAMS, _TAGS, _METRICS))
        runs = {}
        for row in self.rows(_RUNS + marks, ids):
            run = dict(row)
            run_id = run["run_uuid"]
            runs[run_id] = MlflowRun(
                run_id=run_id,
                status=run["status"],
                start_time=run["start_time"],
                end_time=run["end_time"],
                deleted_time=run.get("deleted_time"),
                is_deleted=run["lifecycle_stage"] == _DELETED,
                name=run["name"],
                user=run["user_id"],
                artifacts=run["artifact_uri"],
                experiment_id=str(run["experiment_id"]),
                experiment=experiments.get(run["experiment_id"]),
                params=params[run_id],
                metrics={key: math.nan if value is None else value for key, value in metrics[run_id].items()},
                tags={key: value or "" for key, value in tags[run_id].items()},
            )
        return runs

    def _by_run(self, statement: str, ids: Sequence[str]) -> defaultdict[str, dict[str, Any]]:
        found: defaultdict[str, dict[str, Any]] = defaultdict(dict)
        for run_id, key, value in self.rows(statement, ids):
            found[run_id][key] = value
        return found

    def rows(self, statement: str, values: Sequence[Any] = ()) -> Sequence[Any]:
        """Return the rows of a statement; raise BadRequestError when the file cannot be read."""
        try:
            return self.connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise fault(self.name, f"cannot be read: {error}") from None


@contextmanager
def open_database(path: Path) -> Iterator[DatabaseStore]:
    """Open a file, to read it only; raise BadRequestError for one that is no store of MLflow."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=SECONDS)
    try:
        connection.row_factory = sqlite3.Row
        store = DatabaseStore(path.name, connection)
        missing = TABLES.difference(row["name"] for row in store.rows(_TABLES))
        if missing:
            raise BadRequestError(f"{path} is no store of MLflow: it has no tables {', '.join(sorted(missing))}")
        yield store
    finally:
        connection.close()
