"""The server's stream of changes of runs, resumed after each break just behind the last one taken."""

import json
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from runindex_client.event_stream import Event, Parser
from runindex_client.json_text import json_text
from runindex_client.problems import Away
from runindex_client.sending.transport import data_of, error_of, headers_of
from runindex_client.settings import Settings, endpoint_of

if TYPE_CHECKING:
    import httpx

FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 10.0
CONNECT_SECONDS: Final = 5.0
SILENT_SECONDS: Final = 30.0  # the server says something every ten
DOCUMENT: Final = """
subscription ($filter: RunFilter, $after: String) {
  runChanges(filter: $filter, after: $after, bookmarks: true) {
    __typename
    cursor
    ... on RunChange {
      runId version kind at fromStatus status tags error reason actor membership
      run { id name status version tags metadata parentId error createdAt startedAt finishedAt }
    }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a run, as the schema's `RunChange` says; `run` is the run as it is now, None once it is deleted."""

    cursor: str
    run_id: str
    version: int
    kind: str
    at: str
    from_status: str | None
    status: str
    tags: list[str]
    error: str | None
    reason: str | None
    actor: str | None
    membership: str
    run: dict[str, Any] | None


class Changes:
    """An endless iterator, for `for` and for `async for`.

    `cursor` is where to go on from; `is_connected` tells whether the server was heard of since the connection last
    broke. A broken connection is made anew, with growing pauses. What the server refuses for good is raised:
    CursorExpired when its log no longer reaches back to the cursor, Refused for a filter or a cursor that is wrong.
    """

    def __init__(self, filter: Mapping[str, object] | None, after: str | None, settings: Settings) -> None:
        self.cursor = after
        self._filter = dict(filter) if filter is not None else None
        self._settings = settings
        self.is_connected = False
        self._pause = FIRST_PAUSE

    def __iter__(self) -> Iterator[Change]:
        import httpx

        with httpx.Client(timeout=_timeout()) as client:
            while True:
                try:
                    with client.stream("POST", self._settings.url, **self._request()) as response:
                        if not _is_stream(response):
                            response.read()
                            data_of(response)
                        parser = Parser()
                        for line in response.iter_lines():
                            change = self._take(response, parser.feed(line))
                            if change is not None:
                                yield change
                except (httpx.HTTPError, Away):
                    pass
                self.is_connected = False
                time.sleep(self._next_pause())

    async def __aiter__(self) -> AsyncIterator[Change]:
        import asyncio

        import httpx

        async with httpx.AsyncClient(timeout=_timeout()) as client:
            while True:
                try:
                    async with client.stream("POST", self._settings.url, **self._request()) as response:
                        if not _is_stream(response):
                            await response.aread()
                            data_of(response)
                        parser = Parser()
                        async for line in response.aiter_lines():
                            change = self._take(response, parser.feed(line))
                            if change is not None:
                                yield change
                except (httpx.HTTPError, Away):
                    pass
                self.is_connected = False
                await asyncio.sleep(self._next_pause())

    def _request(self) -> dict[str, Any]:
        variables = {"filter": self._filter, "after": self.cursor}
        headers = headers_of(self._settings.token) | {"accept": "text/event-stream"}
        return {"content": json_text({"query": DOCUMENT, "variables": variables}), "headers": headers}

    def _take(self, response: "httpx.Response", event: Event | None) -> Change | None:
        """Move the cursor; return the change of an event that has one; raise what the stream ended with."""
        if event is None or event.type != "next" or not event.data:
            return None
        answer = json.loads(event.data)
        if answer.get("errors"):
            raise error_of(response, answer["errors"][0])
        item = answer["data"]["runChanges"]
        self._pause = FIRST_PAUSE
        self.is_connected = True
        self.cursor = str(item["cursor"])
        return _change(item) if item["__typename"] == "RunChange" else None

    def _next_pause(self) -> float:
        import random

        pause = self._pause * random.uniform(0.5, 1)  # noqa: S311 - many clients should not come at once
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        return pause


def changes(
    filter: Mapping[str, object] | None = None,
    after: str | None = None,
    *,
    url: str | None = None,
    token: str | None = None,
) -> Changes:
    """Return the changes of the runs that a filter (the schema's `RunFilter`) matches, from now or behind a cursor."""
    read = Settings.from_environment()
    settings = Settings(url=endpoint_of(url) if url else read.url, token=token or read.token)
    return Changes(filter, after, settings)


def _change(item: Mapping[str, Any]) -> Change:
    return Change(
        cursor=item["cursor"],
        run_id=item["runId"],
        version=item["version"],
        kind=item["kind"],
        at=item["at"],
        from_status=item["fromStatus"],
        status=item["status"],
        tags=item["tags"],
        error=item["error"],
        reason=item["reason"],
        actor=item["actor"],
        membership=item["membership"],
        run=item["run"],
    )


def _is_stream(response: "httpx.Response") -> bool:
    return response.is_success and response.headers.get("content-type", "").startswith("text/event-stream")


def _timeout() -> "httpx.Timeout":
    import httpx

    return httpx.Timeout(SILENT_SECONDS, connect=CONNECT_SECONDS)
