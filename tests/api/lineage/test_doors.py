"""Events come by the doors of the API: rights, limits, and a storage that fails."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

import httpx
import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from persistence.memory.store import MemoryStore
from runindex.commands import AnyCommand
from runindex.domain.errors import OperationTimeoutError, OutcomeUnknownError, UnavailableError
from runindex.domain.tokens import TokenScope, new_token
from runindex.ports.clock import SystemClock
from runindex.ports.store import Applied
from runindex.server.app import create_app
from runindex.server.process import configured
from runindex.settings.settings import Settings, StorageBackend
from tests.support.data.lineage import PATH, event, uuid
from tests.support.servers.listening import listening

RUN: Final = uuid(0xD1)
POINTS: Final = 50
TOKENS: Final = {scope.value: new_token(scope.value, scope, SystemClock().now(), None) for scope in TokenScope}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """Serve a whole application with a token of each scope."""
    settings = Settings(
        storage=StorageBackend.MEMORY,
        sqlite_path=Path("unused"),
        tokens=tuple(token for token, _ in TOKENS.values()),
        rate_per_token=POINTS,
        root_path="/runs",
    )
    transport = httpx.AsyncHTTPTransport(verify=False)
    async with (
        listening(configured(create_app(settings), port=0)) as port,
        httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:{port}") as client,
    ):
        yield client


pytestmark = pytest.mark.asyncio(loop_scope="module")


def bearer(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKENS[name][1]}"}


async def counted(http: httpx.AsyncClient) -> dict[tuple[str, str], float]:
    """Return what the metrics tell of events."""
    text = (await http.get("/metrics", headers=bearer("read"))).text
    return {
        (sample.labels["type"], sample.labels["outcome"]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "runindex_lineage_events_total"
    }


@pytest.mark.parametrize("path", [PATH, f"{PATH}/batch", f"/runs{PATH}"])
@pytest.mark.parametrize(
    ("caller", "status"), [("", 401), ("unknown", 401), ("read", 403), ("write", 200), ("admin", 200)]
)
async def test_who_may_write_may_send_events(http: httpx.AsyncClient, path: str, caller: str, status: int) -> None:
    headers = bearer(caller) if caller in TOKENS else {"Authorization": f"Bearer {caller}"} if caller else {}
    response = await http.post(path, json=event("START", RUN), headers=headers)
    assert response.status_code == status
    if status != httpx.codes.OK:
        code = "UNAUTHENTICATED" if status == httpx.codes.UNAUTHORIZED else "FORBIDDEN"
        assert response.json()["errors"][0]["extensions"]["code"] == code
        assert (response.headers.get("WWW-Authenticate") == "Bearer") is (status == httpx.codes.UNAUTHORIZED)


async def test_the_log_names_the_caller_and_the_event(http: httpx.AsyncClient) -> None:
    run_id = uuid(0xD2)
    await http.post(PATH, json=event("START", run_id), headers=bearer("admin"))
    query = "query ($id: ID!) { run(id: $id) { history(first: 5) { nodes { actor reason } } } }"
    asked = {"query": query, "variables": {"id": run_id}}
    history = (await http.post("/graphql", json=asked, headers=bearer("admin"))).json()["data"]["run"]
    assert {"actor": "admin", "reason": "OpenLineage START"} in history["history"]["nodes"]


@pytest.mark.parametrize(
    ("headers", "status"), [({"Host": "evil.example"}, 421), ({"Origin": "https://evil.example"}, 403)]
)
async def test_other_hosts_and_pages_are_refused(http: httpx.AsyncClient, headers: dict[str, str], status: int) -> None:
    assert (await http.post(PATH, json=event("START", RUN), headers=headers | bearer("admin"))).status_code == status


async def test_metrics_tell_what_came_of_events(http: httpx.AsyncClient) -> None:
    run_id, before = uuid(0xD3), await counted(http)
    complete = event("COMPLETE", run_id, 2)
    events = [event("START", run_id), complete, complete, event("FAIL", run_id, 3), event("BEGIN", run_id), {}]
    response = await http.post(PATH, json=events, headers=bearer("admin"))
    assert response.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    after = await counted(http)
    gained = {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key, 0)}
    assert gained == {
        ("START", "accepted"): 1,
        ("COMPLETE", "accepted"): 1,
        ("COMPLETE", "repeated"): 1,
        ("FAIL", "contradictory"): 1,
        ("UNKNOWN", "refused"): 2,
    }


async def test_each_event_costs_a_point(http: httpx.AsyncClient) -> None:
    events = [event("START", RUN)] * (POINTS - 10)
    assert (await http.post(PATH, json=events, headers=bearer("write"))).status_code == httpx.codes.OK
    response = await http.post(PATH, json=events, headers=bearer("write"))
    assert response.status_code == httpx.codes.TOO_MANY_REQUESTS
    assert int(response.headers["Retry-After"]) > 0
    assert response.json()["errors"][0]["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": POINTS}


@pytest.mark.parametrize(
    "error", [UnavailableError("busy"), OperationTimeoutError("slow"), OutcomeUnknownError("lost"), ValueError("odd")]
)
async def test_what_could_not_be_written_is_to_be_sent_again(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def fail(_: MemoryStore, __: Sequence[AnyCommand]) -> Applied:
        raise error

    monkeypatch.setattr(MemoryStore, "apply", fail)
    response = await http.post(PATH, json=[event("START", RUN), {}], headers=bearer("admin"))
    assert response.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert response.headers["Retry-After"] == "1"
    answer = response.json()
    assert (answer["received"], answer["accepted"]) == (2, 0)
    assert [each["extensions"]["index"] for each in answer["errors"]] == [0, 1]
    assert "odd" not in response.text
