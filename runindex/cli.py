"""The `runindex` command."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import click

from runindex.domain.faults import FaultError
from runindex.settings import Settings, SettingsError

P = ParamSpec("P")


def _in_one_line(command: Callable[P, None]) -> Callable[P, None]:
    """Answer what a person can mend with one line: a wrong setting with exit code 2, a storage out of reach with 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except SettingsError as error:
            click.echo(f"runindex: {error}", err=True)
            sys.exit(2)
        except FaultError as fault:
            click.echo(f"runindex: {fault.message}", err=True)
            sys.exit(1)

    return run


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="runindex")
def main() -> None:
    """RunIndex, an execution index: programs report their runs to it, dashboards read them from it.

    The storage is chosen by STORAGE_BACKEND (memory, sqlite, postgres), SQLITE_PATH and POSTGRESQL_URL.
    """


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="The port.")
@_in_one_line
def serve(host: str, port: int) -> None:
    """Bring the storage up to date and serve the API until stopped."""
    settings = Settings.from_environment()
    from runindex import bootstrap, server

    bootstrap.migrate(settings)
    click.echo(f"RunIndex on {settings.storage}: http://{host}:{port}/graphql", err=True)
    server.serve(settings, host, port)


@main.command()
@_in_one_line
def migrate() -> None:
    """Bring the storage's schema up to date, and do nothing else."""
    settings = Settings.from_environment()
    from runindex import bootstrap

    bootstrap.migrate(settings)


@main.command(name="print-schema")
@_in_one_line
def print_schema() -> None:
    """Print the GraphQL schema."""
    from resolvers.schema import print_schema as print_sdl

    click.echo(print_sdl(), nl=False)
