"""`list` and `show`: runs as text."""

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any, Final

from runindex_client.commands.terminal import seen
from runindex_client.sending.transport import Transport
from runindex_client.settings import Settings

MOST: Final = 500
LIST: Final = """
query ($filter: RunFilter, $first: Int) {
  runs(filter: $filter, first: $first) { nodes { id status name createdAt duration tags } }
}
"""
SHOW: Final = """
query ($id: ID!) {
  run(id: $id) {
    id name status error parentId tags metadata createdAt startedAt finishedAt duration
    results(first: 1) { totalCount }
    children(first: 100) { nodes { id status name } }
    events(last: 20) { nodes { stream at payload } }
  }
}
"""


def add_filter_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options that say which runs."""
    parser.add_argument("--tag", action="append", default=[], help="only runs that have this tag; may be given again")
    parser.add_argument("--status", action="append", default=[], help="only runs of this status; may be given again")
    parser.add_argument("--parent", help="only runs right below this one")
    parser.add_argument("--first", type=int, default=20, help="how many, the newest first (20; 500 at most)")


def add_list_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `list`."""
    add_filter_arguments(parser)
    parser.add_argument("--json", action="store_true", help="as lines of JSON")


def filter_of(options: argparse.Namespace) -> dict[str, Any]:
    """Return the filter that the options say."""
    given = {
        "tags": {"all": options.tag} if options.tag else None,
        "status": [status.upper() for status in options.status] or None,
        "parentId": options.parent,
    }
    return {name: value for name, value in given.items() if value is not None}


def list_runs(options: argparse.Namespace) -> int:
    """Print runs, a line each."""
    runs = read(LIST, {"filter": filter_of(options), "first": min(options.first, MOST)})["runs"]["nodes"]
    for run in runs:
        print(json.dumps(run) if options.json else _line(run))
    return 0


def add_show_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `show`."""
    parser.add_argument("id", help="the run's id")
    parser.add_argument("--json", action="store_true", help="as JSON")


def show_run(options: argparse.Namespace) -> int:
    """Print a run; return 1 if there is none."""
    run = read(SHOW, {"id": options.id})["run"]
    if run is None:
        print(f"runindex-client show: there is no run {options.id}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(run, indent=2))
        return 0
    for name in ("id", "name", "status", "error", "parentId", "createdAt", "startedAt", "finishedAt", "duration"):
        if run[name] is not None:
            print("\n".join(map(seen, f"{name:11} {run[name]}".splitlines())))
    print(seen(f"{'tags':11} {' '.join(run['tags'])}"))
    print(f"{'metadata':11} {json.dumps(run['metadata'])}")
    print(f"{'results':11} {run['results']['totalCount']}")
    for child in run["children"]["nodes"]:
        print(seen(f"{'child':11} {child['id']} {child['status']} {child['name'] or ''}"))
    for event in run["events"]["nodes"]:
        print(seen(f"{'event':11} {event['at']} {event['stream']} {json.dumps(event['payload'])}"))
    return 0


def _line(run: Mapping[str, Any]) -> str:
    took = "" if run["duration"] is None else f"{run['duration']:.1f}s"
    told = (run["id"], f"{run['status']:9}", run["createdAt"][:19], f"{took:>8}", run["name"] or "", *run["tags"])
    return seen("  ".join(told))


def read(document: str, variables: Mapping[str, object]) -> dict[str, Any]:
    """Execute a query at the server of the settings."""
    settings = Settings.from_environment()
    transport = Transport(settings.url, settings.token)
    try:
        return transport.execute(document, variables)
    finally:
        transport.close()
