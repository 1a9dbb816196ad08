"""Jobs."""

import strawberry

from runindex.ports.queries import Row
from schema.loaders import Info
from schema.references import RunRef, as_run
from schema.typesystem.connections import Connection, connection
from schema.typesystem.enums import JobStatus
from schema.typesystem.fields import column, relation
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
    data: Json | None = column("data", description="What the executor is given.")
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
        row = None if run_id is None else await info.context.loaders.run(run_id, run_columns(info))
        return None if row is None else as_run(row)


@strawberry.type(description="A job in a page.")
class JobEdge:
    """A job and its cursor."""

    cursor: str = strawberry.field(description="The job's place in this list.")
    node: Job = strawberry.field(description="The job.")


@connection(Job, JobEdge, "jobs", "A page of jobs.", counted=True)
class JobConnection(Connection):
    """A page of job rows."""
