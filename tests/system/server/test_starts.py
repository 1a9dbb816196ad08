"""How the server starts, or says in one line why it does not, and what the other commands say."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

import runindex
from tests.support.databases.postgres import psql
from tests.support.programs.commands import invoke
from tests.support.servers.served import COMMAND, PATIENCE, Served, serving

ADDRESS: Final = re.compile(r"http://\S+/graphql")
ALL: Final = "{ runs(filter: {}) { totalCount } }"
CREATE: Final = "mutation { createRun(input: {}) { __typename } }"


@contextmanager
def started(directory: Path, *options: str, **environment: str) -> Iterator[str]:
    """Start a server and give the line that announces it."""
    command = [str(COMMAND), "serve", *options]
    home = {"PATH": os.defpath, "HOME": str(directory), "STORAGE_BACKEND": "memory"}
    with subprocess.Popen(command, cwd=directory, env=home | environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            yield next(line for line in process.stderr if line.startswith("RunIndex on "))
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost", "::1", "::"])  # noqa: S104 - for a moment
def test_every_address_that_is_announced_opens(tmp_path: Path, host: str) -> None:
    if ":" in host and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    with started(tmp_path, "--host", host, "--port", "0", "--insecure") as line:
        addresses = ADDRESS.findall(line)
        assert addresses
        for address in addresses:
            assert httpx.post(address, json={"query": "{ __typename }"}).json() == {"data": {"__typename": "Query"}}


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def test_the_server_says_which_file_it_opened_and_whether_it_is_new(tmp_path: Path) -> None:
    for text, name in (
        ("sqlite:///data/x.db", "data/x.db"),
        ("$HOME/y.db", "y.db"),
        ("~/data/../z.db", "data/../z.db"),
    ):
        settings = {"STORAGE_BACKEND": "sqlite", "SQLITE_PATH": text}
        with started(tmp_path, "--port", "0", **settings) as line:
            assert line.startswith(f"RunIndex on sqlite {tmp_path}/{name} (new): http://127.0.0.1:")
        with started(tmp_path, "--port", "0", **settings) as line:
            assert line.startswith(f"RunIndex on sqlite {tmp_path}/{name}: http://127.0.0.1:")
    assert not list(tmp_path.glob("sqlite*"))


def test_the_server_says_which_database_it_opened_without_the_password(tmp_path: Path, postgres_url: str) -> None:
    address = postgres_url.replace("postgres@", "postgres:secret@")
    with started(tmp_path, "--port", "0", STORAGE_BACKEND="postgres", POSTGRESQL_URL=address) as line:
        assert line.startswith(f"RunIndex on postgres {postgres_url.partition('@')[2]}: http://127.0.0.1:")


WRONG: Final = {
    2: [
        {"SQLITE_PATH": ":memory:"},
        {"SQLITE_PATH": "afile"},
        {"SQLITE_PATH": "afile/x.db"},
        {"SQLITE_PATH": "afolder"},
        {"SQLITE_PATH": "afolder/"},
        {"SQLITE_PATH": "/proc/none/x.db"},
        {"SQLITE_PATH": "\udcff.db"},
        {"STORAGE_BACKEND": "postgres"},
        {"STORAGE_BACKEND": "postgres", "POSTGRESQL_URL": "postgresql://h:port/d"},
        {"STORAGE_BACKEND": "postgres", "POSTGRESQL_URL": "postgresql://u:secret@h/d?statement_timeout=5"},
        {"STORAGE_BACKEND": "postgres", "POSTGRESQL_URL": "postgresql://u:secret/1@h/d"},
        {"STORAGE_BACKEND": "postgres", "POSTGRESQL_URL": "postgresql://h/d", "LISTEN_DSN": "postgresql://[h/d"},
        {"STORAGE_BACKEND": "postgres", "POSTGRESQL_URL": "host=h sslmode=maybe"},
        {"STORAGE_BACKEND": "postgres", "POSTGRESQL_URL": "postgresql:///d?service=none"},
    ],
    1: [
        {"STORAGE_BACKEND": "postgres", "POSTGRESQL_URL": "postgresql://u:secret@127.0.0.1:1/d"},
        {"STORAGE_BACKEND": "postgres", "POSTGRESQL_URL": "postgresql://u:secret@127.0.0.1:1,[::1]:2/d"},
        {"STORAGE_BACKEND": "postgres", "POSTGRESQL_URL": "host=/nowhere dbname=d"},
        {"STORAGE_BACKEND": "postgres", "POSTGRESQL_URL": "postgresql://nowhere.invalid/d"},
    ],
}


@pytest.mark.parametrize(("code", "environment"), [(c, e) for c, every in WRONG.items() for e in every], ids=repr)
def test_what_cannot_be_opened_is_told_in_one_line(tmp_path: Path, code: int, environment: dict[str, str]) -> None:
    (tmp_path / "afile").write_text("this is no database, but longer than the head of one: " + "x" * 100)
    (tmp_path / "afolder").mkdir()
    ended = invoke(tmp_path, "serve", "--port", "0", environment=environment)
    assert ended.code == code
    assert ended.line.startswith("runindex: ")
    assert "secret" not in ended.line
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["afile", "afolder"]


@pytest.mark.parametrize("host", ["nowhere.invalid", "192.0.2.1", "a..b", ""])
def test_a_host_that_cannot_be_listened_on_is_told_in_one_line(tmp_path: Path, host: str) -> None:
    ended = invoke(tmp_path, "serve", "--host", host, "--port", "0", environment={"SQLITE_PATH": "x.db"})
    assert ended.code == (1 if host in {"nowhere.invalid", "192.0.2.1"} else 2)
    assert ended.line.startswith("runindex: ")
    assert not list(tmp_path.iterdir())


def test_a_port_that_is_taken_is_told_in_one_line_and_nothing_is_touched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = invoke(tmp_path, "serve", "--port", port, environment={"SQLITE_PATH": "x.db"})
    assert ended.code == 1
    assert (
        ended.line
        == f"runindex: 127.0.0.1:{port} cannot be listened on: another program has the port (--port names another)"
    )
    assert not list(tmp_path.iterdir())


def test_unknown_settings_are_named_with_the_nearest(tmp_path: Path) -> None:
    environment = {
        "RUNINDEX_GRAPHQL": "off",
        "RUNINDEX_POOLSIZE": "3",
        "RUNINDEX_SERVICE_HOST": "10.0.0.1",  # as Kubernetes sets them
        "RUNINDEX_PORT_8000_TCP_ADDR": "10.0.0.1",
        "SQLITE_PATH": "x.db",
    }
    ended = invoke(tmp_path, "migrate", environment=environment)
    assert ended.code == 0
    assert ended.error.splitlines() == [
        "runindex: RUNINDEX_GRAPHQL is no setting: RUNINDEX_GRAPHIQL is the nearest",
        "runindex: RUNINDEX_POOLSIZE is no setting: RUNINDEX_POOL_SIZE is the nearest",
    ]


@pytest.mark.parametrize(
    "intruder", ["schema.py", "schema/__init__.py", "resolvers.py", "persistence/__init__.py", "schema/none.txt"]
)
def test_a_package_that_is_not_our_own_is_named(tmp_path: Path, intruder: str) -> None:
    file = tmp_path / intruder
    file.parent.mkdir(exist_ok=True)
    file.write_text("class Schema: ...\n")
    program = "import sys; sys.argv = ['runindex', 'print-schema']; from runindex.cli.main import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", program],  # which looks for modules in its folder first
        check=False,
        capture_output=True,
        cwd=tmp_path,
        text=True,
        timeout=PATIENCE,
    )
    if intruder.endswith(".txt"):  # a folder without modules is in nobody's way
        assert ended.returncode == 0
        return
    assert ended.returncode == 1
    name = intruder.removesuffix(".py").removesuffix("/__init__")
    assert ended.stderr.startswith(
        f"runindex: the package {name} is not RunIndex's own ({file}): install RunIndex in an"
    )
    assert ended.stderr.count("\n") == 1


def test_a_package_that_was_installed_over_ours_is_named(tmp_path: Path) -> None:
    home = Path(str(runindex.__file__)).parents[1]
    for package in ("runindex", "schema", "resolvers", "persistence"):
        shutil.copytree(home / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "static"))
    (tmp_path / "schema" / "__init__.py").write_text("class Schema: ...\n")
    program = "from runindex.cli.main import main; main(['print-schema'])"
    ended = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, cwd=tmp_path, text=True, timeout=PATIENCE
    )
    assert ended.returncode == 1
    assert "the package schema is not RunIndex's own" in ended.stderr


@pytest.fixture(params=["sqlite", "postgres"])
def storage(request: pytest.FixtureRequest) -> dict[str, str]:
    """Give the settings of an index that outlives its server."""
    if request.param == "sqlite":
        return {}
    return {"STORAGE_BACKEND": "postgres", "POSTGRESQL_URL": request.getfixturevalue("postgres_url")}


def test_an_index_is_emptied_when_the_answer_is_yes(tmp_path: Path, storage: dict[str, str]) -> None:
    environment = {"SQLITE_PATH": str(tmp_path / "runindex.db"), **storage}
    with serving(tmp_path, str(COMMAND), **storage) as server:
        server.execute(CREATE)
        assert runs_of(server) == 2
        in_use = invoke(tmp_path, "reset", "--yes", environment=environment)
        assert (in_use.code, in_use.line) == (1, "runindex: a server uses this storage: stop it first")
        server.stop()
        refused = invoke(tmp_path, "reset", environment=environment, answer="n\n")
        assert refused.code == 1
        assert "Delete all runs and everything else in " in refused.error
        exported = invoke(tmp_path, "export", "--output", "kept", environment=environment)
        assert exported.code == 0
        assert (tmp_path / "kept").read_text().count('{"run":{"id"') == 2
        assert invoke(tmp_path, "reset", environment=environment, answer="y\n").code == 0
        assert invoke(tmp_path, "verify", environment=environment).code == 0
        server.start()
        assert runs_of(server) == 1
        server.execute(CREATE)


def runs_of(server: Served) -> int:
    count: int = server.execute(ALL)["runs"]["totalCount"]
    return count


def test_what_is_no_index_is_not_emptied(tmp_path: Path) -> None:
    memory = invoke(tmp_path, "reset", "--yes", environment={"STORAGE_BACKEND": "memory"})
    assert (memory.code, "keeps nothing" in memory.line) == (2, True)
    absent = invoke(tmp_path, "reset", "--yes", environment={"SQLITE_PATH": "x.db"})
    assert (absent.code, "there is no file" in absent.line) == (2, True)
    assert not list(tmp_path.iterdir())


HABITS: Final = {
    "TimeZone": "Asia/Kathmandu",
    "DateStyle": "SQL, DMY",
    "IntervalStyle": "sql_standard",
    "bytea_output": "escape",
    "standard_conforming_strings": "off",
    "client_encoding": "LATIN1",
    "default_transaction_isolation": "serializable",
    "default_transaction_deferrable": "on",
    "transform_null_equals": "on",
    "array_nulls": "off",
    "extra_float_digits": "0",
    "search_path": '"own schema", public',
    "statement_timeout": "1h",
    "enable_indexscan": "off",
    "jit": "on",
    "row_security": "off",
}


def test_a_socket_at_another_path_is_refused_as_the_page_says(tmp_path: Path) -> None:
    with serving(tmp_path, str(COMMAND)) as server, pytest.raises(InvalidStatus, match="HTTP 403"):
        connect(f"{server.ws_url}/")


def test_a_database_with_habits_serves_as_any_other(tmp_path: Path, postgres_url: str) -> None:
    name = postgres_url.rpartition("/")[2]
    psql(postgres_url, 'DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE SCHEMA "own schema"')
    for setting, value in HABITS.items():
        text = value if setting == "search_path" else f"'{value}'"
        psql(postgres_url, f"ALTER DATABASE {name} SET {setting} = {text}")
    payload = "... on RunPayload { run { name tags } }"
    create = f'mutation {{ createRun(input: {{name: "Ω \\\\ \'é\'", tags: ["\\\\"]}}) {{ {payload} }} }}'
    find = '{ runs(filter: {nameContains: "ω \\\\"}) { nodes { name createdAt } totalCount } }'
    with serving(tmp_path, str(COMMAND), STORAGE_BACKEND="postgres", POSTGRESQL_URL=postgres_url) as server:
        assert server.execute(create)["createRun"]["run"] == {"name": "Ω \\ 'é'", "tags": ["\\"]}
        (found,) = server.execute(find)["runs"]["nodes"]
        assert found["name"] == "Ω \\ 'é'"
        assert "ERROR" not in server.log
        assert server.stop() == 0
    settings = {"STORAGE_BACKEND": "postgres", "POSTGRESQL_URL": postgres_url}
    assert invoke(tmp_path, "verify", environment=settings).code == 0


def test_a_database_that_is_read_only_by_habit_is_told(tmp_path: Path, postgres_url: str) -> None:
    psql(postgres_url, f"ALTER DATABASE {postgres_url.rpartition('/')[2]} SET default_transaction_read_only = on")
    with serving(tmp_path, str(COMMAND), STORAGE_BACKEND="postgres", POSTGRESQL_URL=postgres_url) as server:
        assert "the database is read-only" in server.log
        assert runs_of(server) == 1


@pytest.mark.parametrize("path", ["none", "LATIN1"])
def test_a_database_that_cannot_hold_an_index_is_told(tmp_path: Path, postgres_url: str, path: str) -> None:
    server, _, name = postgres_url.rpartition("/")
    if path == "none":
        psql(postgres_url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        url, text = f"{postgres_url}?options=-csearch_path%3Dnowhere", "no schema has been selected to create in"
    else:
        psql(postgres_url, f"CREATE DATABASE {name}_latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
        url, text = f"{server}/{name}_latin", "the database's encoding is LATIN1, and must be UTF8"
    try:
        settings = {"STORAGE_BACKEND": "postgres", "POSTGRESQL_URL": url}
        ended = invoke(tmp_path, "serve", "--port", "0", environment=settings)
    finally:
        psql(postgres_url, f"DROP DATABASE IF EXISTS {name}_latin")
    assert ended.code == 1
    assert text in ended.line
