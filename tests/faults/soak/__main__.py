"""Command line: `python -m tests.faults.soak --minutes 30 --storage postgres`."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.faults.soak.run import Report, soak
from tests.faults.soak.sites import postgres_site, sqlite_site
from tests.faults.world import open_world
from tests.support.paths import ROOT


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--storage", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--interval", type=float, default=60, help="seconds from one trouble to the next")
    parser.add_argument("--hold", type=float, default=5, help="seconds that a trouble lasts once it was noticed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as directory:
        report = asyncio.run(_run(options, Path(directory)))
    print(f"{len(report.flaws)} flaws", *report.flaws, sep="\n")
    return 1 if report.flaws else 0


async def _run(options: argparse.Namespace, directory: Path) -> Report:
    command = (sys.executable, "-m", "tests.faults.soak.served")
    site = sqlite_site(directory) if options.storage == "sqlite" else postgres_site()
    async with (
        site as (storage, troubles),
        open_world(storage, directory, command=command, PYTHONPATH=str(ROOT)) as world,
    ):
        return await soak(world, troubles, seconds=60 * options.minutes, interval=options.interval, hold=options.hold)


if __name__ == "__main__":
    sys.exit(main())
