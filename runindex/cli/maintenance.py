"""The commands for a storage's maintenance. They may run beside servers unless their help says otherwise."""

import asyncio
import sys
from dataclasses import fields
from math import isnan
from typing import Final

import click

from runindex.cli.errors import in_one_line
from runindex.cli.progress import counter
from runindex.domain.instants import SECOND
from runindex.settings.settings import MAX_SECONDS, Settings


def stored_settings() -> Settings:
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
    settings = stored_settings()
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
    faults = asyncio.run(_verify(stored_settings()))
    if faults:
        click.echo(f"runindex: {faults} faults", err=True)
        sys.exit(1)
    click.echo("no faults", err=True)


async def _verify(settings: Settings) -> int:
    from runindex.bootstrap import open_storage
    from runindex.maintenance.verification.verify import verify as verify_storage

    faults = 0
    async with open_storage(settings) as storage:
        with counter("rows read") as progress:
            async for fault in verify_storage(storage, progress):
                click.echo(fault)
                faults += 1
    return faults


@click.command(name="new-epoch")
@in_one_line
def new_epoch() -> None:
    """End all cursors given out so far: to be run after a backup was restored, before servers start."""
    asyncio.run(_new_epoch(stored_settings()))


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

    settings = stored_settings()
    name = bootstrap.name_storage(settings)
    if not yes and not click.confirm(f"Delete all runs and everything else in {name}?", err=True):
        click.echo("nothing was deleted", err=True)
        sys.exit(1)
    bootstrap.reset(settings)
    click.echo(f"the index in {name} is empty")


COMMANDS: Final = (compact, verify, new_epoch, reset)
