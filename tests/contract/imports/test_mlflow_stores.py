"""Stores that the real MLflow wrote, against what it says of them itself."""

import json
from typing import Any, Final, cast

import pytest

from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.run import Run
from runindex.maintenance.sources.load import Loaded
from runindex.maintenance.sources.mlflow.run import id_of
from runindex.maintenance.sources.mlflow.stores import open_store
from runindex.maintenance.transfer.import_lines import import_lines
from runindex.ports.maintenance import Storage
from runindex.ports.store import Store
from tests.support.data.exports import exported
from tests.support.data.maintenance import faults
from tests.support.data.sources import counts_of, loaded
from tests.support.programs.clients import MLFLOW, build
from tests.support.stores import MADE, listed

pytestmark = pytest.mark.asyncio
Said = dict[str, Any]
STATUSES: Final = {
    "FINISHED": RunStatus.COMPLETED,
    "FAILED": RunStatus.FAILED,
    "KILLED": RunStatus.CANCELLED,
    "RUNNING": RunStatus.ACTIVE,
}
RUNS, OPEN = 200, 20


@pytest.fixture(scope="module", autouse=True)
def stores() -> None:
    """Have MLflow write its stores."""
    build("tests/mlflow/build/.built")


async def load_store(store: Store, name: str) -> Loaded:
    with open_store(str(MLFLOW / name)) as source:
        return await loaded(store, source)


def said_of(name: str) -> list[Said]:
    return cast("list[Said]", json.loads((MLFLOW / f"{name}.json").read_text()))


def assert_agrees(run: Run, said: Said) -> None:
    """Assert that a run is as MLflow says: one that is deleted there is archived."""
    status = STATUSES[said["status"]]
    outcome = None if status is RunStatus.ACTIVE else status
    assert run.status is (RunStatus.ARCHIVED if said["stage"] == "deleted" else status)
    assert (run.outcome, run.error is not None) == (outcome, status is RunStatus.FAILED)
    parent = said["tags"].get("mlflow.parentRunId")
    assert (run.name, run.parent_id) == (said["name"], parent and id_of(parent))
    assert (run.created_at, run.started_at) == (said["start"] * 1000, said["start"] * 1000)
    assert run.finished_at == (None if said["end"] is None else said["end"] * 1000)
    metadata = json.loads(run.metadata or "{}")
    assert (metadata["params"], metadata["tags"]) == (said["params"], said["tags"])
    assert {key: repr(float(value)) for key, value in metadata["metrics"].items()} == said["metrics"]
    own = {f"{key}:{value}" for key, value in said["tags"].items() if not key.startswith("mlflow.")}
    assert set(run.tags) == own | {f"experiment:{said['experiment']}"}


@pytest.mark.parametrize("name", ["mlruns", "mlflow.db"])
async def test_a_store_is_imported_as_mlflow_says_and_brought_along(
    storage: Storage, other: Storage, name: str
) -> None:
    assert counts_of(await load_store(storage, name)) == (RUNS, 0, 0, 0)
    await assert_agree(storage, name)
    head = await storage.log_state()
    assert counts_of(await load_store(storage, name)) == (0, 0, RUNS, 0)
    assert await storage.log_state() == head
    lines = await exported(storage)
    await import_lines(other, lines)
    assert await exported(other) == lines
    assert counts_of(await load_store(other, f"grown/{name}")) == (0, OPEN, RUNS - OPEN, 0)
    await assert_agree(other, f"grown/{name}")
    # What the store was before contradicts what it is: a run that has ended does not run again.
    assert len((await load_store(other, name)).refused) == OPEN
    assert await faults(other) == []


async def assert_agree(store: Store, name: str) -> None:
    """Assert that a store has the runs that MLflow says, and no others."""
    runs = {run.id: run for run in await listed(store, MADE)}
    said = said_of(name)
    assert len(runs) == len(said) == RUNS
    for each in said:
        assert_agrees(runs[id_of(each["id"])], each)
