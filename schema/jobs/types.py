"""Jobs."""

import strawberry

from runindex.ports.queries import Row
from schema.loaders import Info
from schema.references import RunRef
from schema.typesystem.connections import OfPage, Page, PageInfo, page_info, total_count
from schema.typesystem.enums import JobStatus
from schema.typesystem.fields import column, derived, relation
from schema.typesystem.interfaces import Node
from schema.typesystem.scalars import DateTime, Json
from schema.typesystem.selection import run_columns


@strawberry.type(
    description=(
        "Work offered to executors outside. The index hands it out and records what came of it; it executes nothing."
    )
)
class Job(Node):
    """A job as its storage row."""

    row: strawberry.Private[Row]

    id: strawberry.ID = column("id", description="A UUID.")
    queue: str = column("queue", description="The queue that it waits in.")
    data: Json | None = column("data", is_json=True, description="What the executor is given.")
    status: JobStatus = column("status", description="Where it stands.")
    priority: int = column("priority", description="Larger ones are handed out first.")
    attempts: int = column("attempts", description="How often it was claimed; names the claim that may speak for it.")
    max_attempts: int = column("max_attempts", description="After so many attempts a failure is for good.")
    run_at: DateTime = column("run_at", description="Since when it is due.")
    created_at: DateTime = column("created_at", description="When it was enqueued.")
    started_at: DateTime | None = column("started_at", description="When it was last claimed.")
    completed_at: DateTime | None = column("completed_at", description="When it was acknowledged, or failed for good.")
    lease_expires_at: DateTime | None = column(
        "lease_expires_at", description="When a claimed job may be claimed again."
    )
    error: str | None = column("error", description="What the last failed attempt said.")
    run_id: strawberry.ID | None = column("run_id", description="The run that it is for. It may dangle.")

    @relation("run", needs=("run_id",), description="Null when there is none or when it was deleted.")
    async def run(self, info: Info) -> RunRef | None:
        """Load the run."""
        run_id = self.row["run_id"]
        return None if run_id is None else await info.context.loads.run(run_id, run_columns(info))


@strawberry.input(description="Conditions on jobs; all that are given hold together.")
class JobFilter:
    """Conditions on jobs; None is no condition."""

    queue: str | None = strawberry.field(description="Waits in this queue.")
    status: list[JobStatus] | None = strawberry.field(description="Has one of these statuses.")
    run_id: strawberry.ID | None = strawberry.field(description="Is for this run.")


@strawberry.type(description="A job in a page.")
class JobEdge:
    """A job and its place."""

    cursor: str = strawberry.field(description="The job's place in this list.")
    node: Job = strawberry.field(description="The job.")


def _jobs(connection: OfPage) -> list[Job]:
    return [Job(row=row) for row in connection.page.rows]


def _edges(connection: OfPage) -> list[JobEdge]:
    cursor = connection.page.cursor
    return [JobEdge(cursor=cursor(row), node=Job(row=row)) for row in connection.page.rows]


@strawberry.type(description="A page of jobs, newest first.")
class JobConnection:
    """A page of job rows."""

    page: strawberry.Private[Page]

    edges: list[JobEdge] = derived(_edges, description="The jobs with their cursors.")
    nodes: list[Job] = derived(_jobs, description="The jobs alone.")
    page_info: PageInfo = derived(page_info, description="What comes before and after this page.")
    total_count: int = derived(total_count, description="Exact number of jobs that match; computed only when selected.")
