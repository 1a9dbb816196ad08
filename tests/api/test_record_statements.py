"""What the storage is asked about records: one question for each level of a query, and only for what is selected."""

import pytest

from runindex.ports.queries import Columns
from tests.support.api import Api

pytestmark = pytest.mark.asyncio


async def asked(api: Api, document: str, **variables: object) -> list[str]:
    """Return the names of the store's methods that a query calls, in order of name."""
    api.store.asked.clear()
    await api.ask(document, **variables)
    return sorted(api.store.methods)


def columns_of(api: Api, method: str) -> Columns:
    """Return the columns that the only question by that method asks for."""
    ((*_, columns),) = [arguments for name, arguments in api.store.asked if name == method]
    assert isinstance(columns, frozenset)
    return columns


async def busy_runs(api: Api, count: int) -> list[str]:
    """Make runs that have something of everything."""
    plan_id = (await api.do("createPlan", name="p", spec=1))["plan"]["id"]
    dataset = {
        "datasetId": "d",
        "datasetVersion": "2026-01-01T00:00:00Z",
        "targetType": "AGENT",
        "targetId": "t",
        "totalItems": 2,
    }
    runs = await api.runs(count, planId=plan_id, dataset=dataset, tags=["busy"])
    for run_id in runs:
        await api.record(run_id, "a", scores=[{"scorerId": "s", "value": 1}])
        await api.append(run_id, "s")
        await api.do("putRunValues", runId=run_id, entries=[{"key": "k", "value": 1}, {"key": "l", "value": 2}])
        await api.do("setRunCell", runId=run_id, name="c", value=1)
        await api.do("writeRunDocument", runId=run_id, key="d", change={"content": 1})
        await api.do("enqueueJob", runId=run_id)
        await api.do(
            "commitBoundary",
            runtimeId=f"of {run_id}",
            runId=run_id,
            boundary="IMMEDIATE",
            snapshot="eyJtZXNzYWdlcyI6W119",
            contributingInputIds=[],
            inputUpdates=[{"inputId": "i", "state": "QUEUED"}],
        )
    return runs


async def test_every_relation_of_a_list_is_one_statement(api: Api) -> None:
    await busy_runs(api, 3)
    document = """
        { runs(filter: {tags: {all: ["busy"]}}, first: 5) { nodes {
          dataset { datasetId succeededCount }
          results { nodes { itemId } totalCount pageInfo { hasNextPage } }
          resultSummary { total latencyP50 scores { mean } }
          plan { name } jobs { queue } receipts { nodes { sequence } }
          value(key: "k") { value } values { nodes { value history { version } } }
          events { nodes { payload } totalCount }
          cell(name: "c") { value } cells { name } document(key: "d") { content } documents { nodes { key } }
        } } }
    """
    assert await asked(api, document) == [
        "count_records",  # of results
        "count_records",  # of events
        "find_records",  # counts
        "find_records",  # plans
        "find_records",  # values by key
        "find_records",  # cells by name
        "find_records",  # documents by key
        "list_records",  # results
        "list_records",  # jobs
        "list_records",  # receipts
        "list_records",  # values
        "list_records",  # histories
        "list_records",  # events
        "list_records",  # cells
        "list_records",  # documents
        "list_runs",
        "summarize_results",
    ]


async def test_what_records_name_is_one_statement_for_each_kind(api: Api) -> None:
    await busy_runs(api, 3)
    document = "{ plans { nodes { runs(first: 2) { nodes { results { nodes { run { name } } } } totalCount } } } }"
    assert await asked(api, document) == [
        "count_plan_runs",
        "find_runs",
        "list_plan_runs",
        "list_records",  # plans
        "list_records",  # results
    ]
    assert await asked(api, "{ jobs { nodes { run { status } } } }") == ["find_runs", "list_records"]


