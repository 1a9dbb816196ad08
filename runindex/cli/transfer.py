"""The commands that write an index out, and read one, or other systems' runs, in."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Final

import click

from runindex.cli.errors import in_one_line
from runindex.cli.input import lines_of, open_input
from runindex.cli.maintenance import stored_settings
from runindex.cli.output import open_output
from runindex.cli.progress import progress_bar
from runindex.cli.sources import STANDARD, SourceFormat, open_source, path_of
from runindex.domain.errors import NotFoundError
from runindex.domain.runs.filters import RunFilter
from runindex.maintenance.sources.source import RunSource
from runindex.ports.maintenance import Storage
from runindex.settings.settings import Settings

OWN: Final = "runindex"


class ExportFormat(StrEnum):
    """What is written."""

    RUNINDEX = "runindex"
    CSV = "csv"


class Listed(StrEnum):
    """What a table lists."""

    RUNS = "runs"
    RESULTS = "results"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What to export of which runs."""

    run_filter: RunFilter | None
    run_id: str | None
    format: ExportFormat
    listed: Listed
    failed: bool


@click.command(name="export")
@click.option("--run", "run_id", metavar="ID", help="Only this run and all below it.")
@click.option("--filter", "filter_text", metavar="JSON", help="Only the runs that this filter, as in the API, lists.")
@click.option("--output", help="A file instead of standard output, which is `-`.")
@click.option(
    "--format",
    "export_format",
    type=click.Choice([*map(str, ExportFormat)]),
    default=str(ExportFormat.RUNINDEX),
    show_default=True,
    help="Lines of JSON that `runindex import` reads, or a table.",
)
@click.option(
    "--of",
    "listed",
    type=click.Choice([*map(str, Listed)]),
    default=str(Listed.RUNS),
    show_default=True,
    help="What the table lists: runs, newest first, or their results.",
)
@click.option("--failed", is_flag=True, help="Only results with an error.")
@in_one_line
def export_index(  # noqa: PLR0913 - one for each option
    run_id: str | None, filter_text: str | None, output: str | None, *, export_format: str, listed: str, failed: bool
) -> None:
    """Write everything, or some runs with all that is theirs, as lines of JSON; or runs or results as CSV.

    The export is a snapshot: later changes are not in it. `runindex import` reads it, unless it is CSV.
    """
    if run_id is not None and filter_text is not None:
        raise click.UsageError("--run and --filter cannot be combined.")
    if export_format != ExportFormat.CSV and (failed or listed != Listed.RUNS):
        raise click.UsageError("--of and --failed are about tables: they need --format csv.")
    if failed and listed != Listed.RESULTS:
        raise click.UsageError("--failed is about results: it needs --of results.")
    settings = stored_settings()
    run_filter = _filter_of(run_id, filter_text)
    wanted = _Wanted(run_filter, run_id, ExportFormat(export_format), Listed(listed), failed)
    with open_output(path_of(output)) as file:
        asyncio.run(_export(settings, wanted, file))


def _filter_of(run_id: str | None, filter_text: str | None) -> RunFilter | None:
    if run_id is not None:
        from runindex.domain.ids import find_run_id
        from runindex.maintenance.transfer.export import subtree

        return subtree(find_run_id(run_id) or run_id)
    if filter_text is None:
        return None
    from resolvers.roots.filter_json import filter_from_text

    return filter_from_text(filter_text)


async def _export(settings: Settings, wanted: _Wanted, file: IO[bytes]) -> None:
    from runindex.bootstrap import open_storage
    from runindex.domain.runs.filters import EVERYTHING

    async with open_storage(settings) as storage:
        number = await storage.count_runs(wanted.run_filter or EVERYTHING)
        if wanted.run_id is not None and not number:
            raise NotFoundError(f"there is no run {wanted.run_id}")
        with progress_bar(number, "runs") as progress:
            async for piece in _pieces(storage, wanted, progress):
                file.write(piece)


def _pieces(storage: Storage, wanted: _Wanted, progress: Callable[[int], None]) -> AsyncIterator[bytes]:
    from runindex.maintenance.transfer.export import export_lines
    from runindex.maintenance.transfer.sheets import csv_of_results, csv_of_runs

    if wanted.format is ExportFormat.RUNINDEX:
        return export_lines(storage, wanted.run_filter, progress)
    if wanted.listed is Listed.RUNS:
        return csv_of_runs(storage, wanted.run_filter, progress)
    return csv_of_results(storage, wanted.run_filter, progress, failed=wanted.failed)


@click.command(name="import")
@click.argument("file", metavar="[SOURCE]...", nargs=-1)
@click.option(
    "--format",
    "source_format",
    type=click.Choice([OWN, *map(str, SourceFormat)]),
    default=OWN,
    show_default=True,
    help="What SOURCE is: an export of RunIndex, lines of JSON, reports of JUnit, a store of MLflow.",
)
@in_one_line
def import_index(file: tuple[str, ...], source_format: str) -> None:
    """Read SOURCE, or standard input (`-`), into the storage, which is brought up to date first.

    An export of RunIndex goes in as a whole, or not at all. What is there already is passed over if it is the same,
    and ends the import if it is not. Mutations wait meanwhile, and may be refused: better stop the servers.

    Runs of other systems go in batch by batch, beside servers that serve. All of the source is read before the first:
    a fault in it leaves the index as it is. Run it again at any time: runs that are there are left, or brought to what
    the source says of them now. Those that contradict it are left too, and named; the exit code is then 1.
    """
    from runindex import bootstrap

    names = file or (STANDARD,)
    settings = Settings.from_environment()
    if source_format != OWN:
        with open_source(SourceFormat(source_format), names) as source:
            bootstrap.migrate(settings)
            bootstrap.check_storage(settings)
            asyncio.run(_load(settings, source))
        return
    if len(names) > 1:
        raise click.UsageError("An export of RunIndex is one file.")
    with open_input(path_of(names[0])) as opened:
        bootstrap.migrate(settings)
        bootstrap.check_storage(settings)
        asyncio.run(_import(settings, opened))


async def _import(settings: Settings, file: IO[bytes]) -> None:
    from runindex.bootstrap import open_storage
    from runindex.maintenance.transfer.import_lines import import_lines

    async with open_storage(settings) as storage:
        with progress_bar(_size_of(file), "bytes") as progress:
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


async def _load(settings: Settings, source: RunSource) -> None:
    from runindex.bootstrap import open_storage
    from runindex.maintenance.sources.load import check_source, load
    from runindex.maintenance.sources.order import parents_first

    entries = parents_first(source.index())
    with progress_bar(len(entries), "runs read") as progress:
        check_source(source, entries, progress)
    async with open_storage(settings) as storage:
        with progress_bar(len(entries), "runs imported") as progress:
            loaded = await load(storage, source, entries, progress)
    click.echo(
        f"added: {loaded.added} runs, {loaded.results} results; changed: {loaded.changed} runs;"
        f" there already: {loaded.there} runs"
    )
    _refuse(loaded.refused)


def _refuse(refused: Sequence[tuple[str, str]]) -> None:
    """Name the runs that were refused, and exit with 1 if there are any."""
    for place, reason in refused:
        click.echo(f"{place}: {reason}", err=True)
    if refused:
        click.echo(f"runindex: {len(refused)} runs contradict what is there, and were left as they are", err=True)
        sys.exit(1)


COMMANDS: Final = (export_index, import_index)
