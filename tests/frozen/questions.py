"""What is asked of the index before it is frozen: a question for each list, in its orders and with its filters."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from tests.frozen.filters import FILTERS
from tests.frozen.ids import AGENT, CHILDREN, JOB, PLAN, TREE, X
from tests.support.commands import A, B, D

RUN: Final = """
  id name status version tags metadata error createdAt updatedAt startedAt finishedAt outcome allowedTransitions
  parentId planId
  retention { __typename ... on KeepAll { keepAll } ... on KeepLatest { count } ... on KeepDuration { seconds } }
  dataset {
    datasetId datasetVersion targetType targetId status totalItems succeededCount failedCount skippedCount
    startedAt completedAt
  }
"""
RESULT: Final = """
  id runId itemId itemVersion input output expectedOutput latency error startedAt completedAt retryCount createdAt
  scores { scorerId value reason error }
"""
EVENT: Final = "sequence stream payload at hash"
RECEIPT: Final = "runtimeId runId sequence boundary contributingInputIds conversationDigest messageCount createdAt"
OF_JOB: Final = (
    "id queue data status priority attempts maxAttempts runAt createdAt startedAt completedAt leaseExpiresAt error"
    " runId"
)
CHANGE: Final = (
    "cursor runId version kind at fromStatus status tags error reason actor membership run { id status version }"
)
OF_PLAN: Final = "id name spec createdAt updatedAt version"
CELL: Final = "name value version updatedAt"
DOCUMENT: Final = "key content version updatedAt"
VALUE: Final = "key value version updatedAt history { version value deleted at }"
INPUT: Final = """
  inputId state durability idempotencyKey attemptCount recoveryCount detail lastRunId lastBoundarySequence
  createdAt updatedAt
