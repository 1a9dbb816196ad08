"""`openlineage-python` sends to a server as its documentation has it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import error_message_run, job_type_job, nominal_time_run, parent_run, schema_dataset
from openlineage.client.transport.async_http import AsyncHttpConfig, AsyncHttpTransport
from openlineage.client.transport.http import HttpConfig, HttpTransport

from runindex.domain.instants import SECOND
from runindex.domain.tokens import TokenScope, new_token
from tests.support.servers.served import Served, serving

PRODUCER: Final = "https://example.com/shop"
TOLD: Final = """query ($id: ID!) { run(id: $id) {
  name status error tags metadata parent { name status }
  events(first: 50) { nodes { stream payload } }
} }"""
_, SECRET = new_token("etl", TokenScope.WRITE, 0, None)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served"), RUNINDEX_TOKENS=f"etl:write:{SECRET}") as server:
        server.token = SECRET
        yield server


def sender(server: Served, way: str) -> OpenLineageClient:
    """Return a client that sends at once, compressed, or behind the back of the program."""
    settings: dict[str, Any] = {"url": server.root, "auth": {"type": "api_key", "apiKey": SECRET}, "timeout": 60}
    if way == "async_http":
        return OpenLineageClient(transport=AsyncHttpTransport(AsyncHttpConfig.from_dict(settings)))
    if way == "gzip":
        settings["compression"] = "gzip"
    return OpenLineageClient(transport=HttpTransport(HttpConfig.from_dict(settings)))


def events(end: RunState) -> list[RunEvent]:
    """Return the events of a run below another."""
    parent, at = str(uuid4()), datetime.now(UTC)
    facets: dict[str, Any] = {
        "parent": parent_run.ParentRunFacet(run=parent_run.Run(parent), job=parent_run.Job("dags", "load")),
        "nominalTime": nominal_time_run.NominalTimeRunFacet(nominalStartTime=at.isoformat()),
    }
    message = error_message_run.ErrorMessageRunFacet(message="no such table", programmingLanguage="SQL")
    fields = [schema_dataset.SchemaDatasetFacetFields(name="id", type="INTEGER")]
    run_id, kind = str(uuid4()), job_type_job.JobTypeJobFacet("BATCH", "SHOP", jobType="QUERY")
    job = Job("shop", "orders", facets={"jobType": kind})
    ended = {**facets, "errorMessage": message} if end is RunState.FAIL else facets
    outputs = [OutputDataset("duckdb://shop", "orders", facets={"schema": schema_dataset.SchemaDatasetFacet(fields)})]
    said = [
        (RunState.START, facets, [InputDataset("duckdb://shop", "raw")], []),
        (RunState.RUNNING, facets, [], []),
        (end, ended, [], outputs),
    ]
    return [
        RunEvent(
            eventType=state,
            eventTime=(at + timedelta(microseconds=number * SECOND)).isoformat(),
            run=Run(run_id, facets=run_facets),
            job=job,
            producer=PRODUCER,
            inputs=inputs,
            outputs=written,
        )
        for number, (state, run_facets, inputs, written) in enumerate(said)
    ]


@pytest.mark.parametrize("way", ["http", "gzip", "async_http"])
def test_a_run_of_the_client_is_a_run_of_the_index(server: Served, way: str) -> None:
    sent, client = events(RunState.FAIL), sender(server, way)
    for event in sent:
        client.emit(event)
    assert client.close(60)
    run = server.execute(TOLD, id=sent[0].run.runId)["run"]
    assert (run["name"], run["status"], run["error"]) == ("orders", "FAILED", "no such table")
    assert run["tags"] == ["namespace:shop", "job:orders", "integration:SHOP", "jobType:QUERY"]
    assert run["parent"] == {"name": "load", "status": "ACTIVE"}
    assert set(run["metadata"]["openlineage"]["times"]) == {"START", "RUNNING", "FAIL"}
    datasets = [each["payload"]["name"] for each in run["events"]["nodes"] if each["stream"] != "openlineage"]
    assert datasets == ["raw", "orders"]


def test_each_order_of_the_clients_events_ends_in_the_same_state(server: Served) -> None:
    client, found = sender(server, "http"), set()
    for order in permutations(range(3)):
        sent = events(RunState.COMPLETE)
        for number in (*order, *order):
            client.emit(sent[number])
        run = server.execute(TOLD, id=sent[0].run.runId)["run"]
        found.add((run["name"], run["status"], *run["tags"], run["parent"]["name"], len(run["events"]["nodes"])))
    client.close()
    assert found == {
        ("orders", "COMPLETED", "namespace:shop", "job:orders", "integration:SHOP", "jobType:QUERY", "load", 5)
    }


def test_an_address_is_all_that_a_sender_needs(server: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENLINEAGE_URL", server.root)
    monkeypatch.setenv("OPENLINEAGE_API_KEY", SECRET)
    sent, client = events(RunState.COMPLETE), OpenLineageClient()
    for event in sent:
        client.emit(event)
    client.close()
    assert server.execute(TOLD, id=sent[0].run.runId)["run"]["status"] == "COMPLETED"
