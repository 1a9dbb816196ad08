"""How commands fail: with one line."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import click

from runindex.domain.errors import RunIndexError
from runindex.settings import SettingsError

P = ParamSpec("P")


def in_one_line(command: Callable[P, None]) -> Callable[P, None]:
    """Answer what a person can mend with one line: a wrong setting with exit code 2, a storage out of reach with 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except SettingsError as error:
            click.echo(f"runindex: {error}", err=True)
            sys.exit(2)
        except RunIndexError as fault:
            click.echo(f"runindex: {fault.message}", err=True)
            sys.exit(1)

    return run
