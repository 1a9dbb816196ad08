"""The commands of `runindex-client`, under the name of the server's: they talk to a server by its address."""

import sys
from typing import Final

import click

# Of each, what it does, in the words of the client.
NAMES: Final = {
    "exec": "Report a command as a run.",
    "report": "Report files of test reports as runs.",
    "list": "Print runs, the newest first.",
    "show": "Print a run.",
    "watch": "Show runs in a table that follows their changes.",
    "flush": "Send what ended processes left in the client's spool.",
    "doctor": "Tell whether reports would arrive, and if not, why.",
}


class Delegated(click.Command):
    """A command whose arguments, help included, are the client's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the arguments as they are: `--` means something to the client."""
        ctx.args = list(args)
        return ctx.args

    def invoke(self, ctx: click.Context) -> None:
        """Have the client execute the command, and exit with its code."""
        from runindex_client.commands.main import main

        if ctx.info_name is not None:
            main([ctx.info_name, *ctx.args], program="runindex")
        sys.exit(0)


COMMANDS: Final = tuple(Delegated(name, help=words, add_help_option=False) for name, words in NAMES.items())
