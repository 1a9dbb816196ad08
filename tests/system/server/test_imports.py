"""What a server has loaded when it has answered."""

import sys
from pathlib import Path
from typing import Final

import pytest

from persistence.migrations import upgrade
from tests.support.servers.served import serving

# Serves, and prints at its end the modules that were loaded.
PROGRAM: Final = """
import atexit, sys
atexit.register(lambda: print("loaded", *sorted(sys.modules), file=sys.stderr))
from runindex.cli.main import main
main(sys.argv[1:])
"""
# No server needs these at its start: libraries for tests, other parts of libraries, what migrates, and what only some
# requests, settings or commands ask for.
NEVER: Final = (
    "alembic", "anyio.from_thread", "cryptography", "gql", "httpx", "hypothesis", "jwt", "mako", "prometheus_client",
    "psutil", "pydantic", "pytest", "rich", "sqlalchemy.ext.asyncio", "sqlalchemy.orm", "strawberry.cli",
    "strawberry.codegen", "strawberry.ext", "typer", "uvicorn.protocols.http.h11_impl", "uvicorn.protocols.websockets",
    "websockets", "persistence.memory", "persistence.migrations.driver", "persistence.migrations.env",
    "persistence.migrations.versions", "resolvers.transports.metrics", "runindex.maintenance.compaction",
    "runindex.maintenance.transfer", "runindex.maintenance.verification", "runindex.server.websocket_protocol",
)  # fmt: skip
OTHER_STORAGES: Final = {
    "sqlite": ("asyncpg", "persistence.postgres", "sqlalchemy.dialects.mysql"),
    "postgres": ("sqlite3", "persistence.sqlite", "persistence.migrations.preparation"),
}


@pytest.mark.parametrize("storage", OTHER_STORAGES)
def test_nothing_is_loaded_that_no_request_needed(tmp_path: Path, storage: str, request: pytest.FixtureRequest) -> None:
    settings = {"STORAGE_BACKEND": storage}
    if storage == "postgres":
        settings["POSTGRESQL_URL"] = request.getfixturevalue("postgres_url")
    else:
        upgrade(f"sqlite:///{tmp_path / 'runindex.db'}")
    with serving(tmp_path, sys.executable, "-c", PROGRAM, **settings) as server:
        assert server.execute("{ runs { totalCount nodes { id tags } } runCounts { key count } }")["runs"]["totalCount"]
        assert server.stop() == 0
    loaded = next(line for line in reversed(server.log.splitlines()) if line.startswith("loaded ")).split()
    assert {"graphql", "sqlalchemy", "resolvers.roots.schema"} <= set(loaded)
    unneeded = NEVER + OTHER_STORAGES[storage]
    assert [
        name for name in loaded if name in unneeded or name.startswith(tuple(f"{each}." for each in unneeded))
    ] == []
