"""`runindex-client`: its commands, by name."""

import argparse
import sys
from collections.abc import Sequence

from runindex_client.commands import flush, reading, wrapper
from runindex_client.problems import RunIndexError


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command that the arguments name, and exit with its code."""
    parser = argparse.ArgumentParser(
        prog="runindex-client", description="Report to RunIndex, whose address is RUNINDEX_URL, and read from it."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    flushing = commands.add_parser("flush", help="send what ended processes left in the spool")
    flushing.set_defaults(run=flush.run)
    wrapping = commands.add_parser("exec", help="report a command as a run", usage="%(prog)s [options] -- command …")
    wrapper.add_arguments(wrapping)
    wrapping.set_defaults(run=wrapper.execute)
    listing = commands.add_parser("list", help="print runs, the newest first")
    reading.add_list_arguments(listing)
    listing.set_defaults(run=reading.list_runs)
    showing = commands.add_parser("show", help="print a run")
    reading.add_show_arguments(showing)
    showing.set_defaults(run=reading.show_run)
    options = parser.parse_args(arguments)
    try:
        sys.exit(options.run(options))
    except RunIndexError as error:
        sys.exit(f"runindex-client: {error}")


if __name__ == "__main__":
    main()
