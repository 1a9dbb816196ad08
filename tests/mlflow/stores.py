# ruff: noqa: INP001 - a program, not of this package: it runs in an environment of its own
"""Write stores by the real MLflow, as `python stores.py FOLDER`: two of files, two of SQLite, and what it says of them.

Each has 200 nested runs in two experiments. The second of each kind, below `grown`, is the first after its running
runs went on and ended.
"""

import json
import os
import shutil
import sys
from itertools import cycle
from pathlib import Path
from typing import Any

os.environ |= {"MLFLOW_ALLOW_FILE_STORE": "1", "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}

from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.tracking import MlflowClient

ROOTS, CHILDREN, GRANDCHILDREN = 8, 4, 5
BEGAN = 1_700_000_000_123
STATUSES = cycle(["FINISHED", "FAILED", "KILLED", "FINISHED", "RUNNING"])
NAME = "a name that is long enough that YAML folds it over two lines: it's “quoted”, with a # and a blank"


def write(client: MlflowClient) -> None:
    experiments = [client.create_experiment(name) for name in ("nightly: all", "tuning #2")]
    made = 0
    for root in range(ROOTS):
        experiment = experiments[root % 2]
        parents = [add(client, experiment, f"{NAME} {root}", None, root)]
        for child in range(CHILDREN):
            parents.append(add(client, experiment, f"fold {child}", parents[0], child))
            for number in range(GRANDCHILDREN):
                add(client, experiment, "123" if number else "null", parents[-1], number)
        made += len(parents)
    gone = client.search_runs(experiments[:1], max_results=1)[0].info.run_id
    client.delete_run(gone)
    client.delete_experiment(experiments[1])


def add(client: MlflowClient, experiment: str, name: str, parent: str | None, number: int) -> str:
    began = BEGAN + number * 1000
    tags = {"mlflow.user": "ann", "env": f"dev {number}", "note": "zwei\nZeilen" * number}
    run = client.create_run(
        experiment, began, tags | ({"mlflow.parentRunId": parent} if parent else {}), run_name=name
    ).info.run_id
    log(client, run, began, [1 / (number + 1), float("nan") if number % 2 else 1e300])
    client.log_batch(run, params=[Param("lr", str(number / 7)), Param("opt/name", "é: 'x'\n"), Param("empty", "")])
    status = next(STATUSES)
    if status != "RUNNING":
        client.set_terminated(run, status, began + 5000 + number)
    return run


def log(client: MlflowClient, run: str, began: int, values: list[float]) -> None:
    losses = [Metric("loss", value / (step + 1), began + step, step) for step, value in enumerate(values * 2)]
    client.log_batch(run, metrics=[*losses, Metric("val/acc", values[0], began, 3), Metric("val/acc", 9.5, began, 2)])


def go_on(client: MlflowClient) -> None:
    for run in all_of(client):
        if run.info.status == "RUNNING" and run.info.lifecycle_stage == "active":
            client.log_batch(run.info.run_id, [Metric("loss", 0.125, BEGAN, 99)], tags=[RunTag("went", "on")])
            client.set_terminated(run.info.run_id, "FINISHED", run.info.start_time + 9000)


def all_of(client: MlflowClient) -> list[Any]:
    experiments = [each.experiment_id for each in client.search_experiments(view_type=ViewType.ALL)]
    return list(client.search_runs(experiments, run_view_type=ViewType.ALL, max_results=1000))


def say(client: MlflowClient, path: Path) -> None:
    names = {each.experiment_id: each.name for each in client.search_experiments(view_type=ViewType.ALL)}
    said = [
        {
            "id": run.info.run_id,
            "name": run.info.run_name,
            "status": run.info.status,
            "start": run.info.start_time,
            "end": run.info.end_time,
            "stage": run.info.lifecycle_stage,
            "experiment": names[run.info.experiment_id],
            "params": run.data.params,
            "metrics": {key: repr(value) for key, value in run.data.metrics.items()},
            "tags": run.data.tags,
        }
        for run in all_of(client)
    ]
    path.write_text(json.dumps(said))


def main(folder: Path) -> None:
    grown = folder / "grown"
    grown.mkdir()
    for prefix, name in (("file://", "mlruns"), ("sqlite:///", "mlflow.db")):
        client = MlflowClient(f"{prefix}{folder / name}")
        write(client)
        say(client, folder / f"{name}.json")
        copy = shutil.copytree if (folder / name).is_dir() else shutil.copyfile
        copy(folder / name, grown / name)
        later = MlflowClient(f"{prefix}{grown / name}")
        go_on(later)
        say(later, grown / f"{name}.json")


main(Path(sys.argv[1]).absolute())