async def test_runtimes_of_a_query_are_asked_for_together(api: Api) -> None:
    first, second = await busy_runs(api, 2)
    fields = 'inputs { state } input(inputId: "i") { state } receipts { nodes { sequence } } '
    document = f"""
        query ($a: String!, $b: String!, $id: ID!) {{
          a: runtime(runtimeId: $a) {{ {fields} receipt(runId: $id, sequence: 0) {{ boundary }} }}
          b: runtime(runtimeId: $b) {{ {fields} }}
        }}
    """
    names = await asked(api, document, a=f"of {first}", b=f"of {second}", id=first)
    assert names == ["find_records", "find_records", "find_records", "find_runs", "list_records", "list_records"]


async def test_a_comparison_asks_for_each_thing_once(api: Api) -> None:
    ids = await busy_runs(api, 3)
    document = "query ($ids: [ID!]!) { compareRuns(ids: $ids) { %s } }"
    everything = "runs { name } rows { nodes { itemId results { output } } edges { node { itemId } } } scores { means }"
    assert await asked(api, document % everything, ids=ids) == [
        "average_last_scores",
        "find_last_results",
        "find_runs",
        "list_compared_items",
    ]
    assert await asked(api, document % "runs { id }", ids=ids) == ["find_runs"]
    assert await asked(api, document % "rows { nodes { itemId } }", ids=ids) == ["find_runs", "list_compared_items"]


@pytest.mark.parametrize(
    ("selection", "methods"),
    [
        ("dataset { datasetId status totalItems startedAt }", []),
        ("dataset { skippedCount }", ["find_records"]),
        ("resultSummary { total failed }", ["find_records"]),
        ("resultSummary { latencyMean }", ["summarize_results"]),
        ("resultSummary { __typename }", []),
        ("results { totalCount }", ["count_records"]),
        ("results { nodes { id } }", ["list_records"]),
        ("results { pageInfo { endCursor } }", ["list_records"]),
        ("events { totalCount }", ["count_records"]),
        ("planId", []),
    ],
)
async def test_only_what_is_selected_is_asked(api: Api, selection: str, methods: list[str]) -> None:
    (run_id,) = await busy_runs(api, 1)
    names = await asked(api, f"query ($id: ID!) {{ run(id: $id) {{ {selection} }} }}", id=run_id)
    assert names == sorted(["find_runs", *methods])


async def test_only_selected_columns_are_asked_for(api: Api) -> None:
    (run_id,) = await busy_runs(api, 1)
    document = "query ($id: ID!) { run(id: $id) { %s } }"
    await asked(
        api,
        document % "results { nodes { output } edges { node { ...More } } }"
        + " fragment More on RunResult { scores { value } }",
        id=run_id,
    )
    assert columns_of(api, "list_records") == {"id", "output", "scores"}
    await asked(api, document % "dataset { failedCount totalItems }", id=run_id)
    assert columns_of(api, "find_records") == {"failed"}
    await asked(api, "{ plans { nodes { name } } }")
    assert columns_of(api, "list_records") == {"id", "name"}


async def test_nodes_of_many_kinds_are_one_statement_for_each_kind(api: Api) -> None:
    runs = await busy_runs(api, 2)
    jobs = [job["node"]["id"] for job in (await api.ask("{ jobs { edges { node { id } } } }"))["jobs"]["edges"]]
    document = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert await asked(api, document, ids=runs) == ["find_runs"]
    assert await asked(api, document, ids=[*runs, *jobs]) == [
        "find_records",
        "find_records",
        "find_records",
        "find_results",
        "find_runs",
    ]


@pytest.mark.parametrize(
    ("mutation", "fields"),
    [
        ("putRunValues", {"runId": "default", "entries": [{"key": "k", "value": 1}]}),
        ("appendRunEvents", {"runId": "default", "events": [{"stream": "s", "payload": {}}]}),
        ("createPlan", {"name": "p", "spec": 1}),
        ("claimJobs", {}),
    ],
)
async def test_a_mutation_costs_one_batch(api: Api, mutation: str, fields: dict[str, object]) -> None:
    await api.run()
    api.store.asked.clear()
    await api.do(mutation, **fields)
    assert [name for name in api.store.methods if name != "log_state"] == ["apply"]
