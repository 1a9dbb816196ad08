"""What becomes of a run event: its run, on each storage."""

import pytest

from tests.support.api import Api
from tests.support.data.lineage import (
    PRODUCER,
    SCHEMA,
    dataset,
    event,
    facet,
    parent,
    report,
    shown,
    streams,
    uuid,
)

pytestmark = pytest.mark.asyncio
RUN, PARENT, CHILD = uuid(0xA1), uuid(0xA2), uuid(0xA3)


@pytest.mark.parametrize(
    ("end", "status"), [("COMPLETE", "COMPLETED"), ("FAIL", "FAILED"), ("ABORT", "CANCELLED"), (None, "ACTIVE")]
)
async def test_a_run_starts_goes_on_and_ends(api: Api, end: str | None, status: str) -> None:
    kinds = ["START", "RUNNING", "OTHER", *([end] if end else [])]
    await report(api, *(event(kind, RUN, second) for second, kind in enumerate(kinds)))
    run = await shown(api, RUN)
    assert run["status"] == status
    assert run["startedAt"] is not None
    assert (run["finishedAt"] is not None) is (end is not None)
    assert set(run["metadata"]["openlineage"]["times"]) == set(kinds)


async def test_what_an_event_says_is_where_it_is_looked_for(api: Api) -> None:
    nominal = facet(nominalStartTime="2026-11-29T00:00:00Z", nominalEndTime="2026-11-30T00:00:00Z")
    kind = facet(processingType="BATCH", integration="DBT", jobType="MODEL")
    tags = facet(tags=[{"key": "env", "value": "dev", "source": "CONFIG"}, {"key": "nightly"}])
    await report(api, event("START", RUN, run={"nominalTime": nominal, "tags": tags}, jobs={"jobType": kind}))
    run = await shown(api, RUN)
    assert run["name"] == "orders"
    assert run["tags"] == ["namespace:shop", "job:orders", "integration:DBT", "jobType:MODEL", "env:dev", "nightly"]
    said = run["metadata"]["openlineage"]
    assert said["job"] == {"facets": {"jobType": kind}, "name": "orders", "namespace": "shop"}
    assert said["run"] == {"facets": {"nominalTime": nominal, "tags": tags}}
    assert said["times"] == {"START": "2026-11-29T10:00:00.500000Z"}
    assert (said["producer"], said["schemaURL"]) == (PRODUCER, SCHEMA)
    found = await api.ask(
        'query ($path: String!) { runs(filter: {metadata: {path: $path, op: EQ, value: "BATCH"}}) { totalCount } }',
        path="openlineage.job.facets.jobType.processingType",
    )
    assert found["runs"]["totalCount"] == 1


async def test_a_failure_has_the_message_of_its_facet(api: Api) -> None:
    message = facet(message="no such table: orders", programmingLanguage="SQL", stackTrace="at line 1")
    await report(api, event("START", RUN), event("FAIL", RUN, 1, run={"errorMessage": message}))
    run = await shown(api, RUN)
    assert (run["status"], run["error"]) == ("FAILED", "no such table: orders")
    assert run["metadata"]["openlineage"]["run"]["facets"]["errorMessage"]["stackTrace"] == "at line 1"


async def test_a_failure_without_a_message_takes_that_of_another_event(api: Api) -> None:
    message = {"errorMessage": facet(message="out of paper", programmingLanguage="Python")}
    await report(api, event("FAIL", RUN, 2))
    assert (await shown(api, RUN))["error"] == "the report that the run failed has no message"
    await report(api, event("OTHER", RUN, 1, run=message))
    assert (await shown(api, RUN))["error"] == "out of paper"


async def test_datasets_are_events_of_the_run(api: Api) -> None:
    schema = facet(fields=[{"name": "id", "type": "INTEGER"}])
    inputs, outputs = [dataset("raw.a"), dataset("raw.b")], [dataset("orders", schema=schema)]
    await report(api, event("START", RUN, inputs=inputs), event("COMPLETE", RUN, 1, outputs=outputs))
    run = await shown(api, RUN)
    assert streams(run) == [
        "openlineage", "openlineage.inputs", "openlineage.inputs", "openlineage", "openlineage.outputs",
    ]  # fmt: skip
    payloads = [each["payload"] for each in run["events"]["nodes"]]
    assert payloads[1:3] == inputs
    assert payloads[4:] == outputs
    assert payloads[0]["eventType"] == "START"
    assert "inputs" not in payloads[0]
    assert not any(each["late"] for each in run["events"]["nodes"])


async def test_what_comes_after_the_end_is_late(api: Api) -> None:
    await report(api, event("COMPLETE", RUN, 1), event("START", RUN, inputs=[dataset("raw.a")]))
    run = await shown(api, RUN)
    assert run["status"] == "COMPLETED"
    assert [each["late"] for each in run["events"]["nodes"]] == [False, True, True]


async def test_a_parent_that_was_not_seen_is_made_and_later_says_more(api: Api) -> None:
    await report(api, event("START", RUN, run={"parent": parent(PARENT, "shop.load")}))
    made = await shown(api, PARENT)
    assert (made["name"], made["status"], made["startedAt"]) == ("shop.load", "ACTIVE", None)
    assert made["tags"] == ["namespace:dags", "job:shop.load"]
    await report(
        api,
        event("START", PARENT, namespace="airflow", name="load"),
        event("COMPLETE", PARENT, 9, namespace="airflow", name="load"),
    )
    run = await shown(api, RUN)
    assert run["parent"] == {
        "id": PARENT, "name": "load", "status": "COMPLETED", "tags": ["namespace:airflow", "job:load"],
    }  # fmt: skip
    assert run["status"] == "ACTIVE"


