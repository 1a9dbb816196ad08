"""`runindex-client`: its commands, by name."""

import argparse
import sys
from collections.abc import Sequence

from runindex_client.commands import flush
from runindex_client.problems import RunIndexError


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command that the arguments name, and exit with its code."""
    parser = argparse.ArgumentParser(
        prog="runindex-client", description="Report to RunIndex, whose address is RUNINDEX_URL."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("flush", help="send what ended processes left in the spool").set_defaults(run=flush.run)
    options = parser.parse_args(arguments)
    try:
        sys.exit(options.run(options))
    except RunIndexError as error:
        sys.exit(f"runindex-client: {error}")


if __name__ == "__main__":
    main()
