"""Errors of the command line: one line on standard error, and an exit code."""

import errno
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Final, ParamSpec

import click

from runindex.domain.errors import RunIndexError
from runindex.settings.settings import SettingsError

P = ParamSpec("P")
# What a program ends with that writes to a pipe that nobody reads.
BROKEN_PIPE: Final = 128 + signal.SIGPIPE
# Standard output is on a device or a disk that takes no more.
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def in_one_line(command: Callable[P, None]) -> Callable[P, None]:
    """Report expected errors in one line; exit with 2 for a wrong setting, with 1 for any other.

    A pipe that nobody reads any more ends the command without a word, as SIGPIPE ends others.
    """

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
            if sys.stdout is not None:
                sys.stdout.flush()
        except SettingsError as error:
            click.echo(f"runindex: {error}", err=True)
            sys.exit(2)
        except RunIndexError as error:
            click.echo(f"runindex: {error.message}", err=True)
            _discard_output()
            sys.exit(1)
        except BrokenPipeError:
            _discard_output()
            sys.exit(BROKEN_PIPE)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            click.echo(f"runindex: standard output cannot be written: {error.strerror}", err=True)
            _discard_output()
            sys.exit(1)

    return run


def _discard_output() -> None:
    """Write what is left of standard output to nowhere, where the interpreter's end would fail to write it."""
    with suppress(OSError, ValueError, AttributeError):
        try:
            sys.stdout.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
