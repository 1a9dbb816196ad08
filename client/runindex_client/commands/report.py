"""`report junit`: files of test reports are runs."""

import argparse
import contextlib
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

from runindex_client.junit.reading import Unreadable, read
from runindex_client.junit.reporting import Reporting, id_of
from runindex_client.problems import RunIndexError
from runindex_client.runs.session_log import SessionLog
from runindex_client.sending.transport import Transport
from runindex_client.settings import Settings

UNREADABLE: Final = 2
STATUS: Final = "query ($id: ID!) { run(id: $id) { status } }"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the formats and their options."""
    formats = parser.add_subparsers(required=True, metavar="FORMAT")
    junit = formats.add_parser("junit", help="XML as JUnit writes it, and most other test runners can")
    junit.add_argument("--name", help="the name of each file's run; else that of its suite")
    junit.add_argument("--tag", action="append", default=[], help="a tag of each run; may be given again")
    junit.add_argument("--parent", help="the parent of each file's run; else the one that RUNINDEX_RUN_ID names")
    junit.add_argument("file", nargs="+", type=Path, metavar="FILE", help="a report")
    junit.set_defaults(run=report_junit)


def report_junit(options: argparse.Namespace) -> int:
    """Report each file; return 2 if one could not be read, 1 if the server has not all of them."""
    codes = [_report(path, options) for path in options.file]
    return max(codes)


def _report(path: Path, options: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    parent = options.parent or settings.run_id
    try:
        content = path.read_bytes()
        suite = read(content, path.name)
        written = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
    except (OSError, Unreadable) as error:
        print(f"runindex-client report: {path}: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
        return UNREADABLE
    session = id_of(content, parent)
    if _is_ended(str(session), settings):
        print(f"{path}: run {session}, reported before")
        return 0
    log = SessionLog(session)
    Reporting(log, options.tag, written).report(suite, parent, name=options.name)
    missing = log.finish()
    counts = ", ".join(f"{count} {outcome}" for outcome, count in suite.counts().items()) or "no tests"
    print(f"{path}: run {session}, {counts}")
    if missing:
        print(f"runindex-client report: {path}: not all was reported: {missing}", file=sys.stderr)
    return 1 if missing else 0


def _is_ended(run_id: str, settings: Settings) -> bool:
    """Tell whether the server has the run as it ends; one that is away has not."""
    transport = Transport(settings.url, settings.token)
    with contextlib.suppress(RunIndexError), contextlib.closing(transport):
        run = transport.execute(STATUS, {"id": run_id})["run"]
        return run is not None and run["status"] != "ACTIVE"
    return False
