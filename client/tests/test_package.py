"""What is shipped."""

import ast
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

CLIENT = Path(__file__).parents[1]
ALLOWED = {*sys.stdlib_module_names, "httpx", "runindex_client"}
PLUGIN = CLIENT / "runindex_client" / "pytest_plugin"


def test_it_needs_httpx_alone() -> None:
    imported: set[str] = set()
    plugins: set[str] = set()
    for path in (CLIENT / "runindex_client").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found = plugins if path.is_relative_to(PLUGIN) else imported
            found |= {name.partition(".")[0] for name in names}
    assert "httpx" in imported
    assert imported <= ALLOWED
    # pytest loads the plugin, and nothing else does.
    assert plugins <= ALLOWED | {"pytest"}


def test_it_does_not_load_httpx_before_something_is_sent() -> None:
    script = "import sys, runindex_client\nassert 'httpx' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_it_loads_httpx_for_a_server_that_is_there_alone(tmp_path: Path) -> None:
    script = """
import sys, runindex_client as runindex
with runindex.run("it"):
    while not runindex.report().failures:
        assert not runindex.flush(0.05)
assert "httpx" not in sys.modules
"""
    environment = {"RUNINDEX_URL": "http://127.0.0.1:9", "RUNINDEX_SPOOL": str(tmp_path)}
    subprocess.run([sys.executable, "-c", script], check=True, env=environment)


def test_the_wheel_has_the_package_and_its_types(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=CLIENT, check=True, capture_output=True)
    (path,) = tmp_path.glob("*.whl")
    with ZipFile(path) as wheel:
        names = set(wheel.namelist())
        (metadata,) = [wheel.read(name).decode() for name in names if name.endswith("METADATA")]
        (commands,) = [wheel.read(name).decode() for name in names if name.endswith("entry_points.txt")]
    assert {"runindex_client/__init__.py", "runindex_client/py.typed"} <= names
    assert {name.partition("/")[0] for name in names if not name.startswith("runindex_client-")} == {"runindex_client"}
    assert [line for line in metadata.splitlines() if line.startswith("Requires-Dist")] == [
        "Requires-Dist: httpx<1,>=0.27"
    ]
    assert "runindex-client = runindex_client.commands.main:main" in commands
    assert "[pytest11]\nrunindex = runindex_client.pytest_plugin.plugin" in commands
