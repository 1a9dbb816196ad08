"""`runindex-client`: its commands, by name."""

import argparse
import os
import sys
from collections.abc import Sequence

from runindex_client.commands import doctor, flush, reading, report, watch, wrapper
from runindex_client.problems import RunIndexError

PROGRAM = "runindex-client"


def main(arguments: Sequence[str] | None = None, program: str = PROGRAM) -> None:
    """Run the command that the arguments name, and exit with its code; `program` is how it was called."""
    options = _parser(program).parse_args(arguments)
    try:
        code = options.run(options)
        sys.stdout.flush()
    except RunIndexError as error:
        sys.exit(f"{program}: {error}")
    except BrokenPipeError:
        # Nobody reads any more; what is still to be written must not raise again at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(code)


def _parser(program: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=program, description="Report to RunIndex, whose address is RUNINDEX_URL, and read from it."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    wrapping = commands.add_parser("exec", help="report a command as a run", usage="%(prog)s [options] -- command …")
    wrapper.add_arguments(wrapping)
    wrapping.set_defaults(run=wrapper.execute)
    reporting = commands.add_parser("report", help="report files of test reports as runs")
    report.add_arguments(reporting)
    listing = commands.add_parser("list", help="print runs, the newest first")
    reading.add_list_arguments(listing)
    listing.set_defaults(run=reading.list_runs)
    showing = commands.add_parser("show", help="print a run")
    reading.add_show_arguments(showing)
    showing.set_defaults(run=reading.show_run)
    watching = commands.add_parser("watch", help="show runs in a table that follows their changes, until Ctrl-C")
    watch.add_arguments(watching)
    watching.set_defaults(run=watch.watch)
    flushing = commands.add_parser("flush", help="send what ended processes left in the spool")
    flushing.set_defaults(run=flush.run)
    examining = commands.add_parser("doctor", help="tell whether reports would arrive, and if not, why")
    examining.set_defaults(run=doctor.run)
    return parser


if __name__ == "__main__":
    main()
