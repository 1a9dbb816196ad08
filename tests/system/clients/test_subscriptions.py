"""The clients of the three transports: they are told what happens, what is wrong, and why a stream ends."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pytest

from tests.support.programs.clients import Script, Start, Told
from tests.support.servers.served import Served, serving

CLIENTS: Final = ("graphql-ws", "graphql-sse", "apollo")
CREATE: Final = "mutation { createRun(input: {}) { ... on RunPayload { cursor } } }"
CHANGES: Final = """
    subscription ($after: String) {
      item: runChanges(after: $after, bookmarks: true) {
        __typename ... on Bookmark { cursor } ... on RunChange { cursor }
      }
    }
"""

every_client = pytest.mark.parametrize("client", CLIENTS)


@dataclass(frozen=True, slots=True)
class Follower:
    """A client on a server."""

    client: str
    server: Served
    start: Start

    def follow(self, document: str, **variables: object) -> Script:
        """Execute an operation."""
        return self.start("subscribe.mjs", self.client, self.server.url, document, json.dumps(variables))

    def create(self) -> str:
        """Create a run and return its cursor."""
        cursor: str = self.server.execute(CREATE)["createRun"]["cursor"]
        return cursor


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve for all tests that leave the server running."""
    with serving(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def follower(client: str, server: Served, start: Start) -> Follower:
    """Return a client of the shared server."""
    return Follower(client, server, start)


def item(script: Script) -> tuple[str, str]:
    """Return the next item's type and cursor."""
    found = script.next()["next"]["item"]
    return found["__typename"], found["cursor"]


@every_client
def test_changes_are_delivered_and_go_on_from_a_cursor(follower: Follower) -> None:
    first = follower.follow(CHANGES)
    assert item(first)[0] == "Bookmark"
    seen = follower.create()
    assert item(first) == ("RunChange", seen)
    first.say_goodbye()
    assert [told for told in first.rest() if "error" in told] == []
    missed = follower.create()
    second = follower.follow(CHANGES, after=seen)
    assert item(second) == ("Bookmark", seen)
    assert item(second) == ("RunChange", missed)


@every_client
@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("subscription { nope }", "BAD_USER_INPUT"),
        ('subscription { runChanges(after: "x") { cursor } }', "BAD_USER_INPUT"),
        ('subscription { runEvents(runId: "nope") { cursor } }', "NOT_FOUND"),
    ],
)
def test_an_error_ends_the_operation(follower: Follower, document: str, code: str) -> None:
    error = {"kind": "GraphQL", "codes": [code]}
    # graphql-transport-ws has a message of its own for this; over HTTP it is the last result.
    over_http: list[Told] = [{"next": None, "error": error}, {"complete": True}]
    assert follower.follow(document).rest() == ([{"error": error}] if follower.client == "graphql-ws" else over_http)


@every_client
def test_a_stream_that_is_over_is_completed(follower: Follower) -> None:
    assert follower.follow('subscription { run(id: "nope") { id } }').rest() == [{"complete": True}]


# Apollo Client takes parts for subscriptions only.
@pytest.mark.parametrize("client", CLIENTS[:2])
def test_a_query_is_an_operation_like_any_other(follower: Follower) -> None:
    assert follower.follow("query ($id: ID!) { runExists(id: $id) }", id="default").rest() == [
        {"next": {"runExists": True}},
        {"complete": True},
    ]


@pytest.mark.parametrize(
    ("client", "kind", "codes"),
    [
        ("graphql-ws", "close", [1001]),
        ("graphql-sse", "NetworkError", None),  # a stream without an end is all that its protocol knows
        ("apollo", "protocol", ["UNAVAILABLE"]),
    ],
)
def test_a_server_that_stops_is_told_from_a_stream_that_is_over(
    served: Served, start: Start, client: str, kind: str, codes: list[object] | None
) -> None:
    follower = Follower(client, served, start)
    script = follower.follow(CHANGES)
    assert item(script)[0] == "Bookmark"
    seen = follower.create()
    assert item(script) == ("RunChange", seen)
    assert served.stop() == 0
    error = script.rest()[0]["error"]
    assert (error["kind"], error.get("codes")) == (kind, codes)
    assert "Traceback" not in served.log
    served.start()
    missed = follower.create()
    again = follower.follow(CHANGES, after=seen)
    assert [item(again), item(again)] == [("Bookmark", seen), ("RunChange", missed)]
