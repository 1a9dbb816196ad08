"""The works that are measured: what RunIndex is asked, and what the bare endpoint is asked for the same."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

_FIELDS: Final = "id name status version createdAt updatedAt error tags"
LIST: Final = f"query Newest {{ runs(first: 100) {{ nodes {{ {_FIELDS} }} }} }}"
RARE: Final = f"""query Rare($tag: String!, $status: RunStatus!) {{
  runs(first: 20, filter: {{ tags: {{ all: [$tag] }}, status: [$status] }}) {{ nodes {{ {_FIELDS} }} }} }}"""
ONE: Final = f"query One($id: ID!) {{ run(id: $id) {{ {_FIELDS} }} }}"
COUNTS: Final = "query Counts { runCounts { key count } }"
TRANSITION: Final = """mutation Move($input: TransitionRunInput!) { transitionRun(input: $input) {
  ... on RunPayload { run { id status version } } ... on Problem { message } } }"""
# Of a filled store.
RARE_TAG, RARE_STATUS = "rare", "FAILED"


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of request; `variables` and `values` are of its n-th one by a client."""

    name: str
    title: str
    document: str
    variables: Callable[[int, int], dict[str, Any]]
    values: Callable[[int, int], list[Any]]

    def requests(self, client: int, *, is_bare: bool) -> Callable[[], bytes]:
        """Return a function that makes the next request of a client."""
        numbers = count()
        if is_bare:
            return lambda: _request(f"/{self.name}", self.values(client, next(numbers)))
        return lambda: request_of(self.document, self.variables(client, next(numbers)))


def request_of(document: str, variables: dict[str, Any]) -> bytes:
    """Return the bytes of a request to the API."""
    return _request("/graphql", {"query": document, "variables": variables})


def _request(path: str, body: object) -> bytes:
    text = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(text)}"
    return head.encode() + b"\r\n\r\n" + text


def works(ids: Sequence[str], moved: Sequence[str]) -> list[Work]:
    """Return the works of one server with runs of these ids; the moved ones, one for each client, are to be ACTIVE."""
    turns = {run_id: count() for run_id in moved}

    def one(client: int, number: int) -> str:
        return ids[(client * 997 + number * 31) % len(ids)]

    def move(client: int) -> tuple[str, str]:
        return moved[client], ("PAUSED", "ACTIVE")[next(turns[moved[client]]) % 2]

    def moving(client: int, _: int) -> dict[str, Any]:
        run_id, status = move(client)
        return {"input": {"id": run_id, "to": status}}

    return [
        Work("list", "newest 100 runs, 7 fields + 5 tags", LIST, lambda *_: {}, lambda *_: []),
        Work(
            "rare",
            "rare tag + status, 20 runs",
            RARE,
            lambda *_: {"tag": RARE_TAG, "status": RARE_STATUS},
            lambda *_: [RARE_TAG, RARE_STATUS],
        ),
        Work("one", "one run by id", ONE, lambda *at: {"id": one(*at)}, lambda *at: [one(*at)]),
        Work("counts", "counts by status", COUNTS, lambda *_: {}, lambda *_: []),
        Work("transition", "transition", TRANSITION, moving, lambda client, _: list(move(client))),
    ]
