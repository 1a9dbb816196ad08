"""The `runindex` command."""

import asyncio
import os

import click

from runindex.server.start import hastened

with hastened():
    from runindex.cli import client, maintenance, tokens, transfer
    from runindex.cli.environment import check_packages, unknown_names
    from runindex.cli.errors import in_one_line
    from runindex.settings.settings import Settings, SettingsError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="runindex")
@in_one_line
def main() -> None:
    """RunIndex, an execution index: programs report their runs to it, dashboards read them from it.

    The storage is chosen by STORAGE_BACKEND (memory, sqlite, postgres), SQLITE_PATH and POSTGRESQL_URL.
    """
    check_packages()
    for line in unknown_names(os.environ):
        click.echo(f"runindex: {line}", err=True)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="The port.")
@click.option("--insecure", is_flag=True, help="Let anybody in on an address that others reach, without any token.")
@in_one_line
def serve(host: str, port: int, *, insecure: bool) -> None:
    """Bring the storage up to date and serve the API until stopped."""
    settings = Settings.from_environment()
    with hastened():
        _serve(settings, host, port, insecure=insecure)


def _serve(settings: Settings, host: str, port: int, *, insecure: bool) -> None:
    from runindex import bootstrap
    from runindex.server import addresses, process

    with addresses.bind(host, port) as sockets:
        name = bootstrap.migrate(settings)
        is_guarded = asyncio.run(bootstrap.has_tokens(settings))
        if not (is_guarded or insecure or addresses.are_loopback(sockets)):
            raise SettingsError(
                f"--host {host} can be reached by others, and there is no token: `runindex token create` makes one,"
                " --insecure lets anybody in"
            )
        process.serve(settings, host, sockets, name, is_guarded=is_guarded)


@main.command()
@in_one_line
def migrate() -> None:
    """Bring the storage's schema up to date, and do nothing else."""
    settings = Settings.from_environment()
    from runindex import bootstrap

    bootstrap.migrate(settings)


@main.command(name="print-schema")
@in_one_line
def print_schema() -> None:
    """Print the GraphQL schema."""
    from resolvers.roots.schema import print_schema as print_sdl

    click.echo(print_sdl(), nl=False)


for _command in (*maintenance.COMMANDS, *transfer.COMMANDS, tokens.token, *client.COMMANDS):
    main.add_command(_command)
