"""Errors of the command line: one line on standard error, and an exit code."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import click

from runindex.domain.errors import RunIndexError
from runindex.settings.settings import SettingsError

P = ParamSpec("P")


def in_one_line(command: Callable[P, None]) -> Callable[P, None]:
    """Report expected errors in one line; exit with 2 for a wrong setting, with 1 for any other."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except SettingsError as error:
            click.echo(f"runindex: {error}", err=True)
            sys.exit(2)
        except RunIndexError as error:
            click.echo(f"runindex: {error.message}", err=True)
            sys.exit(1)

    return run
