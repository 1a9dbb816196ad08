"""The stream of changes, resumed after whatever breaks it."""

import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

import runindex_client as runindex
from tests.support.servers.served import Served

CREATE = "mutation ($name: String!) { createRun(input: {name: $name, tags: [$name]}) { ... on RunPayload { cursor } } }"


def create(server: Served, name: str) -> str:
    cursor: str = server.execute(CREATE.replace("tags: [$name]", f'tags: ["{name}"]'), name=name)["createRun"]["cursor"]
    return cursor


def named(changes: Iterator[runindex.Change], count: int) -> list[str]:
    return [change.run["name"] for change in islice(changes, count) if change.run]


def test_changes_after_a_cursor_come_once_and_in_order(served: Served) -> None:
    start = create(served, "before")
    for number in range(5):
        create(served, f"run {number}")
    changes = runindex.changes(after=start, url=served.root)
    assert named(iter(changes), 3) == ["run 0", "run 1", "run 2"]
    # Another process goes on from the cursor.
    again = iter(runindex.changes(after=changes.cursor, url=served.url))
    first = next(again)
    assert (first.kind, first.status, first.from_status, first.version) == ("CREATED", "ACTIVE", None, 1)
    assert first.run is not None
    assert first.run["name"] == "run 3"
    assert named(again, 1) == ["run 4"]


def test_a_filter_is_passed_on(served: Served) -> None:
    start = create(served, "before")
    for name in ("a", "b", "a"):
        create(served, name)
    changes = iter(runindex.changes({"tags": {"all": ["a"]}}, start, url=served.root))
    found = list(islice(changes, 2))
    assert [(change.tags, change.membership) for change in found] == [(["a"], "ENTERED")] * 2


def test_it_goes_on_when_the_server_was_killed(served: Served) -> None:
    start = create(served, "before")
    create(served, "first")
    changes = iter(runindex.changes(after=start, url=served.root))
    assert named(changes, 1) == ["first"]
    served.kill()

    def come_back() -> None:
        served.start()
        create(served, "second")

    late = threading.Thread(target=come_back)
    late.start()
    assert named(changes, 1) == ["second"]
    late.join()


def test_what_is_refused_for_good_is_raised(served: Served) -> None:
    with pytest.raises(runindex.Refused):
        next(iter(runindex.changes({"no": "such"}, url=served.root)))
    with pytest.raises(runindex.Refused):
        next(iter(runindex.changes(after="nonsense", url=served.root)))


@pytest.mark.asyncio
async def test_its_asyncio_twin(served: Served) -> None:
    start = create(served, "before")
    create(served, "first")
    create(served, "second")
    found = []
    changes = runindex.changes(after=start, url=served.root)
    async for change in changes:
        found.append(change.run["name"] if change.run else None)
        if len(found) == 2:
            break
    assert found == ["first", "second"]


def test_it_takes_address_and_token_from_the_environment(
    tmp_path: Path, away: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = "ri_" + "a" * 40
    server = Served(tmp_path, {"RUNINDEX_TOKENS": f"reader:write:{token}"}, port=away.port, token=token)
    server.start()
    try:
        start = create(server, "before")
        create(server, "first")
        monkeypatch.setenv("RUNINDEX_URL", server.root)
        monkeypatch.setenv("RUNINDEX_TOKEN", token)
        assert named(iter(runindex.changes(after=start)), 1) == ["first"]
    finally:
        server.kill()
