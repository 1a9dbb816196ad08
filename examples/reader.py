"""Keep a table of runs up to date, whatever happens to the connection: a reader to start from.

    pip install 'gql[websockets]'
    python reader.py --url ws://127.0.0.1:8000/graphql --tag env:dev

First it reads a cursor, then the state, then the changes after that cursor: none is missed, and changes that the state
contains already are recognised by their versions. When the connection breaks, the reader resumes from the last cursor;
when the cursor has expired, it starts anew. Each change is printed as a line; Ctrl-C ends it with the table.
"""

import argparse
import asyncio
import random
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any, Final, TypeAlias

from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.websockets import WebsocketsTransport

FIRST_PAUSE: Final = 0.1  # seconds before the next attempt; doubled after each failure
LONGEST_PAUSE: Final = 10.0

CURSOR: Final = "{ changeCursor }"
RUNS: Final = """
query ($filter: RunFilter, $after: String) {
  runs(filter: $filter, after: $after, first: 100) {
    nodes { id version status name }
    pageInfo { hasNextPage endCursor }
  }
}
"""
CHANGES: Final = """
subscription ($filter: RunFilter, $after: String) {
  runChanges(filter: $filter, after: $after, bookmarks: true) {
    __typename
    cursor
    ... on RunChange { runId version kind status membership run { name } }
  }
}
"""

Item: TypeAlias = dict[str, Any]


class Reader:
    """Reads the runs that a filter lists into a table by their ids, and then follows their changes."""

    def __init__(self, url: str, run_filter: dict[str, Any], after: str | None = None) -> None:
        self.table: dict[str, Item] = {}
        self._url = url
        self._filter = run_filter
        self._cursor = after
        self._pause = FIRST_PAUSE

    async def changes(self) -> AsyncGenerator[Item]:
        """Yield each change once it is in the table; raise an error that would come again, else go on for ever."""
        while True:
            try:
                async with Client(transport=WebsocketsTransport(self._url)) as session:
                    if self._cursor is None:
                        self._cursor = await self._read_state(session)
                    async with aclosing(self._follow(session)) as changes:
                        async for change in changes:
                            yield change
            except (TransportError, TimeoutError) as error:
                self._judge(error)
            # Jitter: when a server comes back, not all its readers should reconnect at once.
            await asyncio.sleep(self._pause * random.uniform(0.5, 1))
            self._pause = min(self._pause * 2, LONGEST_PAUSE)

    async def _read_state(self, session: AsyncClientSession) -> str:
        """Fill the table, page by page, and return a cursor read before it."""
        start: str = (await session.execute(GraphQLRequest(CURSOR)))["changeCursor"]
        self.table.clear()
        page: Item = {"hasNextPage": True, "endCursor": None}
        while page["hasNextPage"]:
            asked = {"filter": self._filter, "after": page["endCursor"]}
            runs = (await session.execute(GraphQLRequest(RUNS, variable_values=asked)))["runs"]
            self.table |= {run["id"]: run for run in runs["nodes"]}
            page = runs["pageInfo"]
        print(f"{len(self.table)} runs", file=sys.stderr)
        return start

    async def _follow(self, session: AsyncClientSession) -> AsyncGenerator[Item]:
        """Yield the changes after the cursor, which moves with each change and each bookmark."""
        asked = {"filter": self._filter, "after": self._cursor}
        async with aclosing(session.subscribe(GraphQLRequest(CHANGES, variable_values=asked))) as answers:
            async for answer in answers:
                item = answer["runChanges"]
                self._pause = FIRST_PAUSE
                is_change = item["__typename"] == "RunChange"
                if is_change:
                    self._apply(item)
                self._cursor = item["cursor"]
                if is_change:
                    yield item

    def _apply(self, change: Item) -> None:
        """Apply a change to the table, unless the state contains it already."""
        row = self.table.get(change["runId"])
        if row and row["version"] >= change["version"]:
            return
        if change["membership"] == "LEFT":
            self.table.pop(change["runId"], None)
            return
        # `run` is the present run, null if it was deleted since; the other fields are as of the change.
        name = change["run"]["name"] if change["run"] else None
        self.table[change["runId"]] = {"version": change["version"], "status": change["status"], "name": name}

    def _judge(self, error: Exception) -> None:
        """Print why the connection or the stream ended; raise the error if it would come again."""
        code = _code(error)
        if code == "BAD_USER_INPUT":
            raise error
        if code == "CURSOR_EXPIRED":
            self._cursor = None
        print(f"again in a moment: {code or error}", file=sys.stderr)


def _code(error: Exception) -> str | None:
    """Return the server's code of an error; None if the error is not the server's."""
    if not isinstance(error, TransportQueryError) or not error.errors:
        return None
    code: str | None = error.errors[0].get("extensions", {}).get("code")
    return code


async def show(reader: Reader) -> None:
    """Print each change."""
    async with aclosing(reader.changes()) as changes:
        async for change in changes:
            print(change["kind"], change["version"], change["runId"], change["status"], flush=True)


def main() -> None:
    """Read until interrupted."""
    parser = argparse.ArgumentParser(description="Follow the runs of a RunIndex.")
    parser.add_argument("--url", default="ws://127.0.0.1:8000/graphql")
    parser.add_argument("--tag", action="append", default=[], help="only runs with this tag; may be given again")
    parser.add_argument("--after", help="read no state, only what comes after this cursor")
    options = parser.parse_args()
    reader = Reader(options.url, {"tags": {"all": options.tag}}, options.after)
    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(show(reader))
    except TransportQueryError as error:
        sys.exit(f"refused: {error}")
    for run_id, row in reader.table.items():
        print(row["status"], row["version"], run_id, row["name"])


if __name__ == "__main__":
    main()
