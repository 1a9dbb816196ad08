"""A real run of dbt on DuckDB, with `openlineage-dbt`, is a tree of runs."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.support.paths import ROOT
from tests.support.servers.served import PATIENCE, Served, serving

DBT: Final = ROOT / "tests" / "lineage"
TREE: Final = """{ runs(first: 50, filter: {tags: {all: ["namespace:shop"]}}) { nodes {
  name status tags startedAt finishedAt parent { name } events(first: 50) { nodes { stream payload } }
} } }"""


def build(server: Served, directory: Path) -> int:
    """Run dbt on a copy of the project, with the server's address and nothing else set; return its exit code."""
    project = shutil.copytree(DBT / "shop", directory / "shop")
    programs = DBT / ".venv" / "bin"
    environment = {
        "PATH": f"{programs}{os.pathsep}{os.defpath}",
        "HOME": str(directory),
        "SHOP_DATABASE": str(directory / "shop.duckdb"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "OPENLINEAGE_NAMESPACE": "shop",
        "OPENLINEAGE_URL": server.root,
    }
    command = (programs / "dbt-ol", "build", "--project-dir", project, "--profiles-dir", project)
    return subprocess.run(
        command, cwd=project, env=environment, capture_output=True, timeout=PATIENCE * 9, check=False
    ).returncode


@pytest.mark.usefixtures("clients")
@pytest.mark.timeout(PATIENCE * 10)
def test_a_run_of_dbt_is_a_tree_with_the_right_states(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert build(server, tmp_path) == 1  # one of its models fails
        runs = server.execute(TREE)["runs"]["nodes"]
    root, jobs = "dbt-run-shop", "shop.main.shop"
    assert {run["name"]: (run["status"], run["parent"]) for run in runs} == {
        root: ("FAILED", None),
        f"{jobs}.orders.build.run": ("COMPLETED", {"name": root}),
        f"{jobs}.orders.build.test": ("COMPLETED", {"name": root}),
        f"{jobs}.customers.build.run": ("COMPLETED", {"name": root}),
        f"{jobs}.broken.build.run": ("FAILED", {"name": root}),
    }
    assert all(run["startedAt"] is not None and run["finishedAt"] is not None for run in runs)
    assert all("integration:DBT" in run["tags"] for run in runs)
    (customers,) = (run for run in runs if run["name"] == f"{jobs}.customers.build.run")
    datasets = {(each["stream"], each["payload"].get("name")) for each in customers["events"]["nodes"]}
    assert datasets >= {("openlineage.inputs", "shop.main.orders"), ("openlineage.outputs", "shop.main.customers")}
