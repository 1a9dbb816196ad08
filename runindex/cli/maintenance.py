"""The commands for a storage's maintenance. They may run beside servers unless their help says otherwise."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import fields
from math import isnan
from pathlib import Path
from typing import IO, Final

import click

from runindex.cli.errors import in_one_line
from runindex.cli.input import lines_of, open_input
from runindex.cli.output import open_output
from runindex.domain.errors import NotFoundError
from runindex.domain.instants import SECOND
from runindex.domain.runs.filters import RunFilter
from runindex.settings.settings import MAX_SECONDS, Settings

STANDARD: Final = "-"
_STEP: Final = 10_000


def _settings() -> Settings:
    """Return the settings; raise SettingsError unless their storage outlives a process and is up to date."""
    from runindex import bootstrap

    settings = Settings.from_environment()
    bootstrap.check_storage(settings)
    return settings


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
@click.option(
    "--jobs-older-than",
    metavar="SECONDS",
    type=click.FloatRange(0, MAX_SECONDS),
    callback=lambda _context, _option, seconds: _number(seconds),
    help="Delete jobs that are done since then too. [default: RUNINDEX_KEEP_JOBS_SECONDS; all are kept without it]",
)
@in_one_line
def compact(*, dry_run: bool, jobs_older_than: float | None) -> None:
    """Remove history that is beyond the retention policies of runs.

    Old entries of the change log, old versions of values, events and receipts go; the present state of runs does not.
    It may be broken off and run again at any time. Prints what goes, run by run.
    """
    settings = _settings()
    keep_jobs = settings.keep_jobs_seconds if jobs_older_than is None else jobs_older_than
    asyncio.run(_compact(settings, keep_jobs, dry_run=dry_run))


def _number(seconds: float | None) -> float | None:
    """Return a number of seconds; refuse NaN, which a range lets pass."""
    if seconds is not None and isnan(seconds):
        raise click.BadParameter("NaN is no number of seconds.")
    return seconds


async def _compact(settings: Settings, keep_jobs: float | None, *, dry_run: bool) -> None:
    from runindex.bootstrap import open_storage
    from runindex.domain.runs.retention import NOTHING_REMOVABLE, Removable
    from runindex.maintenance import compaction

    def counts(removed: Removable) -> str:
        return " ".join(f"{field.name}={getattr(removed, field.name)}" for field in fields(removed))

    total, runs = NOTHING_REMOVABLE, 0
    compact_runs = compaction.preview if dry_run else compaction.compact
    async with open_storage(settings) as storage:
        async for run in compact_runs(storage, await storage.now()):
            click.echo(f"{run.run_id} {counts(run.removed)}")
            total += run.removed
            runs += 1
        verb = "to remove" if dry_run else "removed"
        click.echo(f"{verb} of {runs} runs: {counts(total)}")
        if keep_jobs is not None:
            before = await storage.now() - int(keep_jobs * SECOND)
            if dry_run:
                jobs = await compaction.count_done_jobs(storage, before)
            else:
                jobs = sum([number async for number in compaction.compact_jobs(storage, before)])
            click.echo(f"{verb}: {jobs} jobs that are done")


@click.command()
@in_one_line
def verify() -> None:
    """Check that all that is stored agrees with itself.

    Counts, indexes, the change log and event chains are recomputed; each fault is printed on a line. The exit
    code is 1 if there is any.
    """
    faults = asyncio.run(_verify(_settings()))
    if faults:
        click.echo(f"runindex: {faults} faults", err=True)
        sys.exit(1)
    click.echo("no faults", err=True)


async def _verify(settings: Settings) -> int:
    from runindex.bootstrap import open_storage
    from runindex.maintenance.verification.verify import verify as verify_storage

    faults = 0
    async with open_storage(settings) as storage:
        with _counter("rows read") as progress:
            async for fault in verify_storage(storage, progress):
                click.echo(fault)
                faults += 1
    return faults


@click.command(name="new-epoch")
@in_one_line
def new_epoch() -> None:
    """End all cursors given out so far: to be run after a backup was restored, before servers start."""
    asyncio.run(_new_epoch(_settings()))


async def _new_epoch(settings: Settings) -> None:
    from runindex.bootstrap import open_storage

    async with open_storage(settings) as storage:
        await storage.renew_epoch()
    click.echo("a new epoch has begun: cursors given out before are no longer valid")


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@in_one_line
def reset(*, yes: bool) -> None:
    """Delete everything in the index, which is then as new: for tests.

    It asks first. No server may use the storage meanwhile.
    """
    from runindex import bootstrap

    settings = _settings()
    name = bootstrap.name_storage(settings)
    if not yes and not click.confirm(f"Delete all runs and everything else in {name}?", err=True):
        click.echo("nothing was deleted", err=True)
        sys.exit(1)
    bootstrap.reset(settings)
    click.echo(f"the index in {name} is empty")


@click.command(name="export")
@click.option("--run", "run_id", metavar="ID", help="Only this run and all below it.")
@click.option("--filter", "filter_text", metavar="JSON", help="Only the runs that this filter, as in the API, lists.")
@click.option("--output", help="A file instead of standard output, which is `-`.")
@in_one_line
def export_index(run_id: str | None, filter_text: str | None, output: str | None) -> None:
    """Write everything, or some runs with all that is theirs, as lines of JSON.

    The export is a snapshot: later changes are not in it. `runindex import` reads it.
    """
    if run_id is not None and filter_text is not None:
        raise click.UsageError("--run and --filter cannot be combined.")
    settings = _settings()
    run_filter = _filter_of(run_id, filter_text)
    with open_output(_path_of(output)) as file:
        asyncio.run(_export(settings, run_filter, run_id, file))


def _path_of(text: str | None) -> Path | None:
    """Return the path of a file, None for standard input or output; `./-` is a file."""
    return None if text is None or text == STANDARD else Path(text)


def _filter_of(run_id: str | None, filter_text: str | None) -> RunFilter | None:
    if run_id is not None:
        from runindex.domain.ids import find_run_id
        from runindex.maintenance.transfer.export import subtree

        return subtree(find_run_id(run_id) or run_id)
    if filter_text is None:
        return None
    from resolvers.roots.filter_json import filter_from_text

    return filter_from_text(filter_text)


async def _export(settings: Settings, run_filter: RunFilter | None, run_id: str | None, file: IO[bytes]) -> None:
    from runindex.bootstrap import open_storage
    from runindex.domain.runs.filters import EVERYTHING
    from runindex.maintenance.transfer.export import export_lines

    async with open_storage(settings) as storage:
        number = await storage.count_runs(run_filter or EVERYTHING)
        if run_id is not None and not number:
            raise NotFoundError(f"there is no run {run_id}")
        with _progress_bar(number, "runs") as progress:
            async for line in export_lines(storage, run_filter, progress):
                file.write(line)


@click.command(name="import")
@click.argument("file", default=STANDARD)
@in_one_line
def import_index(file: str) -> None:
    """Read an export from FILE, or from standard input (`-`), into the storage, which is brought up to date first.

    All of it is there in the end, or nothing. What is there already is passed over if it is the same, and ends the
    import if it is not. Mutations wait meanwhile, and may be refused: better stop the servers.
    """
    from runindex import bootstrap

    settings = Settings.from_environment()
    with open_input(_path_of(file)) as opened:
        bootstrap.migrate(settings)
        bootstrap.check_storage(settings)
        asyncio.run(_import(settings, opened))


async def _import(settings: Settings, file: IO[bytes]) -> None:
    from runindex.bootstrap import open_storage
    from runindex.maintenance.transfer.import_lines import import_lines

    async with open_storage(settings) as storage:
        with _progress_bar(_size_of(file), "bytes") as progress:
            imported = await import_lines(storage, lines_of(file), progress)
    click.echo(
        f"added: {imported.runs} runs, {imported.changes} entries of the log, {imported.records} other things;"
        f" there already: {imported.runs_there} runs, {imported.records_there} other things"
    )
    if imported.changes_left_out:
        click.echo(f"left out: {imported.changes_left_out} entries of the log of runs that were deleted")


def _size_of(file: IO[bytes]) -> int | None:
    try:
        return os.fstat(file.fileno()).st_size or None
    except OSError:
        return None


def _progress_bar(length: int | None, label: str) -> AbstractContextManager[Callable[[int], None]]:
    """Show progress on a terminal, if the length is known."""
    if length is None or not sys.stderr.isatty():
        return nullcontext(lambda _: None)
    return _open_bar(length, label)


@contextmanager
def _open_bar(length: int, label: str) -> Iterator[Callable[[int], None]]:
    with click.progressbar(length=length, label=label, file=sys.stderr, show_pos=True) as bar:
        yield bar.update


@contextmanager
def _counter(label: str) -> Iterator[Callable[[int], None]]:
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


COMMANDS: Final = (compact, verify, new_epoch, reset, export_index, import_index)