async def test_a_tree_grows_from_its_leaves(api: Api) -> None:
    """A parent is made for its child before it names its own: then it is put below that, with all that it has."""
    await report(api, event("START", CHILD, run={"parent": parent(RUN, "orders", "shop")}))
    await report(api, event("COMPLETE", CHILD, 1, run={"parent": parent(RUN, "orders", "shop")}))
    await report(api, event("START", RUN, 2, run={"parent": parent(PARENT)}, inputs=[dataset("raw.a")]))
    run, child = await shown(api, RUN), await shown(api, CHILD)
    assert (run["parentId"], child["parentId"]) == (PARENT, RUN)
    assert child["parent"]["status"] == "ACTIVE"
    assert streams(run) == ["openlineage", "openlineage.inputs"]
    below = await api.ask("query ($id: ID!) { run(id: $id) { descendants(first: 9) { nodes { id } } } }", id=PARENT)
    assert [each["id"] for each in below["run"]["descendants"]["nodes"]] == [RUN, CHILD]


async def test_a_run_that_is_put_below_its_parent_keeps_what_it_has(api: Api) -> None:
    message = {"errorMessage": facet(message="out of paper", programmingLanguage="Python")}
    await report(api, event("START", RUN, inputs=[dataset("raw.a")]), event("FAIL", RUN, 1, run=message))
    await api.do("addRunTags", id=RUN, tags=["mine"])
    await api.do("updateRunMetadata", id=RUN, change={"patch": {"own": 1}})
    before = await shown(api, RUN)
    await report(api, event("OTHER", RUN, 2, run={"parent": parent(PARENT)}))
    after = await shown(api, RUN)
    assert after["parentId"] == PARENT
    kept = ("status", "error", "name", "tags", "startedAt", "finishedAt")
    assert [after[name] for name in kept] == [before[name] for name in kept]
    assert after["metadata"]["own"] == 1
    assert after["events"]["nodes"][:3] == before["events"]["nodes"]
    assert [each["sequence"] for each in after["events"]["nodes"]] == [0, 1, 2, 3]


async def test_a_run_with_results_stays_where_it_is(api: Api) -> None:
    await report(api, event("START", RUN))
    await api.record(RUN, "item-1")
    await report(api, event("COMPLETE", RUN, 1, run={"parent": parent(PARENT)}))
    run = await shown(api, RUN)
    assert (run["status"], run["parentId"]) == ("COMPLETED", None)
    assert run["metadata"]["openlineage"]["run"]["facets"]["parent"]["run"] == {"runId": PARENT}


async def test_no_run_is_its_own_ancestor(api: Api) -> None:
    await report(api, event("START", RUN, run={"parent": parent(PARENT)}))
    await report(api, event("START", PARENT, run={"parent": parent(RUN)}))
    await report(api, event("START", CHILD, run={"parent": parent(CHILD)}))
    assert (await shown(api, RUN))["parentId"] == PARENT
    assert (await shown(api, PARENT))["parentId"] is None
    assert (await shown(api, CHILD))["parentId"] is None


async def test_what_a_person_did_stays(api: Api) -> None:
    await report(api, event("START", RUN))
    await api.do("renameRun", id=RUN, name="mine")
    await api.do("updateRunMetadata", id=RUN, change={"patch": {"own": [1.50]}})
    await api.do("pauseRun", id=RUN)
    await report(api, event("COMPLETE", RUN, 1))
    run = await shown(api, RUN)
    assert (run["name"], run["status"]) == ("mine", "COMPLETED")
    assert set(run["metadata"]) == {"openlineage", "own"}


async def test_a_long_facet_is_in_the_events_alone(api: Api) -> None:
    plan = facet(plan="x" * 20_000)
    await report(api, event("START", RUN, run={"spark.logicalPlan": plan, "spark": facet(version="4")}))
    run = await shown(api, RUN)
    facets = run["metadata"]["openlineage"]["run"]["facets"]
    assert set(facets["spark.logicalPlan"]) == {"_bytes"}
    assert facets["spark"]["version"] == "4"
    assert run["events"]["nodes"][0]["payload"]["run"]["facets"]["spark.logicalPlan"] == plan


async def test_more_facets_than_metadata_holds_are_in_the_events_alone(api: Api) -> None:
    many = {f"custom_{number}": facet(text="x" * 15_000) for number in range(20)}
    await report(api, event("START", RUN, run=many), event("COMPLETE", RUN, 1, run=many))
    run = await shown(api, RUN)
    assert run["status"] == "COMPLETED"
    assert run["events"]["nodes"][0]["payload"]["run"]["facets"] == many


async def test_names_that_are_too_long_or_blank_do_no_harm(api: Api) -> None:
    await report(api, event("START", RUN, name="n" * 400, namespace="s" * 400), event("START", CHILD, name=" "))
    run = await shown(api, RUN)
    assert run["name"] == "n" * 256
    assert [len(tag) for tag in run["tags"]] == [256, 256]
    assert run["metadata"]["openlineage"]["job"]["name"] == "n" * 400
    assert (await shown(api, CHILD))["name"] is None
