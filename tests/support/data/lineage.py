"""Events of OpenLineage, and what an index shows of their runs."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias
from uuid import UUID

import httpx

from tests.support.api import Api

Event: TypeAlias = dict[str, Any]
PATH: Final = "/api/v1/lineage"
PRODUCER: Final = "https://example.com/producer/1"
SCHEMA: Final = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
_SHOWN: Final = """query ($id: ID!) {
  run(id: $id) {
    id status error name tags metadata startedAt finishedAt version parentId parent { id name status tags }
    cells { name value }
    events(first: 500) { nodes { sequence stream payload late } }
  }
}"""


def uuid(number: int) -> str:
    """Return a run's id."""
    return str(UUID(int=number))


def facet(**parts: object) -> Event:
    """Return a facet."""
    return {"_producer": PRODUCER, "_schemaURL": "https://openlineage.io/spec/facets/1-0-0/Facet.json", **parts}


def dataset(name: str, **facets: object) -> Event:
    """Return a dataset."""
    return {"namespace": "duckdb://shop", "name": name, "facets": facets}


def parent(run_id: str, name: str = "shop.load", namespace: str = "dags") -> Event:
    """Return the facet that names a parent."""
    return facet(run={"runId": run_id}, job={"namespace": namespace, "name": name})


def event(kind: str | None, run_id: str, second: int = 0, **parts: Any) -> Event:  # noqa: ANN401 - JSON
    """Return a run event; `run` and `jobs` are facets, everything else is a part of the event."""
    run_facets, job_facets = parts.pop("run", {}), parts.pop("jobs", {})
    job = {"namespace": parts.pop("namespace", "shop"), "name": parts.pop("name", "orders"), "facets": job_facets}
    whole = {
        "eventType": kind,
        "eventTime": f"2026-11-29T10:{second // 60:02}:{second % 60:02}.5Z",
        "run": {"runId": run_id, "facets": run_facets},
        "job": job,
        "inputs": [],
        "outputs": [],
        "producer": PRODUCER,
        "schemaURL": SCHEMA,
        **parts,
    }
    return {name: value for name, value in whole.items() if value is not None}


async def post(api: Api, content: object, path: str = PATH, **headers: str) -> httpx.Response:
    """Send events as JSON."""
    text = json.dumps(content).encode()
    return await api.http.post(path, content=text, headers={"Content-Type": "application/json", **headers})


async def report(api: Api, *events: Event) -> None:
    """Send events one by one, each of which is taken."""
    for each in events:
        api.clock.advance()
        response = await post(api, each)
        assert response.status_code == httpx.codes.OK, response.text


async def shown(api: Api, run_id: str) -> Event:
    """Return all that the API shows of a run."""
    run: Event = (await api.ask(_SHOWN, id=run_id))["run"]
    return run


def settled(run: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a run must not depend on the order of its events: all but instants, versions and numbers."""
    events = [{"stream": each["stream"], "payload": each["payload"]} for each in run["events"]["nodes"]]
    alike = {name: run[name] for name in ("id", "status", "error", "name", "metadata", "parentId", "parent")}
    started = {name: run[name] is not None for name in ("startedAt", "finishedAt")}
    return {**alike, **started, "tags": sorted(run["tags"]), "events": events}


def streams(run: Mapping[str, Any]) -> Sequence[str]:
    """Return the streams of a run's events, in their order."""
    return [each["stream"] for each in run["events"]["nodes"]]
