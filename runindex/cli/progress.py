"""Progress on a terminal: a bar where the whole is known, a count where it is not."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final

import click

_STEP: Final = 10_000


def progress_bar(length: int | None, label: str) -> AbstractContextManager[Callable[[int], None]]:
    """Show progress on a terminal, if the length is known."""
    if not length or not sys.stderr.isatty():
        return nullcontext(lambda _: None)
    return _open_bar(length, label)


@contextmanager
def _open_bar(length: int, label: str) -> Iterator[Callable[[int], None]]:
    with click.progressbar(length=length, label=label, file=sys.stderr, show_pos=True) as bar:
        yield bar.update


@contextmanager
def counter(label: str) -> Iterator[Callable[[int], None]]:
    """Show a count on a terminal, where the total is not known beforehand."""
    total = shown = 0
    is_terminal = sys.stderr.isatty()

    def count(number: int) -> None:
        nonlocal total, shown
        total += number
        if is_terminal and total - shown >= _STEP:
            shown = total
            click.echo(f"\r{total:,} {label}", nl=False, err=True)

    yield count
    if shown:
        click.echo("\r\033[K", nl=False, err=True)