"""
PAGE: Final = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
FORWARDS: Final = "first: $first, after: $after"
BOTH_WAYS: Final = f"{FORWARDS}, last: $last, before: $before"
PAGING: Final = "$first: Int, $after: String"
PAGING_BACK: Final = f"{PAGING}, $last: Int, $before: String"


@dataclass(frozen=True, slots=True)
class Question:
    """A document with its variables; if it asks for pages, `path` leads to them."""

    name: str
    document: str
    variables: dict[str, Any] = field(default_factory=dict)
    path: tuple[str, ...] = ()
    backwards: bool = False


ORDERS: Final = [
    {"field": name, "direction": direction}
    for name in ("CREATED_AT", "UPDATED_AT", "FINISHED_AT")
    for direction in ("ASC", "DESC")
]
RUNS: Final = f"""query ($filter: RunFilter, $orderBy: RunOrder, {PAGING_BACK}) {{
  runs(filter: $filter, orderBy: $orderBy, {BOTH_WAYS}) {{ edges {{ cursor node {{ id }} }} {PAGE} totalCount }}
}}"""
CHILDREN_OF: Final = f"""query ($id: ID!, $filter: RunFilter, $orderBy: RunOrder, {PAGING_BACK}) {{
  run(id: $id) {{
    children(filter: $filter, orderBy: $orderBy, {BOTH_WAYS}) {{
      edges {{ cursor node {{ id }} }} {PAGE} totalCount
    }}
  }}
}}"""
CHANGES: Final = f"""query ($filter: RunFilter, {PAGING}) {{
  changes(filter: $filter, {FORWARDS}) {{ edges {{ cursor node {{ {CHANGE} }} }} {PAGE} }}
}}"""
JOBS: Final = f"""query ($filter: JobFilter, {PAGING}) {{
  jobs(filter: $filter, {FORWARDS}) {{ edges {{ cursor node {{ {OF_JOB} }} }} {PAGE} totalCount }}
}}"""
PLANS: Final = f"""query ($nameContains: String, {PAGING}) {{
  plans(nameContains: $nameContains, {FORWARDS}) {{ edges {{ cursor node {{ {OF_PLAN} }} }} {PAGE} totalCount }}
}}"""
ROWS: Final = f"""query ($ids: [ID!]!, {PAGING}) {{
  compareRuns(ids: $ids) {{
    runs {{ id }} scores {{ scorerId means deltas }}
    rows({FORWARDS}) {{ edges {{ cursor node {{ itemId results {{ id itemId error }} }} }} {PAGE} }}
  }}
}}"""
PLAN_RUNS: Final = f"""query ($id: ID!, {PAGING}) {{
  plan(id: $id) {{ runs({FORWARDS}) {{ edges {{ cursor node {{ id planId }} }} {PAGE} totalCount }} }}
}}"""
RUNTIME_RECEIPTS: Final = f"""query ($id: String!, $runId: ID, {PAGING}) {{
  runtime(runtimeId: $id) {{ receipts(runId: $runId, {FORWARDS}) {{ edges {{ cursor node {{ {RECEIPT} }} }} {PAGE} }} }}
}}"""


def of_run(name: str, declared: str, given: str, node: str, more: str = "", **variables: Any) -> Question:  # noqa: ANN401
    """Ask for a list that each run has, in pages of whatever `given` says."""
    backwards = "before" in given
    document = f"""query ($id: ID!, {declared}{PAGING_BACK if backwards else PAGING}) {{
  run(id: $id) {{ {name}({given}) {{ edges {{ cursor {node} }} {PAGE} {more} }} }}
}}"""
    shown = " ".join((name, *map(str, variables.values())))
    return Question(shown, document, {"id": X, **variables}, ("run", name), backwards)


def of_records() -> Iterator[Question]:
    """Yield the lists of what a run has."""
    result, event = f"node {{ {RESULT} }}", f"node {{ {EVENT} }}"
    for asked in (None, {"itemId": "item-2"}, {"succeeded": True}, {"succeeded": False}, {"scorerId": "s1"}):
        yield of_run("results", "$f: RunResultFilter, ", f"filter: $f, {BOTH_WAYS}", result, "totalCount", f=asked)
    for stream in (None, "one"):
        yield of_run("events", "$s: String, ", f"stream: $s, {BOTH_WAYS}", event, s=stream)
    for prefix in (None, "v"):
        yield of_run("values", "$p: String, ", f"prefix: $p, {FORWARDS}", f"node {{ {VALUE} }}", p=prefix)
        yield of_run("documents", "$p: String, ", f"prefix: $p, {FORWARDS}", f"node {{ {DOCUMENT} }}", p=prefix)
    for runtime in (None, AGENT):
        yield of_run("receipts", "$r: String, ", f"runtimeId: $r, {FORWARDS}", f"node {{ {RECEIPT} }}", r=runtime)
    yield of_run("history", "", FORWARDS, f"node {{ {CHANGE} }}")
    for depth in (None, 2):
        given = f"maxDepth: $d, {FORWARDS}"
        yield of_run("descendants", "$d: Int, ", given, "depth node { id }", d=depth, id=A)


def pages() -> Iterator[Question]:
    """Yield a question for each list, in each order and with each filter that it takes."""
    for order in (None, *ORDERS):
        name = " ".join(order.values()) if order else "default"
        yield Question(f"runs {name}", RUNS, {"orderBy": order}, ("runs",), backwards=True)
        variables = {"id": X, "orderBy": order, "filter": {"includeArchived": True}}
        yield Question(f"children {name}", CHILDREN_OF, variables, ("run", "children"), backwards=True)
    for name, asked in FILTERS.items():
        yield Question(f"runs of {name}", RUNS, {"filter": asked}, ("runs",), backwards=True)
        if name != "ancestor":
            yield Question(f"changes of {name}", CHANGES, {"filter": asked}, ("changes",))
    variables = {"id": X, "filter": FILTERS["metadata-gte"]}
    yield Question("children of metadata", CHILDREN_OF, variables, ("run", "children"), backwards=True)
    yield Question("changes", CHANGES, {}, ("changes",))
    yield from of_records()
    for job in (None, {"queue": "frozen"}, {"status": ["PENDING", "RUNNING", "COMPLETED"]}, {"runId": X}):
        yield Question(f"jobs of {job}", JOBS, {"filter": job}, ("jobs",))
    for part in (None, "FROZEN"):
        yield Question(f"plans of {part}", PLANS, {"nameContains": part}, ("plans",))
    yield Question("compared rows", ROWS, {"ids": [A, B, X]}, ("compareRuns", "rows"))
    yield Question("runs of a plan", PLAN_RUNS, {"id": PLAN}, ("plan", "runs"))
    for run in (None, X):
        variables = {"id": AGENT, "runId": run}
        yield Question(f"receipts of a runtime and {run}", RUNTIME_RECEIPTS, variables, ("runtime", "receipts"))


def whole() -> Iterator[Question]:
    """Yield questions that are answered at once."""
    yield Question("runs in full", f"{{ runs(first: 100, filter: {{includeArchived: true}}) {{ nodes {{ {RUN} }} }} }}")
    summary = "total items succeeded failed latencyP50 latencyP95 latencyMean scores { scorerId count mean min max }"
    related = (
        f"root {{ id }} ancestors {{ id }} descendantCounts {{ status count }} jobs {{ {OF_JOB} }} plan {{ {OF_PLAN} }}"
    )
    belongings = f'cells {{ {CELL} }} cell(name: "c") {{ {CELL} }} document(key: "d") {{ {DOCUMENT} }}'
    snapshot = 'asOf(at: "2100-01-04T12:00:03Z") { version at status tags metadata error name }'
    for run in (A, B, D, X, CHILDREN[0]):
        document = f"""query ($id: ID!) {{ run(id: $id) {{
          {RUN} resultSummary {{ {summary} }} {related} {belongings} {snapshot} value(key: "a") {{ {VALUE} }}
        }} }}"""
        yield Question(f"run {run}", document, {"id": run})
    runtime = f'state snapshot inputs {{ {INPUT} }} input(inputId: "in-1") {{ {INPUT} }}'
    receipt = f'receipt(runId: "{X}", sequence: 0) {{ {RECEIPT} }}'
    yield Question(
        "runtime", f"query ($id: String!) {{ runtime(runtimeId: $id) {{ {runtime} {receipt} }} }}", {"id": AGENT}
    )
    yield Question(
        "job", f"query ($id: ID!) {{ job(id: $id) {{ {OF_JOB} run {{ id }} }} node(id: $id) {{ id }} }}", {"id": JOB}
    )
    for group in ("STATUS", "TAG", "DATASET", "TARGET", "PARENT"):
        yield Question(f"groups by {group}", f"{{ runCounts(groupBy: {group}) {{ key count }} }}")
    span = '{from: "2100-01-04T11:59:00Z", to: "2100-01-04T12:03:00Z"}'
    bucket = "start created completed failed cancelled"
    yield Question("timeline", f"{{ runTimeline(interval: MINUTE, range: {span}) {{ {bucket} }} }}")
    yield Question("search", '{ searchRuns(query: "frozen child") { score rank run { id } } }')
    yield Question("tags", '{ tags { tag count } some: tags(prefix: "e") { tag count } }')
    yield Question("lifecycle", "{ lifecycle { status next isTerminal isFinished isClosed } changeCursor runCount }")
    preview = "{ runId changes events receipts valueVersions }"
    yield Question(
        "retention", f"query ($ids: [ID!]!) {{ retentionPreview(runIds: $ids) {preview} }}", {"ids": [A, B, X]}
    )
    yield Question(
        "nodes", "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", {"ids": [A, TREE, X, JOB, PLAN]}
    )
