"""What others know of the program by name: its schema, metrics, loggers, commands and settings."""

import logging
from pathlib import Path
from typing import Any, Final

import click
import httpx
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families

from runindex.cli.main import main
from runindex.server.app import create_app
from runindex.server.process import configured
from runindex.settings.settings import Settings
from tests.support.servers.listening import listening

# Those that are called after a module are not promised to anybody.
LOGGERS: Final = ("runindex.feed", "runindex.migrations", "runindex.postgres", "runindex.sqlite")


class _Asked(dict[str, str]):
    """An environment that notes what is looked for in it."""

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - as a dict does
        self[name] = ""
        return default


def ran(environment: dict[str, str], *arguments: str) -> str:
    """Return what a command that succeeds writes."""
    result = CliRunner().invoke(main, arguments, env=environment)
    assert result.exit_code == 0, result.output
    return result.output


def exported(environment: dict[str, str], directory: Path) -> bytes:
    """Return an export, made by the command."""
    path = directory / "export"
    ran(environment, "export", "--output", str(path))
    return path.read_bytes()


def printed_schema() -> str:
    """Return the schema as the command prints it."""
    return ran({}, "print-schema")


async def names() -> dict[str, Any]:
    """Return all names."""
    return {
        "metrics": await metrics(),
        "loggers": loggers(),
        "commands": commands(),
        "settings": settings(),
    }


async def metrics() -> dict[str, Any]:
    """Return the metrics of a server that has something to tell: of each its type, and its samples' labels."""
    app = create_app(Settings.from_environment({"STORAGE_BACKEND": "memory"}))
    async with (
        listening(configured(app, port=0)) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http,
    ):
        await http.post("/graphql", json={"query": "{ runCount }"})
        text = (await http.get("/metrics")).text
    return {
        family.name: {"type": family.type, "samples": {sample.name: sorted(sample.labels) for sample in family.samples}}
        for family in text_string_to_metric_families(text)
    }


def loggers() -> list[str]:
    """Return those loggers that are promised and there once storages were opened."""
    return [name for name in LOGGERS if isinstance(logging.root.manager.loggerDict.get(name), logging.Logger)]


def commands() -> dict[str, Any]:
    """Return commands by name, and of each its options and arguments with their types."""
    return {"runindex": _parameters(main)} | {name: _parameters(each) for name, each in sorted(main.commands.items())}


def _parameters(command: click.Command) -> dict[str, str]:
    """Return the type of each option, by all that it is called, and of each argument."""
    return {
        " ".join(parameter.opts) if isinstance(parameter, click.Option) else str(parameter.name): parameter.type.name
        for parameter in command.params
    }


def settings() -> list[str]:
    """Return the environment's variables that settings are read from."""
    asked = _Asked()
    Settings.from_environment(asked)
    return sorted(asked)
